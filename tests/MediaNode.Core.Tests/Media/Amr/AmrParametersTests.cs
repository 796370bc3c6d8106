using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Amr;

namespace Byon.Tests.MediaNode.Core.Tests.Media.Amr;

public sealed class AmrParametersTests
{
    [Fact]
    public void WithoutParametersEveryModeMayBeSentAtAnyTime()
    {
        Assert.Equal(new AmrParameters(false, 0xFF, false, 1, false), Parse(AudioCodec.Amr, null));
        Assert.Equal(new AmrParameters(false, 0x1FF, false, 1, false, true), Parse(AudioCodec.AmrWb, "max-red=220; mode-change-capability=2"));
    }

    [Fact]
    public void APeerSaysWhatItWantsToBeSent() => Assert.Equal(
        new AmrParameters(true, 0b10000101, true, 2, true),
        Parse(AudioCodec.Amr, "Mode-Set=0,2,7; mode-change-period=2;mode-change-neighbor=1; octet-align=1;unknown"));

    [Theory]
    [InlineData("crc=1")]
    [InlineData("robust-sorting=1")]
    [InlineData("interleaving=30")]
    [InlineData("interleaving")]
    [InlineData("channels=2")]
    [InlineData("octet-align=2")]
    [InlineData("mode-change-period=3")]
    [InlineData("mode-change-neighbor=x")]
    [InlineData("mode-set=")]
    [InlineData("mode-set=8")]
    [InlineData("mode-set=1,,2")]
    [InlineData("mode-set=-1")]
    public void WhatIsNotSpokenHereIsRefused(string fmtp) => Assert.False(AmrParameters.TryParse(AudioCodec.Amr, fmtp, out _));

    [Theory]
    [InlineData("crc=0;robust-sorting=0;channels=1;octet-align=0", "mode-change-capability=2;max-red=20")]
    [InlineData("octet-align=1;mode-change-period=2", "octet-align=1;mode-change-capability=2;max-red=20")]
    [InlineData("mode-set=0,1,2;octet-align=1", "mode-set=0,1,2;octet-align=1;mode-change-capability=2;max-red=20")]
    public void OurAnswerKeepsFramingAndModeSet(string offered, string answered)
    {
        Assert.Equal(answered, Parse(AudioCodec.AmrWb, offered).Own());
        Assert.Equal(answered, Parse(AudioCodec.AmrWb, answered).Own());
    }

    private static AmrParameters Parse(AudioCodec codec, string? fmtp)
    {
        Assert.True(AmrParameters.TryParse(codec, fmtp, out var parameters));
        return parameters;
    }
}
