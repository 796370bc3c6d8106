using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sdp;
using static Byon.Tests.MediaNode.Core.Tests.Protocol.Sdp.SdpSamples;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sdp;

/// <summary>G.722, L16 and comfort noise with the network.</summary>
public sealed class CodecOfferAnswerTests
{
    [Fact]
    public void G722_counts_8000_though_it_samples_16000()
    {
        var (answer, plan) = Answer("9 101", AudioCodec.G722);
        Assert.Equal(new AudioFormat(AudioCodec.G722, 9, 8_000), plan.Audio.Send);
        Assert.Equal(new TelephoneEventFormat(101, 8_000), plan.Audio.TelephoneEvent);
        Assert.Contains("a=rtpmap:9 G722/8000\r\n", answer);
        Assert.Equal(16_000, CodecPolicy.SampleRate(new AudioFormat(AudioCodec.Opus, 111, 48_000), plan.Audio.Send));
    }

    [Fact]
    public void L16_is_taken_where_it_is_configured()
    {
        const string mapping = "a=rtpmap:98 L16/16000/1\r\n";
        Assert.Equal(new AudioFormat(AudioCodec.L16, 98, 16_000), Answer("98", AudioCodec.L16, mapping).Plan.Audio.Send);
        Assert.False(ImsOfferAnswer.TryAnswer(Offer("98", mapping), Local, Origin, MediaDirection.SendReceive, [AudioCodec.Pcma], out _, out _, out _));
        Assert.False(ImsOfferAnswer.TryAnswer(
            Offer("98", "a=rtpmap:98 L16/16000/2\r\n"), Local, Origin, MediaDirection.SendReceive, [AudioCodec.L16], out _, out _, out _));
    }

    [Theory]
    [InlineData("8 13", AudioCodec.Pcma, 13)]
    [InlineData("8", AudioCodec.Pcma, null)]
    [InlineData("9 13 8", AudioCodec.G722, 13)]
    [InlineData("96 13", AudioCodec.Opus, null)]
    public void Comfort_noise_goes_with_codecs_that_have_none_of_their_own(string types, AudioCodec codec, int? noise)
    {
        var (answer, plan) = Answer(types, codec, "a=rtpmap:96 opus/48000/2\r\n");
        Assert.Equal(noise, plan.Audio.ComfortNoise);
        Assert.Equal(noise is not null, answer.Contains("a=rtpmap:13 CN/8000\r\n", StringComparison.Ordinal));
    }

    [Fact]
    public void Comfort_noise_is_offered_and_used_where_the_answer_has_it()
    {
        Assert.Contains("a=rtpmap:13 CN/8000\r\n", ImsOfferAnswer.WriteOffer(Local, Origin, MediaDirection.SendReceive, [AudioCodec.Pcma]));
        Assert.DoesNotContain("CN/8000", ImsOfferAnswer.WriteOffer(Local, Origin, MediaDirection.SendReceive, [AudioCodec.Opus]));
        Assert.True(ImsOfferAnswer.TryReadAnswer(Offer("8 13"), MediaDirection.SendReceive, [AudioCodec.Pcma], out var with, out _));
        Assert.Equal((byte)13, with.Audio.ComfortNoise);
        Assert.True(ImsOfferAnswer.TryReadAnswer(Offer("8"), MediaDirection.SendReceive, [AudioCodec.Pcma], out var without, out _));
        Assert.Null(without.Audio.ComfortNoise);
    }

    private static string Offer(string types, string mappings = "") =>
        Lines("v=0", "o=p 1 1 IN IP4 203.0.113.5", "s=-", "c=IN IP4 203.0.113.5", "t=0 0", $"m=audio 40000 RTP/AVP {types}", "a=rtpmap:101 telephone-event/8000") + mappings;

    private static (string Answer, ImsLegPlan Plan) Answer(string types, AudioCodec codec, string mappings = "")
    {
        Assert.True(ImsOfferAnswer.TryAnswer(
            Offer(types, mappings), Local, Origin, MediaDirection.SendReceive, [codec], out var answer, out var plan, out var why), why?.ToString());
        return (answer, plan);
    }
}
