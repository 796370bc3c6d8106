using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Amr;

namespace Byon.Tests.MediaNode.Core.Tests.Media.Amr;

public sealed class AmrRateAdaptationTests
{
    private readonly AmrRateAdaptation _adaptation = new();

    [Fact]
    public void LossStepsDownAtOnceAndPeaceStepsUpSlowly()
    {
        Assert.Equal([1, 2, 2, 2, 2, 2, 1, 1, 1, 1, 0, 0], Steps(20, 20, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0));
        Assert.Equal([1, 2, 3, 4, 4], Steps(255, 255, 255, 255, 255));
    }

    [Fact]
    public void ALittleLossChangesNothing() => Assert.All(Steps([.. Enumerable.Repeat((byte)7, 20)]), steps => Assert.Equal(0, steps));

    [Theory]
    [InlineData(AudioCodec.AmrWb, null, 1, 1)]
    [InlineData(AudioCodec.AmrWb, null, 4, 0)]
    [InlineData(AudioCodec.Amr, "mode-set=0,2,4,7", 2, 2)]
    [InlineData(AudioCodec.Amr, "mode-set=5", 3, 5)]
    public void TheRequestIsAModeOfTheSet(AudioCodec codec, string? fmtp, int steps, int mode)
    {
        Assert.True(AmrParameters.TryParse(codec, fmtp, out var parameters));
        using var encoder = new AmrEncoder(codec, parameters, new SilentFrames());
        var payload = new byte[100];
        encoder.AskForLess(steps);
        Assert.Equal(mode, RequestOf(codec, payload[..encoder.Encode(new short[320], payload)]));
        encoder.AskForLess(0);
        Assert.Null(RequestOf(codec, payload[..encoder.Encode(new short[320], payload)]));
    }

    private static int? RequestOf(AudioCodec codec, byte[] payload)
    {
        Assert.True(AmrPayloadReader.TryParse(payload, codec, false, out var reader));
        return reader.RequestedMode;
    }

    private List<int> Steps(params byte[] losses) => [.. losses.Select(lost =>
    {
        _adaptation.Update(lost);
        return _adaptation.StepsDown;
    })];

    private sealed class SilentFrames : IAmrFrameEncoder
    {
        public int Encode(int mode, ReadOnlySpan<short> samples, Span<byte> frame)
        {
            frame[0] = AmrFrames.Header(0);
            frame[1..18].Clear();
            return 1 + (AmrFrames.Bits(samples.Length == 320 ? AudioCodec.AmrWb : AudioCodec.Amr, 0) + 7) / 8;
        }

        public void Dispose()
        {
        }
    }
}
