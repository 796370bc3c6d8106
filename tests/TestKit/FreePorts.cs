using System.Net;
using System.Net.Sockets;

namespace Byon.Tests.TestKit;

/// <summary>
/// Ports that nobody listens on at any address, below the ephemeral range so that outgoing connections cannot take them. No two
/// processes of tests are given the same ones, and none hands a port out twice before it has handed out all it could get.
/// </summary>
public static class FreePorts
{
    private const int First = 10100;
    private const int Last = 32000;

    private static readonly Lock Guard = new();
    private static readonly PortBlocks Blocks = new(First, Last);
    private static (int Next, int End) _block;

    /// <summary>A port free for both UDP and TCP.</summary>
    public static int Next() => Next(1);

    /// <summary>The first of <paramref name="count"/> consecutive ports free for both UDP and TCP; even where more than one is asked (RTP, RTCP).</summary>
    public static int Next(int count)
    {
        lock (Guard)
        {
            for (var tried = 0; tried < Last - First; tried++)
            {
                var candidate = count > 1 ? _block.Next + _block.Next % 2 : _block.Next;
                if (candidate + count > _block.End)
                {
                    _block = Blocks.Next(count);
                    continue;
                }

                var free = Enumerable.Range(candidate, count).TakeWhile(IsFree).Count();
                _block.Next = candidate + Math.Min(free + 1, count);
                if (free == count) return candidate;
            }
        }

        throw new InvalidOperationException($"no {count} free ports between {First} and {Last}");
    }

    /// <summary>On all addresses of both families at once: a socket on a single one of them is in the way of that.</summary>
    private static bool IsFree(int port)
    {
        try
        {
            using var udp = Bind(SocketType.Dgram, ProtocolType.Udp, port);
            using var tcp = Bind(SocketType.Stream, ProtocolType.Tcp, port);
            return true;
        }
        catch (SocketException taken) when (taken.SocketErrorCode is SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }

    private static Socket Bind(SocketType type, ProtocolType protocol, int port)
    {
        var family = Socket.OSSupportsIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        var socket = new Socket(family, type, protocol);
        try
        {
            if (family == AddressFamily.InterNetworkV6) socket.DualMode = true;
            socket.Bind(new IPEndPoint(family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, port));
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }
}
