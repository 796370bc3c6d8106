using System.Net;
using System.Net.Sockets;
using Byon.Local.Up;

namespace Byon.Tests.EndToEnd;

/// <summary>
/// Bytes nobody asked for, on every port of every media node: noise, and noise behind headers that look right, so that it
/// gets past the first look.
/// </summary>
internal static class Garbage
{
    private const int Rounds = 400;
    private const int TcpConnections = 40;

    private static readonly byte[][] Beginnings =
    [
        [],
        "INVITE sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK1\r\nContent-Length: 99999999\r\n\r\n"u8.ToArray(),
        "SIP/2.0 200 OK\r\nVia: ;;;\r\nCSeq: 99999999999999999999 INVITE\r\nFrom: <\r\n"u8.ToArray(),
        "REGISTER sip:\0 SIP/2.0\r\n"u8.ToArray(),
        [0x00, 0x01, 0xff, 0xff, 0x21, 0x12, 0xa4, 0x42],
        [0x16, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1],
        [0x80, 0x08],
        [0x80, 0xc8, 0xff, 0xff],
        [0x9f, 0x6f, 0x00, 0x00],
    ];

    public static async Task SendAsync(LocalPorts ports, int nodes)
    {
        var random = new Random(20261121);
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var port in UdpPorts(ports, nodes))
            {
                await socket.SendAsync(Next(random), new IPEndPoint(IPAddress.Loopback, port));
            }
        }

        for (var connection = 0; connection < TcpConnections; connection++)
        {
            foreach (var port in TcpPorts(ports, nodes))
            {
                await SendOverTcpAsync(port, Next(random));
            }
        }
    }

    /// <summary>SIP, WebRTC, and the first RTP ports of each node, one of which a running call uses.</summary>
    private static IEnumerable<int> UdpPorts(LocalPorts ports, int nodes) =>
        from node in Enumerable.Range(1, nodes)
        let rtp = ports.Rtp + ((node - 1) * LocalPorts.RtpPortsPerNode)
        from port in Enumerable.Range(rtp, 40).Append(ports.Sip + node).Append(ports.WebRtc + node)
        select port;

    private static IEnumerable<int> TcpPorts(LocalPorts ports, int nodes) =>
        from node in Enumerable.Range(1, nodes)
        from port in new[] { ports.Sip + node, ports.Control + node }
        select port;

    private static byte[] Next(Random random)
    {
        var noise = new byte[random.Next(0, 1200)];
        random.NextBytes(noise);
        return [.. Beginnings[random.Next(Beginnings.Length)], .. noise];
    }

    private static async Task SendOverTcpAsync(int port, byte[] bytes)
    {
        using var connection = new TcpClient();
        try
        {
            await connection.ConnectAsync(IPAddress.Loopback, port);
            await connection.GetStream().WriteAsync(bytes);
        }
        catch (SocketException)
        {
            // Hung up on, as it should be.
        }
        catch (IOException)
        {
            // Likewise.
        }
    }
}
