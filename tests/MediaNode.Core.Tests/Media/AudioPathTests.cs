using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

/// <summary>Transcoding, passthrough and what is negotiated anew.</summary>
public sealed class AudioPathTests : AudioPathRig
{
    [Fact]
    public void TranscodedAudioIsTheSameTone()
    {
        Speak(50);
        Assert.True(SentPackets.Count >= 48);
        Assert.True(Tone.Heard(Decode(SentPackets), Hertz, 1000, 8000) > TimeSpan.FromMilliseconds(900));
    }

    [Fact]
    public void TranscodedPacketsCountUpWithoutAGapAndFollowTheClock()
    {
        Speak(20);
        Run(TimeSpan.FromSeconds(90));
        Timestamp += 90 * 8000;
        Speak(20);

        AssertSequenceIsUnbroken();
        Assert.Equal([SentPackets[0], SentPackets[^20]], SentPackets.Where(s => s.Marker));
        var elapsed = RtpClock.Duration(SentPackets[^1].Timestamp - SentPackets[0].Timestamp, 8000) - (SentPackets[^1].At - SentPackets[0].At);
        Assert.InRange(elapsed, TimeSpan.FromMilliseconds(-5), TimeSpan.FromMilliseconds(5));
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
            Receive((Sequence++, Timestamp += 960, payload));
            Run(PacketTime);
        }

        Assert.Equal(payloads, SentPackets.Select(s => s.Payload));
        AssertSequenceIsUnbroken();
        Assert.All(SentPackets, s => Assert.Equal((96, Leg.Rtcp.Ssrc), (s.PayloadType, s.Ssrc)));
        Assert.All(SentPackets.Zip(SentPackets.Skip(1)), pair => Assert.Equal(960u, pair.Second.Timestamp - pair.First.Timestamp));
    }

    [Fact]
    public void PassthroughShowsTheSourcesLossAndOrder()
    {
        Connect(Stream(Pcma), Stream(Pcma));
        var first = (ushort)(Sequence + 5);
        foreach (ushort step in (ushort[])[0, 1, 3, 2, 6]) Receive(((ushort)(first + step), 160u * step, [1]));
        Drain();
        Assert.Equal([0, 1, 3, 2, 6], SentPackets.ConvertAll(s => s.Sequence - SentPackets[0].Sequence));
        Assert.Equal([0u, 160u, 480u, 320u, 960u], SentPackets.ConvertAll(s => s.Timestamp - SentPackets[0].Timestamp));
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
        Assert.True(SentPackets[^1].Marker);
        Assert.Equal(160u + 3840u, SentPackets[^1].Timestamp - SentPackets[^2].Timestamp);
    }

    [Fact]
    public void AHeldDirectionSendsNothingAndTheClockGoesOnBehindIt()
    {
        Speak(10);
        var before = SentPackets.Count;
        Connect(Stream(Pcma), Stream(Pcmu) with { Direction = MediaDirection.ReceiveOnly });
        Assert.False(Path.Active);
        Speak(50);
        Assert.Equal(before, SentPackets.Count);
        Assert.Null(Path.NextTimeout);

        Connect(Stream(Pcma), Stream(Pcmu));
        Speak(10);
        AssertSequenceIsUnbroken();
        Assert.True(SentPackets[before].Marker);
        Assert.Equal(RtpClock.Units(SentPackets[before].At - SentPackets[before - 1].At, 8000), SentPackets[before].Timestamp - SentPackets[before - 1].Timestamp);
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

        Assert.Equal(10, SentPackets.Count);
        AssertSequenceIsUnbroken();
        Assert.True(SentPackets[5].Marker);
        Assert.Equal(101 * 160u, SentPackets[5].Timestamp - SentPackets[4].Timestamp);
    }

    [Fact]
    public void APeerThatMayNotSendIsNotHeard()
    {
        Connect(Stream(Pcma) with { Direction = MediaDirection.SendOnly }, Stream(Pcma));
        Speak(10);
        Assert.Empty(SentPackets);
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
        Assert.True(Tone.Heard(Decode(SentPackets), Hertz, 1000, 8000) > TimeSpan.FromMilliseconds(1200));
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
            RtpPacket.WriteHeader(bytes, 8, false, Sequence++, Timestamp += 160, 5);
            if (!RtpPacket.TryParse(bytes, out var packet)) break;
            Path.Receive(Now, packet, Pcma);
            Now += PacketTime;
            Path.HandleTimeout(Now);
            sent += Queue.Count;
            Queue.Clear();
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(sent, 495, 505);
        return allocated;
    }
}
