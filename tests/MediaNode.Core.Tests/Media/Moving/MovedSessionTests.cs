using System.Net;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Core.Tests.Media.Moving;

/// <summary>A live session is written down by one node and read by another, whose clock began at another time.</summary>
public sealed class MovedSessionTests : IDisposable
{
    private static readonly IPEndPoint PhoneRtp = new(IPAddress.Parse("192.0.2.9"), 4000);
    private static readonly IPEndPoint PhoneRtcp = new(PhoneRtp.Address, 4001);
    private static readonly AudioFormat Pcmu = new(AudioCodec.Pcmu, 0, 8000);
    private static readonly AudioFormat Pcma = new(AudioCodec.Pcma, 8, 8000);
    private static readonly TelephoneEventFormat Event = new(101, 8000);
    private static readonly TimeSpan PacketTime = TimeSpan.FromMilliseconds(20);
    private static readonly DateTimeOffset Wall = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly short[] BrowserTone = Tone.Samples(500, TimeSpan.FromSeconds(1), 8000);
    private static readonly short[] PhoneTone = Tone.Samples(1200, TimeSpan.FromSeconds(1), 8000);

    private readonly IceCredentials _ice = new("gate", "gatewaygatewaygateway1");
    private readonly VirtualBrowser _browser = new();
    private readonly MediaTransmitQueue _queue = new(64);
    private readonly SentMedia _sent;
    private readonly List<MediaEvent> _events = [];
    private MediaSession _session;
    private Instant _now = new(TimeSpan.TicksPerDay);
    private int _spoken;
    private AudioFormat _browserSpeaks = Pcmu;
    private Instant _reportedAt;

    public MovedSessionTests()
    {
        _sent = new SentMedia(_browser, PhoneRtp, PhoneRtcp);
        _session = new MediaSession(SentMedia.Sockets, new WebRtcPeer(_ice, _browser), new ManagedCodecs(), new EntropySource(new byte[32]), _queue);
    }

    public void Dispose()
    {
        _session.Dispose();
        _browser.Dispose();
    }

    [Fact]
    public void BothSidesHearEachOtherBeforeAndAfter()
    {
        Connect(Pcmu, Pcma);
        Talk(100);
        Move(TimeSpan.FromMilliseconds(300));
        Talk(100);

        Assert.True(Tone.Heard(Decode(_sent.ToPhone, AudioCodec.Pcma), 500, 1200, 8000) > TimeSpan.FromSeconds(3.6));
        Assert.True(Tone.Heard(Decode(_sent.ToBrowser, AudioCodec.Pcmu), 1200, 500, 8000) > TimeSpan.FromSeconds(3.6));
        Assert.DoesNotContain(_sent.ToBrowser, packet => packet.Length == 0);
        Assert.Equal(["IceConnected", "DtlsConnected", "FirstWebRtcAudio", "FirstImsAudio"], _events.Select(e => e.GetType().Name));
        Assert.Equal((200, 0), (_session.Statistics.WebRtc.PacketsReceived, _session.Statistics.WebRtc.Dropped));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ThePeersSeeOneStreamGoOn(bool passedThrough)
    {
        Connect(passedThrough ? Pcma : Pcmu, Pcma);
        Talk(50);
        var (phone, browser) = (_sent.ToPhone.Count, _sent.ToBrowser.Count);
        Move(TimeSpan.FromMilliseconds(200));
        Talk(50);

        AssertGoesOn(_sent.ToPhone, phone);
        AssertGoesOn(_sent.ToBrowser, browser);
    }

    [Fact]
    public void RollOverCountersOfBothDirectionsGoAlong()
    {
        Connect(Pcma, Pcma);
        // The browser's numbers wrap after 36 packets, ours somewhere in the 16 bits.
        Talk(40);
        while (Read(_sent.ToBrowser[^1]).SequenceNumber != 10) Talk(1);
        var before = _sent.ToBrowser.Count;
        var received = _session.Statistics.WebRtc.PacketsReceived;
        Move(TimeSpan.FromMilliseconds(100));
        Talk(20);

        Assert.Equal(20, _sent.ToBrowser.Skip(before).Count(packet => packet.Length > 0));
        Assert.Equal((received + 20, 0), (_session.Statistics.WebRtc.PacketsReceived, _session.Statistics.WebRtc.Dropped));
    }

    [Fact]
    public void WhatTheFirstNodeHasSeenIsAReplayForTheSecond()
    {
        Connect(Pcma, Pcma);
        Talk(10);
        var seen = _browser.Protect(Audio(500, Pcma, 10)).ToArray();
        _spoken++;
        _session.ReceiveWebRtc(_now, VirtualBrowser.Address, seen.ToArray());
        Drain();
        var heard = _sent.ToPhone.Count;
        Move(TimeSpan.Zero);
        _session.ReceiveWebRtc(_now, VirtualBrowser.Address, seen);
        Drain();
        Assert.Equal((heard, 1), (_sent.ToPhone.Count, _session.Statistics.WebRtc.Dropped));
    }

    [Fact]
    public void AKeyThatIsPressedDuringTheMoveEndsOnce()
    {
        Connect(Pcma, Pcma, Event);
        Talk(10);
        var pressed = (uint)(_spoken * 160);
        Press(pressed, 160, end: false);
        Press(pressed, 320, end: false);
        Move(TimeSpan.FromMilliseconds(60));
        Press(pressed, 960, end: true);
        Run(TimeSpan.FromSeconds(1));

        var events = _sent.ToPhone.Where(p => Read(p).PayloadType == 101).Select(p => (Read(p).Timestamp, Update: Parse(p))).ToList();
        Assert.Single(events.Select(e => e.Timestamp).Distinct());
        Assert.Equal([160, 320, 960, 960, 960], events.Select(e => (int)e.Update.Duration));
        Assert.Equal([false, false, true, true, true], events.Select(e => e.Update.End));
        Assert.Equal("5", string.Concat(_events.OfType<DigitRelayed>().Select(e => e.Digit)));
    }

    [Fact]
    public void RoundTripsStayRightThoughTheClocksDiffer()
    {
        Connect(Pcma, Pcma);
        Talk(500);
        var reader = new RtcpReader(_sent.ToPhoneRtcp[^1]);
        Assert.True(reader.TryRead(out var report));
        var (ours, middle, said) = (report.Ssrc, (uint)(report.SenderInfo.NtpTimestamp >> 16), report.SenderInfo.PacketCount);
        var sinceReport = _now - _reportedAt + TimeSpan.FromMilliseconds(250);
        Move(TimeSpan.FromMilliseconds(250));
        var answer = new byte[64];
        var writer = new RtcpWriter(answer);
        var delay = (uint)RtpClock.Units(sinceReport - TimeSpan.FromMilliseconds(40), 65536);
        writer.WriteReceiverReport(77, [new RtcpReportBlock(ours, 0, 0, 0, 0, middle, delay)]);
        _session.ReceiveIms(_now, PhoneRtcp, answer.AsSpan(0, writer.Length), rtcp: true);

        Assert.InRange(_session.Statistics.Ims.RoundTrip!.Value, TimeSpan.FromMilliseconds(38), TimeSpan.FromMilliseconds(42));
        Talk(300);
        reader = new RtcpReader(_sent.ToPhoneRtcp[^1]);
        Assert.True(reader.TryRead(out report));
        Assert.Equal(ours, report.Ssrc);
        Assert.True(report.SenderInfo.PacketCount > said);
    }

    [Fact]
    public void ClocksThatDisagreeWildlyDoNoHarm()
    {
        Connect(Pcmu, Pcma);
        Talk(50);
        Move(TimeSpan.FromDays(-3));
        Talk(50);
        Assert.True(Tone.Heard(Decode(_sent.ToPhone, AudioCodec.Pcma), 500, 1200, 8000) > TimeSpan.FromSeconds(1.6));
    }

    [Fact]
    public void NothingIsSavedBeforeTheBrowserIsConnected()
    {
        Assert.Null(_session.Save(_now, Wall));
        _session.Apply(_now, Plan(Pcma, Pcma));
        Assert.Null(_session.Save(_now, Wall));
    }

    private static void AssertGoesOn(List<byte[]> packets, int moved)
    {
        var last = Read(packets[moved - 1]);
        var next = Read(packets[moved]);
        Assert.Equal((last.Ssrc, (ushort)(last.SequenceNumber + 1)), (next.Ssrc, next.SequenceNumber));
        Assert.InRange(next.Timestamp - last.Timestamp, 160u, 160u * 20);
    }

    /// <summary>Away from one node and, so much later, up on another, whose monotonic clock tells something else.</summary>
    private void Move(TimeSpan gap)
    {
        var saved = _session.Save(_now, Wall)!;
        _session.Dispose();
        _now = new Instant(_now.Ticks + TimeSpan.TicksPerDay * 11) + TimeSpan.FromMilliseconds(777);
        if (gap > TimeSpan.Zero) _now += gap;
        _session = new MediaSession(
            _now, Wall + gap, saved, SentMedia.Sockets, _browser, new ManagedCodecs(), new EntropySource(new byte[32]), _queue);
    }

    private static AudioStream Stream(AudioFormat format, TelephoneEventFormat? events) =>
        new(format, [format], events, PacketTime, MediaDirection.SendReceive);

    private static MediaPlan Plan(AudioFormat browser, AudioFormat phone, TelephoneEventFormat? events = null) => new(
        VirtualBrowser.Plan(Stream(browser, events)),
        new ImsLegPlan(PhoneRtp, PhoneRtcp, false, Stream(phone, events)));

    private void Connect(AudioFormat browser, AudioFormat phone, TelephoneEventFormat? events = null)
    {
        _browserSpeaks = browser;
        _session.Apply(_now, Plan(browser, phone, events));
        VirtualBrowser.Connect(_now, _session, _ice);
        Drain();
    }

    private void Talk(int packets)
    {
        for (var i = 0; i < packets; i++)
        {
            _session.ReceiveWebRtc(_now, VirtualBrowser.Address, _browser.Protect(Audio(500, _browserSpeaks, 10)));
            _session.ReceiveIms(_now, PhoneRtp, Audio(1200, Pcma, 20), rtcp: false);
            _spoken++;
            Drain();
            Run(PacketTime);
        }
    }

    private void Press(uint pressed, ushort duration, bool end)
    {
        var bytes = new byte[RtpPacket.HeaderSize + TelephoneEvent.Size];
        RtpPacket.WriteHeader(bytes, 101, false, (ushort)(65_500 + _spoken++), pressed, 10);
        new TelephoneEvent(5, end, 10, duration).Write(bytes.AsSpan(RtpPacket.HeaderSize));
        _session.ReceiveWebRtc(_now, VirtualBrowser.Address, _browser.Protect(bytes));
        Drain();
    }

    private byte[] Audio(double hertz, AudioFormat format, uint ssrc)
    {
        var bytes = new byte[RtpPacket.HeaderSize + 160];
        RtpPacket.WriteHeader(bytes, format.PayloadType, false, (ushort)(65_500 + _spoken), (uint)(_spoken * 160), ssrc);
        // A second of the tone, made once: it fits whole periods.
        var tone = hertz == 500 ? BrowserTone : PhoneTone;
        new G711Encoder(format.Codec).Encode(tone.AsSpan(_spoken % 50 * 160, 160), bytes.AsSpan(RtpPacket.HeaderSize));
        return bytes;
    }

    private void Run(TimeSpan duration) => _session.Run(ref _now, duration, Drain);

    private void Drain()
    {
        var reports = _sent.ToPhoneRtcp.Count;
        _sent.Take(_queue);
        if (_sent.ToPhoneRtcp.Count > reports) _reportedAt = _now;
        while (_session.TryDequeue(out var mediaEvent)) _events.Add(mediaEvent);
    }

    private static RtpPacket Read(byte[] bytes)
    {
        Assert.True(RtpPacket.TryParse(bytes, out var packet));
        return packet;
    }

    private static TelephoneEvent Parse(byte[] bytes)
    {
        Assert.True(TelephoneEvent.TryParse(Read(bytes).Payload, out var parsed));
        return parsed;
    }

    private static short[] Decode(List<byte[]> packets, AudioCodec codec)
    {
        var (decoder, samples, heard) = (new G711Decoder(codec), new short[160], new List<short>());
        foreach (var packet in packets) heard.AddRange(samples[..decoder.Decode(Read(packet).Payload, samples)]);
        return [.. heard];
    }
}
