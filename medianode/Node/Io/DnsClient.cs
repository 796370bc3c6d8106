using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Byon.MediaNode.Core.Protocol.Dns;

namespace Byon.MediaNode.Io;

/// <summary>
/// Asks recursive name servers (RFC 1035 §4.2): by UDP from a port of its own for every query, by TCP where the answer was cut off.
/// The framework's resolver knows addresses only, and no NAPTR or SRV.
/// </summary>
public sealed class DnsClient(IReadOnlyList<IPEndPoint> servers)
{
    private const int Rounds = 2;
    private const int MostServers = 3;
    private const int LongestDatagram = 4096;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The name servers of /etc/resolv.conf; the machine itself where there are none.</summary>
    public static IReadOnlyList<IPEndPoint> OfMachine()
    {
        const string File = "/etc/resolv.conf";
        if (!System.IO.File.Exists(File)) return [new IPEndPoint(IPAddress.Loopback, 53)];
        var found = System.IO.File.ReadLines(File)
            .Select(line => line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words is ["nameserver", ..] && words.Length > 1 && IPAddress.TryParse(words[1], out _))
            .Select(words => new IPEndPoint(IPAddress.Parse(words[1]), 53)).Take(MostServers).ToArray();
        return found.Length > 0 ? found : [new IPEndPoint(IPAddress.Loopback, 53)];
    }

    /// <summary>Null where no server answers with a decision, or the name is none.</summary>
    public async Task<DnsResponse?> AskAsync(DnsQuestion question, CancellationToken cancel)
    {
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var server in servers)
            {
                if (await AskAsync(server, question, cancel) is { IsDecided: true } answer) return answer;
                cancel.ThrowIfCancellationRequested();
            }
        }

        return null;
    }

    private static async Task<DnsResponse?> AskAsync(IPEndPoint server, DnsQuestion question, CancellationToken cancel)
    {
        var id = (ushort)RandomNumberGenerator.GetInt32(1 << 16);
        if (!DnsWriter.TryWriteQuery(id, question, out var query)) return null;
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        late.CancelAfter(Patience);
        try
        {
            var answer = await AskByDatagramAsync(server, id, question, query, late.Token);
            return answer.IsTruncated ? await AskByStreamAsync(server, id, question, query, late.Token) ?? answer : answer;
        }
        catch (Exception fault) when (fault is SocketException or IOException or OperationCanceledException)
        {
            return null;
        }
    }

    private static async Task<DnsResponse> AskByDatagramAsync(IPEndPoint server, ushort id, DnsQuestion question, byte[] query, CancellationToken cancel)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, cancel);
        await socket.SendAsync(query, cancel);
        var buffer = new byte[LongestDatagram];
        while (true)
        {
            var length = await socket.ReceiveAsync(buffer, cancel);
            // Anything else than the answer is somebody guessing: the answer may still come.
            if (Matches(buffer.AsSpan(0, length), id, question) is { } answer) return answer;
        }
    }

    private static async Task<DnsResponse?> AskByStreamAsync(IPEndPoint server, ushort id, DnsQuestion question, byte[] query, CancellationToken cancel)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, cancel);
        await using var stream = new NetworkStream(socket);
        var framed = new byte[2 + query.Length];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)query.Length);
        query.CopyTo(framed, 2);
        await stream.WriteAsync(framed, cancel);
        var head = new byte[2];
        await stream.ReadExactlyAsync(head, cancel);
        var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
        await stream.ReadExactlyAsync(message, cancel);
        return Matches(message, id, question);
    }

    private static DnsResponse? Matches(ReadOnlySpan<byte> message, ushort id, DnsQuestion question) =>
        DnsReader.TryRead(message, out var answer) && answer.Id == id && answer.Question == question ? answer : null;
}
