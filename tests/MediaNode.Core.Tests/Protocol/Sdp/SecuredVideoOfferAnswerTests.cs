using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Video;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.MediaNode.Core.Protocol.Sdp;
using static Byon.Tests.MediaNode.Core.Tests.Protocol.Sdp.SdpSamples;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sdp;

/// <summary>Video beside secured audio: each m= line has keys of its own (RFC 4568).</summary>
public sealed class SecuredVideoOfferAnswerTests
{
    private const string AudioKey = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";
    private const string VideoKey = "PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR";

    private static readonly AudioCodec[] Codecs = [AudioCodec.Pcma];
    private static readonly SdesTerms Terms = SdesTerms.Create(new EntropySource(new byte[32]), isRequired: true);
    private static readonly MediaAllocation Required = VideoSamples.Local with { Sdes = Terms };
    private static readonly MediaAllocation Optional = VideoSamples.Local with { Sdes = Terms with { IsRequired = false } };

    private static readonly VideoWish Wish = new(
        new VideoFormat(VideoCodec.H264, 106, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"), MediaDirection.SendReceive, 1500);

    [Fact]
    public void Our_offer_names_keys_for_each_line_and_no_key_twice()
    {
        var offer = Offer(Required);
        Assert.StartsWith("audio 21000 RTP/SAVP ", offer.Section(1)[0], StringComparison.Ordinal);
        var video = offer.Section(2);
        Assert.StartsWith("video 21002 RTP/SAVP ", video[0], StringComparison.Ordinal);
        Assert.Contains("a=tcap:1 RTP/SAVPF", video);
        Assert.Contains($"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{Text(Terms.Video!.Long)}", video);
        Assert.Contains($"a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:{Text(Terms.Video.Short)}", video);
        var keys = offer.Split("\r\n").Where(line => line.StartsWith("a=crypto:", StringComparison.Ordinal)).Select(line => line.Split("inline:")[1]).ToList();
        Assert.Equal((4, 4), (keys.Count, keys.Distinct().Count()));
    }

    [Theory]
    [InlineData("RTP/SAVP")]
    [InlineData("RTP/SAVPF")]
    public void An_answer_settles_the_keys_of_both_lines(string profile)
    {
        var plan = ReadAnswer(Phone(profile, $"2 AES_CM_128_HMAC_SHA1_32 inline:{VideoKey}"))!;
        Assert.Equal((SrtpProfile.Aes128CmHmacSha1, Text(Terms.Long), AudioKey), (plan.Srtp!.Profile, Text(plan.Srtp.Send), Text(plan.Srtp.Receive)));
        var video = plan.Video!.Srtp!;
        Assert.Equal((SrtpProfile.Aes128CmHmacSha1Short, Text(Terms.Video!.Short), VideoKey), (video.Profile, Text(video.Send), Text(video.Receive)));

        // What is in use is offered alone.
        var again = ImsOfferAnswer.WriteOffer(Required, Origin, MediaDirection.SendReceive, Codecs, plan, Wish);
        Assert.Equal(
            [$"a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:{Text(Terms.Video.Short)}"],
            again.Section(2).Where(line => line.StartsWith("a=crypto", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("RTP/SAVP", "1 AES_CM_128_HMAC_SHA1_80 inline:c2hvcnQ=")]
    [InlineData("RTP/SAVP", "2 AES_CM_128_HMAC_SHA1_80 inline:" + VideoKey)]
    [InlineData("RTP/SAVP", null)]
    [InlineData("RTP/AVP", null)]
    public void An_answer_without_a_usable_key_leaves_audio_alone(string profile, string? crypto)
    {
        var plan = ReadAnswer(Phone(profile, crypto))!;
        Assert.Null(plan.Video);
        Assert.NotNull(plan.Srtp);
    }

    [Theory]
    [InlineData("RTP/SAVP")]
    [InlineData("RTP/SAVPF")]
    public void A_secured_offer_is_answered_in_its_profile_with_our_key_under_its_tag(string profile)
    {
        var (answer, plan) = Answer(Phone(profile, $"9 AES_CM_128_HMAC_SHA1_80 inline:{VideoKey}"), Optional);
        Assert.StartsWith($"video 21002 {profile} 114", answer.Section(2)[0], StringComparison.Ordinal);
        Assert.Contains($"a=crypto:9 AES_CM_128_HMAC_SHA1_80 inline:{Text(Terms.Video!.Long)}", answer.Section(2));
        Assert.Equal((Text(Terms.Video.Long), VideoKey), (Text(plan.Video!.Srtp!.Send), Text(plan.Video.Srtp.Receive)));
        Assert.NotEmpty(ImsOfferAnswer.OfferedVideo(Phone(profile, $"9 AES_CM_128_HMAC_SHA1_80 inline:{VideoKey}"), Optional.Sdes));
    }

    [Fact]
    public void Feedback_as_a_capability_stays_secured()
    {
        var offer = Phone("RTP/SAVP", $"1 AES_CM_128_HMAC_SHA1_80 inline:{VideoKey}", "a=tcap:1 RTP/AVPF RTP/SAVPF", "a=pcfg:1 t=1|2");
        var (answer, _) = Answer(offer, Optional);
        Assert.StartsWith("video 21002 RTP/SAVPF ", answer.Section(2)[0], StringComparison.Ordinal);
        Assert.Contains("a=acfg:1 t=2", answer.Section(2));
    }

    [Theory]
    [InlineData("RTP/AVP", null)]
    [InlineData("RTP/SAVP", null)]
    [InlineData("RTP/SAVP", "1 AES_256_CM_HMAC_SHA1_80 inline:" + VideoKey)]
    public void Beside_secured_audio_nothing_is_shown_in_the_open(string profile, string? crypto)
    {
        var (answer, plan) = Answer(Phone(profile, crypto), Optional);
        Assert.StartsWith($"video 0 {profile} ", answer.Section(2)[0], StringComparison.Ordinal);
        Assert.Null(plan.Video);
        Assert.NotNull(plan.Srtp);
    }

    [Fact]
    public void Plain_video_is_for_those_who_may_be_plain()
    {
        var plain = VideoSamples.Phone();
        Assert.Null(Answer(plain, Optional).Plan.Video!.Srtp);
        Assert.NotEmpty(ImsOfferAnswer.OfferedVideo(plain, Optional.Sdes));
        Assert.Empty(ImsOfferAnswer.OfferedVideo(plain, Required.Sdes));
        Assert.Empty(ImsOfferAnswer.OfferedVideo(Phone("RTP/SAVP", $"1 AES_CM_128_HMAC_SHA1_80 inline:{VideoKey}"), sdes: null));
    }

    private static string Phone(string profile, string? crypto, params string[] extra) => VideoSamples
        .Phone(profile: profile, formats: "114", extra: [.. crypto is null ? Enumerable.Empty<string>() : [$"a=crypto:{crypto}"], .. extra])
        .Replace("RTP/AVP 8\r\n", $"RTP/SAVP 8\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{AudioKey}\r\n", StringComparison.Ordinal);

    private static string Text(SrtpMasterKey key) => Convert.ToBase64String([.. key.Key.Span, .. key.Salt.Span]);

    private static string Offer(MediaAllocation local) => ImsOfferAnswer.WriteOffer(local, Origin, MediaDirection.SendReceive, Codecs, video: Wish);

    private static ImsLegPlan? ReadAnswer(string answer)
    {
        Assert.True(
            ImsOfferAnswer.TryReadAnswer(answer, MediaDirection.SendReceive, Codecs, out var plan, out var why, sdes: Terms, video: Wish), why?.ToString());
        return plan;
    }

    private static (string Answer, ImsLegPlan Plan) Answer(string offer, MediaAllocation local)
    {
        Assert.True(
            ImsOfferAnswer.TryAnswer(offer, local, Origin, MediaDirection.SendReceive, Codecs, out var answer, out var plan, out var why, video: Wish),
            why?.ToString());
        return (answer, plan);
    }
}
