using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Byon.MediaNode;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.MediaNode.Native;
using Byon.Tests.TestKit;

namespace Byon.Tests.Bench.Media.Load;

/// <summary>
/// Both ends of thousands of calls on one thread: ICE and DTLS as browsers do them, then a packet each 20 ms in each direction of
/// each call, spread evenly over time. Relayed packets carry the time they were sent at; where audio is transcoded, the first
/// calls carry a burst of tone each second and what arrives is decoded to find it.
/// </summary>
internal sealed class LoadGenerator : IDisposable
{
    private const int Slots = 80;
    private const int Probes = 8;
    private const int StampSize = 16;
    private const ulong StampMark = 0x4259_4F4E_4C4F_4144;
    private const int SpeechSeconds = 12;
    private const int HandshakesAtOnce = 40;

    private static readonly TimeSpan PacketTime = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Slot = PacketTime / Slots;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(60);

    private readonly MediaCase _case;
    private readonly bool _isPlain;
    private readonly DtlsEndpointFactory _dtls;
    private readonly LoadSocket _web = new();
    private readonly LoadSocket _ims;
    private readonly LoadSocket _imsRtcp;
    private readonly LoadCall[] _calls;
    private readonly List<LoadCall>[] _slots;
    private readonly PacketSource _webSpeech, _webProbe, _imsSpeech, _imsProbe;
    private readonly DelayHistogram _upDelays = new(), _downDelays = new(), _lateness = new();
    private readonly byte[] _answer = new byte[256];
    private int _connected;
    private long _startedAt, _slotsDone, _windowFrom;
    private long _sentUp, _sentDown, _receivedUp, _receivedDown;

    /// <param name="isPlain">Neither ICE nor DTLS nor SRTP.</param>
    public LoadGenerator(MediaCase of, int calls, ICodecFactory codecs, bool isPlain = false)
    {
        _case = of;
        _isPlain = isPlain;
        (_ims, _imsRtcp) = BindPair();
        var certificate = DtlsCertificate.Create(DateTimeOffset.UtcNow);
        _dtls = new DtlsEndpointFactory(certificate, of.Srtp is { } only ? [only] : null);
        var entropy = new EntropySource(RandomNumberGenerator.GetBytes(32));
        _calls = [.. Enumerable.Range(0, calls).Select(i => new LoadCall(i, entropy, _dtls, certificate.Fingerprint))];
        _slots = [.. Enumerable.Range(0, Slots).Select(slot => _calls.Where(call => call.Index * Slots / calls == slot).ToList())];
        Fingerprint = $"{certificate.Fingerprint.HashFunction} {certificate.Fingerprint.Value}";
        (_webSpeech, _webProbe) = Sources(codecs, of.WebRtc, 48_000);
        (_imsSpeech, _imsProbe) = Sources(codecs, of.Ims, of.SampleRate);
        if (of.IsRelay) return;
        foreach (var call in _calls.Take(Probes))
        {
            call.Up.Probe = new OnsetDetector(codecs.CreateDecoder(of.Ims, of.SampleRate));
            call.Down.Probe = new OnsetDetector(codecs.CreateDecoder(of.WebRtc, 48_000));
        }
    }

    public IReadOnlyList<LoadCall> Calls => _calls;

    /// <summary>Of the certificate that all browsers show.</summary>
    public string Fingerprint { get; }

    public IPEndPoint WebEndPoint(LoadCall call) => new(LoadCall.Text(call.WebAddress), _web.Port);

    public IPEndPoint ImsEndPoint(LoadCall call) => new(LoadCall.Text(call.ImsAddress), _ims.Port);

    /// <summary>ICE and DTLS of the next calls, some at once.</summary>
    /// <exception cref="TimeoutException">Some call did not get there.</exception>
    public void Connect(IReadOnlyList<ServerEndpoints> servers, int count)
    {
        var clock = Stopwatch.StartNew();
        var calls = _calls.AsSpan(_connected, count);
        if (_isPlain)
        {
            foreach (var call in calls) call.Aim(servers[_connected++]);
            return;
        }

        for (int begun = 0, connected = 0; connected < count;)
        {
            for (; begun < count && begun - connected < HandshakesAtOnce; begun++) calls[begun].Connect(MonotonicClock.Now, servers[_connected + begun]);
            foreach (var call in calls[..begun]) Serve(call);
            FlushAll();
            ReceiveAll();
            connected = 0;
            foreach (var call in calls) connected += call.Client.IsConnected ? 1 : 0;
            if (clock.Elapsed > ConnectLimit) throw new TimeoutException($"{connected} of {count} calls connected");
            Nap.For(TimeSpan.FromMicroseconds(100));
        }

        _connected += count;
    }

    /// <summary>Audio both ways in the window that counts. What is relayed pauses first, so that all that is queued drains.</summary>
    /// <param name="windowOpens">Called at the window's first packet, and <paramref name="windowCloses"/> after its last.</param>
    public LoadResult Run(TimeSpan window, Action windowOpens, Action windowCloses)
    {
        if (_case.IsRelay) Listen(Pause);
        _upDelays.Clear();
        _downDelays.Clear();
        _sentUp = _sentDown = _receivedUp = _receivedDown = 0;
        _lateness.Clear();
        _windowFrom = UnixNanoseconds();
        var dropped = KernelDrops.Count();
        windowOpens();
        Send(window);
        windowCloses();
        Listen(Drain);
        dropped = KernelDrops.Count() - dropped;
        double sent = _sentUp + _sentDown;
        var lost = _case.IsRelay ? sent - _receivedUp - _receivedDown : dropped;
        return new LoadResult(
            Direction(_sentUp, _receivedUp, _upDelays), Direction(_sentDown, _receivedDown, _downDelays), lost / sent, _lateness.Percentile(0.99));
    }

    public void Dispose()
    {
        foreach (var call in _calls) call.Dispose();
        _web.Dispose();
        _ims.Dispose();
        _imsRtcp.Dispose();
        _dtls.Dispose();
    }

    private static LoadDirection Direction(long sent, long received, DelayHistogram delays) =>
        new(sent, received, delays.Percentile(0.5), delays.Percentile(0.99));

    private static (LoadSocket Rtp, LoadSocket Rtcp) BindPair()
    {
        for (var tries = 0; ; tries++)
        {
            var rtp = new LoadSocket();
            try
            {
                return (rtp, new LoadSocket(rtp.Port + 1));
            }
            catch (SocketException) when (tries < 50)
            {
                rtp.Dispose();
            }
        }
    }

    private static (PacketSource Speech, PacketSource Probe) Sources(ICodecFactory codecs, AudioFormat format, int sampleRate) =>
        (PacketSource.Of(codecs, format, sampleRate, Speech.Samples(sampleRate, SpeechSeconds)), PacketSource.Of(codecs, format, sampleRate, Voice.Probe(sampleRate)));

    private static long UnixNanoseconds() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;

    /// <summary>Audio both ways, for nothing but that everything gets used to it.</summary>
    /// <param name="oneIn">One in so many calls speaks, the others are silent meanwhile.</param>
    public void WarmUp(TimeSpan duration, int oneIn = 1) => Send(duration, oneIn);

    private void Send(TimeSpan duration, int oneIn = 1)
    {
        _startedAt = Stopwatch.GetTimestamp();
        _slotsDone = 0;
        var last = (long)(duration / Slot);
        while (_slotsDone < last)
        {
            var elapsed = Stopwatch.GetElapsedTime(_startedAt);
            var due = Math.Min(last, (long)(elapsed / Slot) + 1);
            for (; _slotsDone < due; _slotsDone++)
            {
                _lateness.Add((elapsed - _slotsDone * Slot).Ticks * 100);
                SendSlot(_slots[_slotsDone % Slots], oneIn);
            }

            FlushAll();
            ReceiveAll();
            // The kernel notes when a packet arrived: what came may wait to be taken together.
            if (_slotsDone * Slot - Stopwatch.GetElapsedTime(_startedAt) is var rest && rest > TimeSpan.Zero) Nap.For(rest);
        }
    }

    /// <summary>Takes what comes, and sends nothing.</summary>
    public void Listen(TimeSpan duration)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < duration;)
        {
            ReceiveAll();
            Nap.For(TimeSpan.FromMicroseconds(200));
        }
    }

    private void SendSlot(List<LoadCall> calls, int oneIn)
    {
        foreach (var call in calls)
        {
            Serve(call);
            if (call.Index % oneIn != 0) continue;
            SendUp(call);
            SendDown(call);
        }
    }

    private void SendUp(LoadCall call)
    {
        var length = WritePacket(_web.Next(), call.Up, _case.WebRtc, call.Up.Probe is null ? _webSpeech : _webProbe, (uint)call.Index + 1);
        if (length == 0) return;
        if (!_isPlain) length = call.Client.ProtectRtp(_web.Next(), length);
        _web.Queue(length, call.WebAddress, call.WebRemote);
        _sentUp++;
    }

    private void SendDown(LoadCall call)
    {
        var length = WritePacket(_ims.Next(), call.Down, _case.Ims, call.Down.Probe is null ? _imsSpeech : _imsProbe, (uint)call.Index + 100_001);
        if (length == 0) return;
        _ims.Queue(length, call.ImsAddress, call.ImsRemote);
        _sentDown++;
    }

    /// <summary>Returns the packet's length; 0 in a pause.</summary>
    private int WritePacket(Span<byte> packet, LoadCall.Stream stream, AudioFormat format, PacketSource source, uint ssrc)
    {
        // Calls start at different places of the speech, so that they are not all loud at once.
        var index = stream.Probe is null ? stream.Packet + (int)(ssrc * 37) : stream.Packet;
        var payload = source[index];
        payload.CopyTo(packet[RtpPacket.HeaderSize..]);
        var length = RtpPacket.HeaderSize + payload.Length;
        var now = UnixNanoseconds();
        if (stream.Probe is not null && index % source.Count == 0) stream.BurstSentAt = now;
        var isFirst = stream.Packet++ == 0;
        var timestamp = stream.Timestamp;
        stream.Timestamp += (uint)(format.ClockRate / 50);
        if (payload.IsEmpty) return 0;
        RtpPacket.WriteHeader(packet, format.PayloadType, isFirst, stream.Sequence++, timestamp, ssrc);
        if (!_case.IsRelay) return length;
        BinaryPrimitives.WriteUInt64BigEndian(packet[length..], StampMark);
        BinaryPrimitives.WriteInt64BigEndian(packet[(length + 8)..], now);
        return length + StampSize;
    }

    /// <summary>Consent checks and handshakes.</summary>
    private void Serve(LoadCall call)
    {
        if (call.Client.NextTimeout <= MonotonicClock.Now) call.Client.HandleTimeout(MonotonicClock.Now);
        while (call.Client.TryDequeue(out var datagram))
        {
            datagram.CopyTo(_web.Next());
            _web.Queue(datagram.Length, call.WebAddress, call.WebRemote);
        }
    }

    private void FlushAll()
    {
        _web.Flush();
        _ims.Flush();
    }

    private void ReceiveAll()
    {
        while (ReceiveWeb() + ReceiveIms() > 0)
        {
        }

        while (_imsRtcp.Receive() > 0)
        {
        }
    }

    private int ReceiveWeb()
    {
        var count = _web.Receive();
        for (var i = 0; i < count; i++)
        {
            var (target, arrivedAt) = _web.Arrival(i);
            if (LoadCall.IndexOf(target) is var index && (index < 0 || index >= _calls.Length)) continue;
            var call = _calls[index];
            var datagram = _web.Datagram(i);
            if (_isPlain)
            {
                Count(datagram, call.Down, arrivedAt, _downDelays, ref _receivedDown);
            }
            else if (call.AnswerCheck(datagram, _answer) is var length and > 0)
            {
                _answer.AsSpan(0, length).CopyTo(_web.Next());
                _web.Queue(length, call.WebAddress, call.WebRemote);
            }
            else if (call.Client.Receive(MonotonicClock.Now, datagram, out var plain) == PeerPacketKind.Rtp)
            {
                Count(datagram[..plain], call.Down, arrivedAt, _downDelays, ref _receivedDown);
            }
            else
            {
                Serve(call);
            }
        }

        return count;
    }

    private int ReceiveIms()
    {
        var count = _ims.Receive();
        for (var i = 0; i < count; i++)
        {
            var (target, arrivedAt) = _ims.Arrival(i);
            if (LoadCall.IndexOf(target) is var index && index >= 0 && index < _calls.Length)
                Count(_ims.Datagram(i), _calls[index].Up, arrivedAt, _upDelays, ref _receivedUp);
        }

        return count;
    }

    private void Count(ReadOnlySpan<byte> datagram, LoadCall.Stream stream, long arrivedAt, DelayHistogram delays, ref long received)
    {
        if (!RtpPacket.TryParse(datagram, out var packet)) return;
        var payload = packet.Payload;
        if (!_case.IsRelay)
        {
            received++;
            if (stream.Probe?.Hear(payload) is { } onset && stream.BurstSentAt > _windowFrom)
                delays.Add(arrivedAt + (long)(onset * 1e9) - stream.BurstSentAt);
            return;
        }

        if (payload.Length < StampSize || BinaryPrimitives.ReadUInt64BigEndian(payload[^StampSize..]) != StampMark) return;
        var sentAt = BinaryPrimitives.ReadInt64BigEndian(payload[^8..]);
        if (sentAt < _windowFrom) return;
        received++;
        delays.Add(arrivedAt - sentAt);
    }
}
