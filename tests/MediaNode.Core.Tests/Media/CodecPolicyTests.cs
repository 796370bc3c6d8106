using Byon.MediaNode.Core.Media;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

public sealed class CodecPolicyTests
{
    private static readonly TimeSpan PacketTime = TimeSpan.FromMilliseconds(20);

    [Fact]
    public void OpusIsOfferedToTheNetworkOnlyWhereTheBrowserSpeaksIt()
    {
        Assert.Equal(AudioCodec.Opus, CodecPolicy.ForNetwork(CodecPolicy.Network, _ => true, null)[0]);
        Assert.DoesNotContain(AudioCodec.Opus, CodecPolicy.ForNetwork(CodecPolicy.Network, _ => false, null));
    }

    [Fact]
    public void TheCodecInUseStaysFirst() =>
        Assert.Equal([AudioCodec.Pcmu, AudioCodec.AmrWb], CodecPolicy.ForNetwork(CodecPolicy.Network, _ => false, AudioCodec.Pcmu).Take(2));

    [Fact]
    public void WidebandComesBeforeNarrowband()
    {
        Assert.Equal(AudioCodec.AmrWb, CodecPolicy.Choose([AudioCodec.Pcma, AudioCodec.Amr, AudioCodec.AmrWb], CodecPolicy.Network));
        Assert.Equal(AudioCodec.Pcma, CodecPolicy.Choose([AudioCodec.Amr, AudioCodec.Pcma], [AudioCodec.AmrWb]));
        Assert.Null(CodecPolicy.Choose([AudioCodec.Amr], [AudioCodec.AmrWb]));
    }

    [Theory]
    [InlineData(AudioCodec.Opus, AudioCodec.AmrWb, 16_000)]
    [InlineData(AudioCodec.AmrWb, AudioCodec.Opus, 16_000)]
    [InlineData(AudioCodec.Opus, AudioCodec.Amr, 8_000)]
    [InlineData(AudioCodec.Pcma, AudioCodec.Opus, 8_000)]
    [InlineData(AudioCodec.Pcma, AudioCodec.G722, 16_000)]
    [InlineData(AudioCodec.G722, AudioCodec.Pcmu, 8_000)]
    public void OpusIsCodedStraightAtTheOthersRate(AudioCodec from, AudioCodec to, int rate) =>
        Assert.Equal(rate, CodecPolicy.SampleRate(new AudioFormat(from, 96, 8_000), new AudioFormat(to, 97, 8_000)));

    [Theory]
    [InlineData(AudioCodec.AmrWb, 10, 20)]
    [InlineData(AudioCodec.Amr, 30, 20)]
    [InlineData(AudioCodec.Amr, 40, 40)]
    [InlineData(AudioCodec.Opus, 30, 20)]
    [InlineData(AudioCodec.Pcma, 30, 30)]
    [InlineData(AudioCodec.Pcma, 25, 20)]
    public void PacketsHoldWholeFrames(AudioCodec codec, int wanted, int milliseconds) => Assert.Equal(
        TimeSpan.FromMilliseconds(milliseconds),
        CodecPolicy.PacketTime(new AudioFormat(codec, 96, 8_000), TimeSpan.FromMilliseconds(wanted)));

    [Fact]
    public void ABrowserWithoutTheNetworksCodecKeepsItsOwn()
    {
        AudioFormat opus = new(AudioCodec.Opus, 111, 48_000), amr = new(AudioCodec.AmrWb, 104, 16_000);
        var browser = new AudioStream(opus, [opus], null, PacketTime, MediaDirection.SendReceive);
        Assert.Same(browser, CodecPolicy.Follow(browser, new AudioStream(amr, [amr], null, PacketTime, MediaDirection.SendReceive)));
        Assert.Same(browser, CodecPolicy.Follow(browser, null));
    }
}
