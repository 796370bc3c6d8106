using Byon.MediaNode.Core.Media.Video;

namespace Byon.Tests.MediaNode.Core.Tests.Media.Video;

public sealed class H264ParametersTests
{
    [Theory]
    [InlineData("level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f", 0x42E0, 0x1F, 1, true)]
    [InlineData("profile-level-id=42C00D; packetization-mode=0", 0x42C0, 0x0D, 0, false)]
    [InlineData("PROFILE-LEVEL-ID=640c1f", 0x640C, 0x1F, 0, false)]
    [InlineData("sprop-parameter-sets=Z0LADekBQHsg,aM44gA==;profile-level-id=42c00d", 0x42C0, 0x0D, 0, false)]
    [InlineData("", 0x4200, 0x0A, 0, false)]
    [InlineData(null, 0x4200, 0x0A, 0, false)]
    public void TheParametersOfPhonesAndBrowsersAreRead(string? fmtp, int profile, int level, int mode, bool asymmetry)
    {
        Assert.True(H264Parameters.TryParse(fmtp, out var parameters));
        Assert.Equal(new H264Parameters(profile, level, mode, asymmetry), parameters);
    }

    [Theory]
    [InlineData("packetization-mode=2")]
    [InlineData("packetization-mode=")]
    [InlineData("profile-level-id=42e0")]
    [InlineData("profile-level-id=42e01g")]
    [InlineData("profile-level-id")]
    public void WhatCannotBeRelayedOrReadIsRefused(string fmtp) => Assert.False(H264Parameters.TryParse(fmtp, out _));

    [Theory]
    [InlineData("42e01f", "42001f", true)]
    [InlineData("42e01f", "42c00c", true)]
    [InlineData("42e01f", "4de01f", true)]
    [InlineData("42e01f", "58f01f", true)]
    [InlineData("42e01f", "4d001f", false)]
    [InlineData("42e01f", "58801f", false)]
    [InlineData("42e01f", "64001f", false)]
    [InlineData("64001f", "640028", true)]
    [InlineData("64001f", "640c1f", false)]
    public void OneEncodingHasManyNames(string one, string other, bool same)
    {
        Assert.Equal(same, H264(one, 1).IsSameEncoding(H264(other, 1)));
        Assert.Equal(same, H264(other, 1).IsSameEncoding(H264(one, 1)));
        Assert.False(H264(one, 0).IsSameEncoding(H264(other, 1)));
        Assert.False(H264(one, 1).IsSameEncoding(new VideoFormat(VideoCodec.Vp8, 96)));
    }

    [Fact]
    public void PhonesAndBrowsersMeetInConstrainedBaseline()
    {
        VideoFormat[] chrome = [new(VideoCodec.Vp8, 96), H264("64001f", 1), H264("42001f", 0), H264("42e01f", 1)];
        Assert.Equal(H264("42e01f", 1), VideoPolicy.Choose(chrome, null));
        Assert.Equal(new VideoFormat(VideoCodec.Vp8, 96), VideoPolicy.Choose(chrome, new VideoFormat(VideoCodec.Vp8, 100)));
        Assert.Equal(new VideoFormat(VideoCodec.Vp8, 96), VideoPolicy.Choose([H264("64001f", 1), chrome[0]], null));
        Assert.Null(VideoPolicy.Choose([], null));
        Assert.Equal([H264("42e01f", 1), H264("42001f", 0), chrome[0], H264("64001f", 1)], VideoPolicy.ForBrowser([.. chrome, H264("42c00c", 1)]));
    }

    private static VideoFormat H264(string profileLevel, int mode) => new(VideoCodec.H264, 102, $"packetization-mode={mode};profile-level-id={profileLevel}");
}
