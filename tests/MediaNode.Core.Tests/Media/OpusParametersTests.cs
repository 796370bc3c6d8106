using Byon.MediaNode.Core.Media;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

public sealed class OpusParametersTests
{
    [Theory]
    [InlineData(null, null, false, false)]
    [InlineData("minptime=10;useinbandfec=1", null, true, false)]
    [InlineData("usedtx=1; maxaveragebitrate=20000 ;stereo=1", 20_000, false, true)]
    [InlineData("MaxAverageBitrate=900000;useinbandfec=0", 510_000, false, false)]
    [InlineData("maxaveragebitrate=5;usedtx;=;a=b=c", null, false, false)]
    public void ThePeerSaysWhatItWants(string? fmtp, int? bitRate, bool redundancy, bool pauses) =>
        Assert.Equal(new OpusParameters(bitRate, redundancy, pauses), OpusParameters.Parse(fmtp));
}
