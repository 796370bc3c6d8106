using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

/// <summary>Keys: as telephone events, as tones, and found in tones.</summary>
public sealed class AudioPathKeyTests : AudioPathRig
{
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
        Assert.All(SentPackets, s => Assert.Equal((101, SentPackets[0].Timestamp), (s.PayloadType, s.Timestamp)));
        Assert.Equal([true, false, false, false, false, false, false, false], SentPackets.ConvertAll(s => s.Marker));
        var events = SentPackets.ConvertAll(s => TelephoneEvent.TryParse(s.Payload, out var e) ? e : default);
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
        Timestamp += 160 * 7;
        Speak(5);

        AssertSequenceIsUnbroken();
        Assert.Equal(10, SentPackets.Count(s => s.PayloadType == 8));
        Assert.Equal(4, SentPackets.Count(s => s.PayloadType == 101));
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

        var spoken = SentPackets.Count;
        Timestamp += 1600;
        Speak(15);
        AssertSequenceIsUnbroken();
        Assert.All(SentPackets, s => Assert.Equal(to, s.PayloadType));
        Assert.InRange(Tone.KeyHeard(Decode(SentPackets, far.Codec), '7', 8000), TimeSpan.FromMilliseconds(120), TimeSpan.FromMilliseconds(240));
        Assert.True(Tone.Heard(Decode(SentPackets[spoken..], far.Codec), Hertz, 1000, 8000) > TimeSpan.FromMilliseconds(200));
    }

    [Fact]
    public void AShortKeyPressSoundsLongEnoughToBeUnderstood()
    {
        Connect(Stream(Opus) with { TelephoneEvent = new(110, 48000) }, Stream(Pcmu));
        for (var i = 0; i < 3; i++) Press(11, 960, end: true);
        Run(TimeSpan.FromSeconds(1));
        Assert.Equal(4, SentPackets.Count);
        Assert.True(Tone.KeyHeard(Decode(SentPackets), '#', 8000) >= TimeSpan.FromMilliseconds(80));
        Assert.Null(Path.NextTimeout);
    }

    [Fact]
    public void AKeyThatIsNeverReleasedFallsSilent()
    {
        Connect(Stream(Pcma) with { TelephoneEvent = new(96, 8000) }, Stream(Pcmu));
        Press(1, 160, end: false);
        Run(TimeSpan.FromSeconds(20));
        Assert.InRange(SentPackets.Count, 7, 12);
        Assert.Null(Path.NextTimeout);
    }

    [Fact]
    public void AKeyThatAPeerWithoutTelephoneEventsSoundsIsNoticedOnce()
    {
        var (tone, samples, payload) = (new DtmfTone(), new short[160], new byte[160]);
        Speak(10);
        Assert.Null(Path.TakeKey());
        tone.Start('8');
        for (var i = 0; i < 10; i++)
        {
            tone.Fill(samples, 8000);
            new G711Encoder(AudioCodec.Pcma).Encode(samples, payload);
            Receive((Sequence++, Timestamp += 160, payload));
            Run(PacketTime);
        }

        Speak(10);
        Assert.Equal('8', Path.TakeKey());
        Assert.Null(Path.TakeKey());
    }

    [Fact]
    public void KeysThatCameBySignallingAreSentAsEventsOneAfterTheOther()
    {
        Connect(Stream(Pcma), Stream(Opus) with { TelephoneEvent = new(110, 48000) });
        foreach (var key in "42#") Path.Press(Now, key, TimeSpan.FromMilliseconds(160));
        Run(TimeSpan.FromSeconds(2));

        var events = SentPackets.ConvertAll(s => (s.Timestamp, Event: TelephoneEvent.TryParse(s.Payload, out var e) ? e : default));
        Assert.Equal("42#", string.Concat(events.DistinctBy(e => e.Timestamp).Select(e => e.Event.Digit)));
        foreach (var press in events.GroupBy(e => e.Timestamp))
        {
            Assert.Equal(3, press.Count(e => e.Event.End));
            Assert.All(press.Where(e => e.Event.End), e => Assert.Equal(160 * 48, e.Event.Duration));
            Assert.Equal(press.Select(e => e.Event.Duration).Order(), press.Select(e => e.Event.Duration));
        }

        Assert.Equal(3, SentPackets.Count(s => s.Marker));
        AssertSequenceIsUnbroken();
        Assert.Null(Path.NextTimeout);
    }

    [Fact]
    public void AKeyThatCameBySignallingIsHeardAsTonesWhereThePeerTakesNoEvents()
    {
        Path.Press(Now, '5', TimeSpan.FromMilliseconds(200));
        Run(TimeSpan.FromSeconds(1));
        Assert.InRange(Tone.KeyHeard(Decode(SentPackets), '5', 8000), TimeSpan.FromMilliseconds(160), TimeSpan.FromMilliseconds(240));
        Assert.Null(Path.NextTimeout);
    }

    [Fact]
    public void AKeyThatAPeerHasJustSentIsKnown()
    {
        Connect(Stream(Pcma) with { TelephoneEvent = new(96, 8000) }, Stream(Pcmu) with { TelephoneEvent = new(101, 8000) });
        Assert.Equal('5', Press(5, 160, end: false));
        Run(PacketTime);
        Press(5, 320, end: true);
        Run(TimeSpan.FromMilliseconds(300));
        Assert.True(Path.HasJustHeard(Now, '5'));
        Assert.False(Path.HasJustHeard(Now, '6'));
        Assert.False(Path.HasJustHeard(Now + TimeSpan.FromSeconds(1), '5'));
    }

    [Fact]
    public void KeysWithoutEndAreBounded()
    {
        Connect(Stream(Pcma), Stream(Pcmu) with { TelephoneEvent = new(101, 8000) });
        for (var i = 0; i < 1000; i++) Path.Press(Now, '1', TimeSpan.FromHours(1));
        Path.Press(Now, 'x', TimeSpan.FromSeconds(1));
        Run(TimeSpan.FromMinutes(5));
        Assert.InRange(SentPackets.DistinctBy(s => s.Timestamp).Count(), 20, 34);
        Assert.Null(Path.NextTimeout);
    }

    /// <summary>What a receiver makes of the keys of a command where half of the packets are lost in pairs: each key once, as long as it was held.</summary>
    [Theory]
    [InlineData(100)]
    [InlineData(400)]
    public void PressedKeysReachAReceiverThatLosesPackets(int duration)
    {
        Connect(Stream(Pcma), Stream(Pcmu) with { TelephoneEvent = new(101, 8000) });
        const string keys = "0123456789*#ABCD";
        foreach (var key in keys)
        {
            Path.Press(Now, key, TimeSpan.FromMilliseconds(duration));
            Run(TimeSpan.FromMilliseconds(duration + 100));
        }

        var arrived = SentPackets.Where((_, i) => i % 4 < 2)
            .Select(s => (s.Timestamp, Event: TelephoneEvent.TryParse(s.Payload, out var e) ? e : default)).GroupBy(s => s.Timestamp).ToList();
        Assert.Equal(keys, string.Concat(arrived.Select(press => press.First().Event.Digit)));
        Assert.All(arrived, press =>
        {
            Assert.True(press.Last().Event.End);
            Assert.Equal(8 * duration, press.Last().Event.Duration);
        });
        Assert.Equal(keys.Length, SentPackets.Count(s => s.Marker));
        Assert.All(SentPackets.GroupBy(s => s.Timestamp), press => Assert.Equal(3, press.Count(s => (s.Payload[1] & 0x80) != 0)));
        AssertSequenceIsUnbroken();
    }

    [Fact]
    public void APressedKeyStandsForAudioThatIsPassedThrough()
    {
        Connect(Stream(Pcma), Stream(Pcma) with { TelephoneEvent = new(101, 8000) });
        Speak(5);
        Path.Press(Now, '5', TimeSpan.FromMilliseconds(100));
        Speak(20);
        var pressed = SentPackets.FindIndex(s => s.PayloadType == 101);
        var released = SentPackets.FindIndex(s => s.PayloadType == 101 && (s.Payload[1] & 0x80) != 0);
        Assert.All(SentPackets[pressed..released], s => Assert.Equal(101, s.PayloadType));
        Assert.Equal(20, SentPackets.Count(s => s.PayloadType == 8));
        AssertSequenceIsUnbroken();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void KeysArePressedWhereTheBrowserHasNoMicrophone(bool takesEvents)
    {
        var to = takesEvents ? Stream(Pcmu) with { TelephoneEvent = new(101, 8000) } : Stream(Pcmu);
        Connect(Stream(Pcma) with { Direction = MediaDirection.SendOnly }, to);
        Path.Press(Now, '5', TimeSpan.FromMilliseconds(200));
        Run(TimeSpan.FromSeconds(1));
        if (takesEvents) Assert.Equal(3, SentPackets.Count(s => s.PayloadType == 101 && (s.Payload[1] & 0x80) != 0));
        else Assert.InRange(Tone.KeyHeard(Decode(SentPackets), '5', 8000), TimeSpan.FromMilliseconds(160), TimeSpan.FromMilliseconds(240));
        Assert.Null(Path.NextTimeout);
    }

    [Fact]
    public void NobodyHearsAKeyOnHoldAndNothingIsLeftOfOneThatAHoldCutShort()
    {
        Speak(5);
        Path.Press(Now, '5', TimeSpan.FromMilliseconds(400));
        Run(TimeSpan.FromMilliseconds(100));
        Connect(Stream(Pcma), Stream(Pcmu) with { Direction = MediaDirection.Inactive });
        Path.Press(Now, '6', TimeSpan.FromMilliseconds(400));
        var held = SentPackets.Count;
        Run(TimeSpan.FromSeconds(5));
        Assert.Equal(held, SentPackets.Count);
        Connect(Stream(Pcma), Stream(Pcmu));
        Speak(25);
        Assert.True(Tone.Heard(Decode(SentPackets[held..]), Hertz, 1336, 8000) > TimeSpan.FromMilliseconds(400));
    }

    [Fact]
    public void AToneEndsThoughTheSourceChangesMeanwhile()
    {
        Speak(5);
        Path.Press(Now, '5', TimeSpan.FromMilliseconds(200));
        Receive(NextPacket(), ssrc: 6);
        Run(TimeSpan.FromSeconds(1));
        var spoken = SentPackets.Count;
        for (var i = 0; i < 25; i++)
        {
            Receive(NextPacket(), ssrc: 6);
            Run(PacketTime);
        }

        Assert.True(Tone.Heard(Decode(SentPackets[spoken..]), Hertz, 1336, 8000) > TimeSpan.FromMilliseconds(400));
    }

    /// <summary>One loss in three: what is lost of updates and ends is made up for by those that follow, and a lost end by its time.</summary>
    [Fact]
    public void EachKeyIsPressedOnceAndEndsWhateverIsLost()
    {
        Connect(Stream(Pcma) with { TelephoneEvent = new(96, 8000) }, Stream(Pcmu) with { TelephoneEvent = new(101, 8000) });
        var random = new Random(7);
        var keys = 0;
        for (var key = 0; key < 200; key++)
        {
            var arrived = false;
            for (var i = 1; i <= 8; i++, Run(PacketTime))
            {
                for (var repeat = 0; repeat < (i == 8 ? 3 : 1); repeat++)
                {
                    if (random.Next(3) == 0) Sequence++;
                    else arrived |= Press((byte)(key % 12), 160 * i, end: i == 8, timestamp: (uint)key * 8000) is not null || arrived;
                }
            }

            keys += arrived ? 1 : 0;
            Run(TimeSpan.FromMilliseconds(840));
        }

        var presses = SentPackets.GroupBy(s => s.Timestamp).ToList();
        Assert.Equal(keys, presses.Count);
        Assert.InRange(keys, 195, 200);
        Assert.All(presses, press => Assert.Equal(3, press.Count(s => (s.Payload[1] & 0x80) != 0)));
        AssertSequenceIsUnbroken();
    }
}
