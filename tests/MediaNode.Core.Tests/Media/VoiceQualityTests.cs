using Byon.MediaNode.Core.Media;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

public sealed class VoiceQualityTests
{
    /// <summary>R 93.2 is a score of 4.41, and 80 is 4.03, as table B.1 of G.107 has them.</summary>
    [Theory]
    [InlineData(AudioCodec.Pcma, 0, 0, 93.2, 4.41)]
    [InlineData(AudioCodec.Pcma, 0, 550, 39.0, 2.01)]
    [InlineData(AudioCodec.Amr, 0, 0, 88.2, 4.30)]
    [InlineData(AudioCodec.Pcma, 0.05, 100, 75.0, 3.82)]
    [InlineData(AudioCodec.Pcma, 1, 0, 17.2, 1.18)]
    public void LossAndDelayCostWhatTheEModelSays(AudioCodec codec, double loss, int delay, double rating, double score)
    {
        var quality = VoiceQuality.Estimate(codec, loss, TimeSpan.FromMilliseconds(delay));
        Assert.Equal(rating, quality.Rating, 0.1);
        Assert.Equal(score, quality.Mos, 0.02);
        Assert.True(quality.ListeningMos >= quality.Mos);
    }

    [Theory]
    [InlineData(-1, -500)]
    [InlineData(7, 1_000_000)]
    public void NonsenseStaysWithinTheScale(double loss, int delay)
    {
        var quality = VoiceQuality.Estimate(AudioCodec.Opus, loss, TimeSpan.FromMilliseconds(delay));
        Assert.InRange(quality.Mos, 1, 4.5);
        Assert.InRange(quality.Rating, 0, 100);
    }
}
