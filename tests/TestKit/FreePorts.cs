using System.Net;
using System.Net.Sockets;

namespace Byon.Tests.TestKit;

/// <summary>
/// Ports of 127.0.0.1 that nobody listens on, below the ephemeral range so that outgoing connections cannot take them.
/// Each process starts elsewhere in the range and never hands a port out twice.
/// </summary>
public static class FreePorts
{
    private const int First = 10100;
    private const int Last = 32000;

    private static readonly Lock Guard = new();
    private static int _next = First + Environment.ProcessId * 173 % (Last - First);

    /// <summary>A port free for both UDP and TCP.</summary>
    public static int Next() => Next(1);

    /// <summary>The first of <paramref name="count"/> consecutive ports free for both UDP and TCP; even where more than one is asked (RTP, RTCP).</summary>
    public static int Next(int count)
    {
        lock (Guard)
        {
            for (var tried = 0; tried < Last - First; tried++)
            {
                var candidate = _next;
                if (count > 1 && candidate % 2 != 0)
                    candidate++;
                if (candidate + count > Last)
                    candidate = First;
                _next = candidate + 1;
                if (!Enumerable.Range(candidate, count).All(IsFree))
                    continue;
                _next = candidate + count;
                return candidate;
            }
        }

        throw new InvalidOperationException($"no {count} free ports between {First} and {Last}");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            udp.Bind(new IPEndPoint(IPAddress.Loopback, port));
            using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            tcp.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
