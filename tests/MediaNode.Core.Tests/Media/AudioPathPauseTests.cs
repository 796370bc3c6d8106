using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

/// <summary>Pauses that are described, and those that are not.</summary>
public sealed class AudioPathPauseTests : AudioPathRig
{
    [Fact]
    public void ComfortNoiseFillsAPauseAtItsLevel()
    {
        Speak(25);
        ReceiveNoise(60);
        Run(PacketTime * 30);
        Timestamp += 160 * 29;
        Assert.InRange(SentPackets.Count, 53, 56);
        AssertSequenceIsUnbroken();
        var pause = Decode(SentPackets)[(30 * 160)..];
        Assert.InRange(Math.Sqrt(pause.Average(sample => (double)sample * sample)), 15, 32);
        Speak(25);
        Assert.True(Tone.Heard(Decode(SentPackets), Hertz, 1000, 8000) > TimeSpan.FromMilliseconds(900));
        Assert.Equal(1, SentPackets.Count(s => s.Marker));
    }

    [Fact]
    public void AComfortNoiseThatNobodyFollowsEnds()
    {
        Speak(5);
        ReceiveNoise(60);
        Run(TimeSpan.FromSeconds(100));
        Assert.InRange(SentPackets.Count, 3000, 3010);
        Assert.Null(Path.NextTimeout);
    }

    [Fact]
    public void ComfortNoisePassesThroughWhereThePeerTakesItAndIsLeftOutElsewhere()
    {
        Connect(Stream(Pcma), Stream(Pcma) with { ComfortNoise = 19 });
        Speak(3);
        ReceiveNoise(50);
        Assert.Equal((19, (byte)50), (SentPackets[^1].PayloadType, Assert.Single(SentPackets[^1].Payload)));
        Connect(Stream(Pcma), Stream(Pcma));
        ReceiveNoise(50);
        Speak(3);
        Assert.Equal(7, SentPackets.Count);
        AssertSequenceIsUnbroken();
    }
}
