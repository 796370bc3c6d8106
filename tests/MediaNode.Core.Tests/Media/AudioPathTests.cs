using System.Net;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

/// <summary>One direction between two legs, in virtual time; what is sent is read back from the transmit queue.</summary>
public sealed class AudioPathTests : IDisposable
{
    private const double Hertz = 440;

    private static readonly AudioFormat Pcmu = new(AudioCodec.Pcmu, 0, 8000);
    private static readonly AudioFormat Pcma = new(AudioCodec.Pcma, 8, 8000);
    private static readonly AudioFormat Opus = new(AudioCodec.Opus, 111, 48000);
    private static readonly TimeSpan PacketTime = TimeSpan.FromMilliseconds(20);

    private readonly MediaTransmitQueue _queue = new(64);
    private readonly ImsLeg _leg;
    private readonly AudioPath _path;
    private readonly List<Sent> _sent = [];
    private Instant _now = new(TimeSpan.TicksPerDay);
    private ushort _sequence = 65500;
    private uint _timestamp = uint.MaxValue - 1000;
    private AudioStream _from = Stream(Pcma);

    public AudioPathTests()
    {
        _leg = new ImsLeg(_queue, new EntropySource(new byte[32]), 1, 2);
        _path = new AudioPath(new ManagedCodecs(), _leg.Output);
        Connect(Stream(Pcma), Stream(Pcmu));
    }

    public void Dispose() => _path.Dispose();

    [Fact]
    public void TranscodedAudioIsTheSameTone()
    {
        Speak(50);
        Assert.True(_sent.Count >= 48);
        Assert.True(Tone.Heard(Decode(_sent), Hertz, 1000, 8000) > TimeSpan.FromMilliseconds(900));
    }

    [Fact]
    public void TranscodedPacketsCountUpWithoutAGapAndFollowTheClock()
    {
        Speak(20);
        Run(TimeSpan.FromMilliseconds(730));
        Speak(20);

        AssertSequenceIsUnbroken();
        Assert.Equal(2, _sent.Count(s => s.Marker));
        Assert.True(_sent[0].Marker);
        foreach (var (before, after) in _sent.Zip(_sent.Skip(1)))
            Assert.Equal(RtpClock.Units(after.At - before.At, 8000), after.Timestamp - before.Timestamp);
    }

    [Fact]
    public void LossReorderingAndDuplicatesStillGiveTheToneInStep()
    {
        var random = new Random(9);
        (ushort, uint, byte[])? held = null;
        for (var i = 0; i < 150; i++)
        {
            var packet = NextPacket();
            var dice = random.Next(100);
            var (lost, late, twice) = (dice < 5, dice is >= 5 and < 10, dice is >= 10 and < 15);
            if (late) held = packet;
            else if (!lost) Receive(packet);
            if (twice) Receive(packet);
            Run(TimeSpan.FromMilliseconds(10));
            if (held is { } delayed)
            {
                Receive(delayed);
                held = null;
            }

            Run(TimeSpan.FromMilliseconds(10));
        }

        AssertSequenceIsUnbroken();
        Assert.InRange(_sent.Count, 146, 150);
        Assert.True(Tone.Heard(Decode(_sent), Hertz, 1000, 8000) > TimeSpan.FromSeconds(2.5));
    }

    [Fact]
    public void PassthroughKeepsEveryBitOfThePayloadAndTheSpacingOfTheSource()
    {
        Connect(Stream(Opus), Stream(Opus with { PayloadType = 96 }));
        var random = new Random(2);
        var payloads = new List<byte[]>();
        for (var i = 0; i < 100; i++)
        {
            var payload = new byte[random.Next(1, 300)];
            random.NextBytes(payload);
            payloads.Add(payload);
            Receive((_sequence++, _timestamp += 960, payload));
            Run(PacketTime);
        }

        Assert.Equal(payloads, _sent.Select(s => s.Payload));
        AssertSequenceIsUnbroken();
        Assert.All(_sent, s => Assert.Equal((96, _leg.Rtcp.Ssrc), (s.PayloadType, s.Ssrc)));
        Assert.All(_sent.Zip(_sent.Skip(1)), pair => Assert.Equal(960u, pair.Second.Timestamp - pair.First.Timestamp));
    }

    [Fact]
    public void PassthroughShowsTheSourcesLossAndOrder()
    {
        Connect(Stream(Pcma), Stream(Pcma));
        var first = (ushort)(_sequence + 5);
        foreach (ushort step in (ushort[])[0, 1, 3, 2, 6]) Receive(((ushort)(first + step), 160u * step, [1]));
        Drain();
        Assert.Equal([0, 1, 3, 2, 6], _sent.ConvertAll(s => s.Sequence - _sent[0].Sequence));
        Assert.Equal([0u, 160u, 480u, 320u, 960u], _sent.ConvertAll(s => s.Timestamp - _sent[0].Timestamp));
    }

    [Fact]
    public void ASourceThatChangesInPassthroughGoesOnWhereTheFirstLeftOff()
    {
        Connect(Stream(Pcma), Stream(Pcma));
        Speak(5);
        Run(TimeSpan.FromMilliseconds(480));
        Receive((7, 99, [1]), ssrc: 77);
        Drain();
        AssertSequenceIsUnbroken();
        Assert.True(_sent[^1].Marker);
        Assert.Equal(160u + 3840u, _sent[^1].Timestamp - _sent[^2].Timestamp);
    }

    [Fact]
    public void AHeldDirectionSendsNothingAndTheClockGoesOnBehindIt()
    {
        Speak(10);
        var before = _sent.Count;
        Connect(Stream(Pcma), Stream(Pcmu) with { Direction = MediaDirection.ReceiveOnly });
        Assert.False(_path.Active);
        Speak(50);
        Assert.Equal(before, _sent.Count);
        Assert.Null(_path.NextTimeout);

        Connect(Stream(Pcma), Stream(Pcmu));
        Speak(10);
        AssertSequenceIsUnbroken();
        Assert.True(_sent[before].Marker);
        Assert.Equal(RtpClock.Units(_sent[before].At - _sent[before - 1].At, 8000), _sent[before].Timestamp - _sent[before - 1].Timestamp);
    }

    [Fact]
    public void AHeldPassthroughLooksLikeAPauseAndNotLikeLoss()
    {
        Connect(Stream(Pcma), Stream(Pcma));
        Speak(5);
        Connect(Stream(Pcma), Stream(Pcma) with { Direction = MediaDirection.Inactive });
        Speak(100);
        Connect(Stream(Pcma), Stream(Pcma));
        Speak(5);

        Assert.Equal(10, _sent.Count);
        AssertSequenceIsUnbroken();
        Assert.True(_sent[5].Marker);
        Assert.Equal(101 * 160u, _sent[5].Timestamp - _sent[4].Timestamp);
    }

    [Fact]
    public void APeerThatMayNotSendIsNotHeard()
    {
        Connect(Stream(Pcma) with { Direction = MediaDirection.SendOnly }, Stream(Pcma));
        Speak(10);
        Assert.Empty(_sent);
    }

    [Fact]
    public void AKeyPressReachesTheFarPayloadTypeWithAFixedTimeStamp()
    {
        Connect(Stream(Opus) with { TelephoneEvent = new(110, 48000) }, Stream(Pcmu) with { TelephoneEvent = new(101, 8000) });
        char? digit = null;
        for (var i = 1; i <= 5; i++)
        {
            digit = Press(9, i * 960, end: false) ?? digit;
            Run(PacketTime);
        }

        for (var i = 0; i < 3; i++) Press(9, 4800, end: true);
        Run(TimeSpan.FromMilliseconds(200));

        Assert.Equal('9', digit);
        Assert.All(_sent, s => Assert.Equal((101, _sent[0].Timestamp), (s.PayloadType, s.Timestamp)));
        Assert.Equal([true, false, false, false, false, false, false, false], _sent.ConvertAll(s => s.Marker));
        var events = _sent.ConvertAll(s => TelephoneEvent.TryParse(s.Payload, out var e) ? e : default);
        Assert.Equal([160, 320, 480, 640, 800, 800, 800, 800], events.ConvertAll(e => (int)e.Duration));
        Assert.Equal(3, events.Count(e => e.End));
        AssertSequenceIsUnbroken();
    }

    [Fact]
    public void AKeyPressWithinPassthroughKeepsTheSequenceUnbrokenAndTheAudioUntouched()
    {
        Connect(Stream(Pcma) with { TelephoneEvent = new(96, 8000) }, Stream(Pcma) with { TelephoneEvent = new(101, 8000) });
        Speak(5);
        Press(1, 160, end: false);
        Run(PacketTime);
        Press(1, 320, end: true);
        Press(1, 320, end: true);
        Press(1, 320, end: true);
        Run(TimeSpan.FromMilliseconds(100));
        _timestamp += 160 * 7;
        Speak(5);

        AssertSequenceIsUnbroken();
        Assert.Equal(10, _sent.Count(s => s.PayloadType == 8));
        Assert.Equal(4, _sent.Count(s => s.PayloadType == 101));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(0)]
    public void AKeyPressTowardsAPeerWithoutTelephoneEventIsHeardAsItsTones(byte to)
    {
        var far = to == 8 ? Pcma : Pcmu;
        Connect(Stream(Pcma) with { TelephoneEvent = new(96, 8000) }, Stream(far));
        Speak(10);
        for (var i = 1; i <= 10; i++)
        {
            if (i == 1) Assert.Equal('7', Press(7, 160, end: false));
            else Press(7, 160 * i, end: i == 10);
            Run(PacketTime);
        }

        var spoken = _sent.Count;
        _timestamp += 1600;
        Speak(15);
        AssertSequenceIsUnbroken();
        Assert.All(_sent, s => Assert.Equal(to, s.PayloadType));
        Assert.InRange(Tone.KeyHeard(Decode(_sent, far.Codec), '7', 8000), TimeSpan.FromMilliseconds(120), TimeSpan.FromMilliseconds(240));
        Assert.True(Tone.Heard(Decode(_sent[spoken..], far.Codec), Hertz, 1000, 8000) > TimeSpan.FromMilliseconds(200));
    }

    [Fact]
    public void AShortKeyPressSoundsLongEnoughToBeUnderstood()
    {
        Connect(Stream(Opus) with { TelephoneEvent = new(110, 48000) }, Stream(Pcmu));
        for (var i = 0; i < 3; i++) Press(11, 960, end: true);
        Run(TimeSpan.FromSeconds(1));
        Assert.Equal(4, _sent.Count);
        Assert.True(Tone.KeyHeard(Decode(_sent), '#', 8000) >= TimeSpan.FromMilliseconds(80));
        Assert.Null(_path.NextTimeout);
    }

    [Fact]
    public void AKeyThatIsNeverReleasedFallsSilent()
    {
        Connect(Stream(Pcma) with { TelephoneEvent = new(96, 8000) }, Stream(Pcmu));
        Press(1, 160, end: false);
        Run(TimeSpan.FromSeconds(20));
        Assert.InRange(_sent.Count, 7, 12);
        Assert.Null(_path.NextTimeout);
    }

    [Fact]
    public void APeerThatChangesItsCodecStaysTheSameTone()
    {
        var both = new AudioStream(Pcma, [Pcma, Pcmu], null, PacketTime, MediaDirection.SendReceive);
        Connect(both, Stream(Pcmu));
        Speak(25);
        Speak(25, Pcmu);
        Speak(25);
        AssertSequenceIsUnbroken();
        Assert.True(Tone.Heard(Decode(_sent), Hertz, 1000, 8000) > TimeSpan.FromMilliseconds(1200));
    }

    [Fact]
    public void AKeyThatAPeerWithoutTelephoneEventsSoundsIsNoticedOnce()
    {
        var (tone, samples, payload) = (new DtmfTone(), new short[160], new byte[160]);
        Speak(10);
        Assert.Null(_path.TakeKey());
        tone.Start('8');
        for (var i = 0; i < 10; i++)
        {
            tone.Fill(samples, 8000);
            new G711Encoder(AudioCodec.Pcma).Encode(samples, payload);
            Receive((_sequence++, _timestamp += 160, payload));
            Run(PacketTime);
        }

        Speak(10);
        Assert.Equal('8', _path.TakeKey());
        Assert.Null(_path.TakeKey());
    }

    [Fact]
    public void ComfortNoiseFillsAPauseAtItsLevel()
    {
        Speak(25);
        ReceiveNoise(60);
        Run(PacketTime * 30);
        Assert.InRange(_sent.Count, 53, 56);
        AssertSequenceIsUnbroken();
        var pause = Decode(_sent)[(30 * 160)..];
        Assert.InRange(Math.Sqrt(pause.Average(sample => (double)sample * sample)), 15, 32);
        Speak(25);
        Assert.True(Tone.Heard(Decode(_sent), Hertz, 1000, 8000) > TimeSpan.FromMilliseconds(900));
        Assert.Equal(1, _sent.Count(s => s.Marker));
    }

    [Fact]
    public void AComfortNoiseThatNobodyFollowsEnds()
    {
        Speak(5);
        ReceiveNoise(60);
        Run(TimeSpan.FromSeconds(5));
        Assert.InRange(_sent.Count, 50, 65);
        Assert.Null(_path.NextTimeout);
    }

    [Fact]
    public void ComfortNoisePassesThroughWhereThePeerTakesItAndIsLeftOutElsewhere()
    {
        Connect(Stream(Pcma), Stream(Pcma) with { ComfortNoise = 19 });
        Speak(3);
        ReceiveNoise(50);
        Assert.Equal((19, (byte)50), (_sent[^1].PayloadType, Assert.Single(_sent[^1].Payload)));
        Connect(Stream(Pcma), Stream(Pcma));
        ReceiveNoise(50);
        Speak(3);
        Assert.Equal(7, _sent.Count);
        AssertSequenceIsUnbroken();
    }

    [Fact]
    public void NothingIsAllocatedPerPacket()
    {
        Speak(50);
        Assert.Equal(0, AllocatedBySpeaking());
        Connect(Stream(Pcma), Stream(Pcma));
        Speak(50);
        Assert.Equal(0, AllocatedBySpeaking());
    }

    private long AllocatedBySpeaking()
    {
        var payload = new byte[160];
        var bytes = new byte[RtpPacket.HeaderSize + payload.Length];
        var sent = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 500; i++)
        {
            RtpPacket.WriteHeader(bytes, 8, false, _sequence++, _timestamp += 160, 5);
            if (!RtpPacket.TryParse(bytes, out var packet)) break;
            _path.Receive(_now, packet, Pcma);
            _now += PacketTime;
            _path.HandleTimeout(_now);
            sent += _queue.Count;
            _queue.Clear();
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(sent, 495, 505);
        return allocated;
    }

    private static AudioStream Stream(AudioFormat format) => new(format, [format], null, PacketTime, MediaDirection.SendReceive);

    private void Connect(AudioStream from, AudioStream to)
    {
        _from = from;
        _leg.Configure(_now, new ImsLegPlan(new IPEndPoint(IPAddress.Loopback, 4000), new IPEndPoint(IPAddress.Loopback, 4001), false, to));
        _path.Configure(from, to);
    }

    private void Speak(int packets, AudioFormat? format = null)
    {
        for (var i = 0; i < packets; i++)
        {
            Receive(NextPacket(format), format: format);
            Run(PacketTime);
        }
    }

    private (ushort, uint, byte[]) NextPacket(AudioFormat? format = null)
    {
        _timestamp += 160;
        var samples = new short[160];
        for (var i = 0; i < samples.Length; i++)
            samples[i] = (short)(12_000 * Math.Sin(2 * Math.PI * Hertz / 8000 * ((_timestamp + (uint)i) % 8000)));
        var payload = new byte[160];
        new G711Encoder((format ?? _from.Send).Codec).Encode(samples, payload);
        return (_sequence++, _timestamp, payload);
    }

    private void Receive((ushort Sequence, uint Timestamp, byte[] Payload) packet, uint ssrc = 5, AudioFormat? format = null)
    {
        var bytes = Packet(0, packet.Sequence, packet.Timestamp, ssrc, packet.Payload);
        Assert.True(RtpPacket.TryParse(bytes, out var parsed));
        _path.Receive(_now, parsed, format ?? _from.Send);
        Drain();
    }

    private void ReceiveNoise(byte level)
    {
        Assert.True(RtpPacket.TryParse(Packet(13, _sequence++, _timestamp += 160, 5, [level]), out var parsed));
        _path.ReceiveNoise(_now, parsed);
        Drain();
    }

    private char? Press(byte code, int duration, bool end)
    {
        var payload = new byte[TelephoneEvent.Size];
        new TelephoneEvent(code, end, 10, (ushort)duration).Write(payload);
        Assert.True(RtpPacket.TryParse(Packet(96, _sequence++, 55_555, 5, payload), out var parsed));
        var digit = _path.ReceiveEvent(_now, parsed, _from.TelephoneEvent!);
        Drain();
        return digit;
    }

    private static byte[] Packet(byte payloadType, ushort sequence, uint timestamp, uint ssrc, byte[] payload)
    {
        var bytes = new byte[RtpPacket.HeaderSize + payload.Length];
        RtpPacket.WriteHeader(bytes, payloadType, false, sequence, timestamp, ssrc);
        payload.CopyTo(bytes, RtpPacket.HeaderSize);
        return bytes;
    }

    /// <summary>Lets virtual time pass from deadline to deadline.</summary>
    private void Run(TimeSpan duration)
    {
        var end = _now + duration;
        while (_path.NextTimeout is { } due && due <= end)
        {
            _now = due > _now ? due : _now;
            _path.HandleTimeout(_now);
            Drain();
        }

        _now = end;
    }

    private void Drain()
    {
        for (var i = 0; i < _queue.Count; i++)
        {
            var transmit = _queue[i];
            Assert.True(RtpPacket.TryParse(_queue.Memory.AsSpan(transmit.Offset, transmit.Length), out var packet));
            _sent.Add(new Sent(_now, packet.Marker, packet.PayloadType, packet.SequenceNumber, packet.Timestamp, packet.Ssrc, packet.Payload.ToArray()));
        }

        _queue.Clear();
    }

    private void AssertSequenceIsUnbroken() =>
        Assert.All(_sent.Zip(_sent.Skip(1)), pair => Assert.Equal((ushort)(pair.First.Sequence + 1), pair.Second.Sequence));

    private static short[] Decode(List<Sent> sent, AudioCodec codec = AudioCodec.Pcmu)
    {
        var samples = new List<short>();
        var decoder = new G711Decoder(codec);
        foreach (var packet in sent)
        {
            var one = new short[packet.Payload.Length];
            decoder.Decode(packet.Payload, one);
            samples.AddRange(one);
        }

        return [.. samples];
    }

    private sealed record Sent(Instant At, bool Marker, byte PayloadType, ushort Sequence, uint Timestamp, uint Ssrc, byte[] Payload);
}
