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

    /// <summary>Whatever is asked for, whenever: modes of the set only, as often and as far as the peer allows, and it is reached.</summary>
    [Fact]
    public void AnyRequestsKeepToWhatThePeerAllows()
    {
        var random = new Random(5);
        for (var round = 0; round < 500; round++)
        {
            var codec = random.Next(2) == 0 ? AudioCodec.Amr : AudioCodec.AmrWb;
            var modes = Enumerable.Range(0, AmrFrames.HighestMode(codec) + 1).Where(_ => random.Next(2) == 0).DefaultIfEmpty(3).ToList();
            var (period, neighbor) = (random.Next(1, 3), random.Next(2));
            var selector = Selector(codec, $"mode-set={string.Join(',', modes)};mode-change-period={period};mode-change-neighbor={neighbor}");
            var (mode, changedAt) = (selector.Next(), 0);
            for (var frame = 1; frame < 200; frame++)
            {
                if (random.Next(10) == 0) selector.Request(random.Next(3) == 0 ? null : random.Next(AmrFrames.HighestMode(codec) + 1));
                if (random.Next(50) == 0) selector.Limit(random.Next(2) == 0 ? null : random.Next(AmrFrames.HighestMode(codec) + 1));
                var next = selector.Next();
                Assert.Contains(next, modes);
                if (next == mode) continue;
                Assert.Equal(0, (frame - changedAt) % period);
                if (neighbor == 1) Assert.Equal(1, Math.Abs(modes.IndexOf(next) - modes.IndexOf(mode)));
                (mode, changedAt) = (next, frame);
            }

            selector.Limit(null);
            selector.Request(modes[0]);
            for (var frame = 0; frame < 20; frame++) mode = selector.Next();
            Assert.Equal(modes[0], mode);
        }
    }
}
