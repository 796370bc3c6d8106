using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Byon.MediaNode.Core.Protocol.Dns;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Tests.Rig;

/// <summary>A name server on loopback, UDP and TCP, with the records a test gives it; every other name does not exist.</summary>
internal sealed class DnsDouble : IAsyncDisposable
{
    private readonly ConcurrentDictionary<DnsQuestion, List<(uint Life, byte[] Data)>> _zone = new();
    private readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly TcpListener _tcp;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    public DnsDouble()
    {
        Address = new IPEndPoint(IPAddress.Loopback, FreePorts.Next());
        _udp.Bind(Address);
        _tcp = new TcpListener(Address);
        _tcp.Start();
        _running = Task.WhenAll(AnswerDatagramsAsync(), AnswerStreamsAsync());
    }

    public IPEndPoint Address { get; }

    /// <summary>What was asked, oldest first, with the transport it came by; more than once where an answer was late.</summary>
    public ConcurrentQueue<(DnsQuestion Question, bool IsStream)> Asked { get; } = new();

    /// <summary>Says nothing to so many queries.</summary>
    public int Ignores { get; set; }

    /// <summary>Answers over UDP are cut off, so that the whole one is to be asked for by TCP.</summary>
    public bool Truncates { get; set; }

    /// <summary>Before the answer comes one that somebody made up.</summary>
    public bool IsSpoofed { get; set; }

    public void Address4(string name, string address, uint life = 60) => Add(name, DnsRecordType.Address, life, IPAddress.Parse(address).GetAddressBytes());

    public void Service(string name, ushort priority, ushort weight, ushort port, string target, uint life = 60) =>
        Add(name, DnsRecordType.Service, life, [.. Number(priority), .. Number(weight), .. Number(port), .. Name(target)]);

    public void Authority(string name, ushort order, ushort preference, string service, string replacement, uint life = 60) =>
        Add(name, DnsRecordType.NamingAuthority, life, [.. Number(order), .. Number(preference), .. Text("s"), .. Text(service), .. Text(""), .. Name(replacement)]);

    public void Alias(string name, string target) => Add(name, DnsRecordType.CanonicalName, 60, Name(target));

    public void Forget(string name, DnsRecordType type) => _zone.TryRemove(new DnsQuestion(name, type), out _);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _udp.Dispose();
        _tcp.Dispose();
        _stopping.Dispose();
    }

    private void Add(string name, DnsRecordType type, uint life, byte[] data) =>
        _zone.AddOrUpdate(new DnsQuestion(name, type), [(life, data)], (_, known) => [.. known, (life, data)]);

    private async Task AnswerDatagramsAsync()
    {
        var buffer = new byte[1024];
        try
        {
            while (true)
            {
                var query = await _udp.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _stopping.Token);
                if (Ignores > 0)
                {
                    Ignores--;
                    continue;
                }

                var answer = Answer(buffer.AsSpan(0, query.ReceivedBytes), isStream: false);
                if (IsSpoofed) await _udp.SendToAsync(Spoofed(answer), query.RemoteEndPoint, _stopping.Token);
                await _udp.SendToAsync(answer, query.RemoteEndPoint, _stopping.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task AnswerStreamsAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _tcp.AcceptTcpClientAsync(_stopping.Token);
                await AnswerStreamAsync(client.GetStream());
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task AnswerStreamAsync(NetworkStream stream)
    {
        try
        {
            var head = new byte[2];
            await stream.ReadExactlyAsync(head, _stopping.Token);
            var query = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
            await stream.ReadExactlyAsync(query, _stopping.Token);
            var answer = Answer(query, isStream: true);
            await stream.WriteAsync((byte[])[.. Number((ushort)answer.Length), .. answer], _stopping.Token);
        }
        catch (IOException)
        {
            // Whoever asked has lost patience, and asks again.
        }
    }

    private byte[] Answer(ReadOnlySpan<byte> query, bool isStream)
    {
        var (labels, at) = (new List<string>(), 12);
        for (; query[at] != 0; at += query[at] + 1) labels.Add(Encoding.ASCII.GetString(query.Slice(at + 1, query[at])));
        var question = query[12..(at + 5)];
        var asked = new DnsQuestion(string.Join('.', labels), (DnsRecordType)BinaryPrimitives.ReadUInt16BigEndian(query[(at + 1)..]));
        Asked.Enqueue((asked, isStream));
        var records = _zone.GetValueOrDefault(asked, []).Select(one => (asked.Type, one.Life, one.Data)).ToList();
        var aliases = _zone.GetValueOrDefault(asked with { Type = DnsRecordType.CanonicalName }, []);
        var isCut = Truncates && !isStream && records.Count > 0;
        var body = new List<byte>();
        foreach (var (type, life, data) in isCut ? [] : records) body.AddRange(Record([0xC0, 12], type, life, data));
        foreach (var (life, target) in aliases)
        {
            body.AddRange(Record([0xC0, 12], DnsRecordType.CanonicalName, life, target));
            var name = string.Join('.', Labels(target));
            foreach (var (more, data) in _zone.GetValueOrDefault(asked with { Name = name }, []))
            {
                body.AddRange(Record(target, asked.Type, more, data));
                records.Add((asked.Type, more, data));
            }
        }

        var count = isCut ? 0 : records.Count + aliases.Count;
        var flags = (ushort)(0x8180 | (isCut ? 0x0200 : 0) | (records.Count == 0 && aliases.Count == 0 ? 3 : 0));
        return [.. query[..2], .. Number(flags), .. Number(1), .. Number((ushort)count), .. Number(0), .. Number(0), .. question, .. body];
    }

    private static byte[] Spoofed(byte[] answer)
    {
        var spoofed = (byte[])answer.Clone();
        (spoofed[0], spoofed[^1]) = ((byte)(spoofed[0] ^ 1), (byte)(spoofed[^1] ^ 1));
        return spoofed;
    }

    private static byte[] Record(byte[] name, DnsRecordType type, uint life, byte[] data)
    {
        var seconds = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(seconds, life);
        return [.. name, .. Number((ushort)type), .. Number(1), .. seconds, .. Number((ushort)data.Length), .. data];
    }

    private static byte[] Name(string name) => [.. name.Split('.').SelectMany(Text), 0];

    private static IEnumerable<string> Labels(byte[] name)
    {
        for (var at = 0; name[at] != 0; at += name[at] + 1) yield return Encoding.ASCII.GetString(name, at + 1, name[at]);
    }

    private static byte[] Text(string text) => [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    private static byte[] Number(ushort number) => [(byte)(number >> 8), (byte)number];
}
