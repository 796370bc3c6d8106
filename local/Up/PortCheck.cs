using System.Net;
using System.Net.Sockets;

namespace Byon.Local.Up;

/// <summary>Looks for ports that somebody else holds, before anything is started.</summary>
internal static class PortCheck
{
    /// <summary>One sentence per port that cannot be bound, each naming the option that changes it.</summary>
    public static IReadOnlyList<string> Problems(IEnumerable<PortUse> uses)
    {
        var problems = new List<string>();
        var seen = new Dictionary<int, PortUse>();
        foreach (var use in uses)
        {
            if (use.Port is < 1 or > 65535)
            {
                problems.Add($"{use.Port} is not a port ({use.Part}): choose one with {use.Option}.");
            }
            else if (seen.TryGetValue(use.Port, out var other))
            {
                problems.Add($"Port {use.Port} is wanted twice ({other.Part}, {use.Part}): move one with {other.Option} or {use.Option}.");
            }
            else if ((use.Tcp && IsTaken(use.Port, SocketType.Stream, ProtocolType.Tcp)) || (use.Udp && IsTaken(use.Port, SocketType.Dgram, ProtocolType.Udp)))
            {
                problems.Add($"Port {use.Port} is taken ({use.Part}): choose another with {use.Option} N.");
            }

            seen.TryAdd(use.Port, use);
        }

        return problems;
    }

    private static bool IsTaken(int port, SocketType type, ProtocolType protocol)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, type, protocol);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            if (type == SocketType.Stream)
            {
                socket.Listen(1);
            }

            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
