using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Amr;

namespace Byon.Tests.MediaNode.Core.Tests.Media.Amr;

public sealed class AmrModeSelectorTests
{
    [Theory]
    [InlineData(AudioCodec.AmrWb, null, 2)]
    [InlineData(AudioCodec.AmrWb, "mode-set=0,1", 1)]
    [InlineData(AudioCodec.AmrWb, "mode-set=5,8", 5)]
    [InlineData(AudioCodec.Amr, null, 7)]
    [InlineData(AudioCodec.Amr, "mode-set=0,2,4", 4)]
    public void NobodyAskedGetsWhatARadioBearerCarries(AudioCodec codec, string? fmtp, int mode) => Assert.Equal(mode, Selector(codec, fmtp).Next());

    [Theory]
    [InlineData(8, 8)]
    [InlineData(5, 4)]
    [InlineData(0, 1)]
    public void ARequestIsAnUpperLimitWithinTheModeSet(int request, int mode)
    {
        var selector = Selector(AudioCodec.AmrWb, "mode-set=1,2,4,8");
        selector.Request(request);
        Assert.Equal(mode, selector.Next());
        selector.Request(null);
        Assert.Equal(2, selector.Next());
    }

    [Fact]
    public void ChangesAreAPeriodApart()
    {
        var selector = Selector(AudioCodec.Amr, "mode-change-period=2");
        Assert.Equal(7, selector.Next());
        selector.Request(0);
        Assert.Equal([7, 0], [selector.Next(), selector.Next()]);
        selector.Request(3);
        Assert.Equal([0, 3, 3, 3], [selector.Next(), selector.Next(), selector.Next(), selector.Next()]);
    }

    [Fact]
    public void ChangesGoFromNeighborToNeighborOfTheModeSet()
    {
        var selector = Selector(AudioCodec.Amr, "mode-set=0,2,5,7;mode-change-neighbor=1;mode-change-period=2");
        selector.Request(0);
        Assert.Equal([5, 5, 2, 2, 0, 0, 0], Enumerable.Range(0, 7).Select(_ => selector.Next()));
        selector.Request(7);
        Assert.Equal([0, 2, 2, 5, 5, 7], Enumerable.Range(0, 6).Select(_ => selector.Next()));
    }

    private static AmrModeSelector Selector(AudioCodec codec, string? fmtp)
    {
        Assert.True(AmrParameters.TryParse(codec, fmtp, out var parameters));
        return new AmrModeSelector(codec, parameters);
    }
}
