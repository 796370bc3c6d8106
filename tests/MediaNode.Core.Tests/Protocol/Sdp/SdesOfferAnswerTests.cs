using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.MediaNode.Core.Protocol.Sdp;
using static Byon.Tests.MediaNode.Core.Tests.Protocol.Sdp.SdpSamples;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sdp;

/// <summary>Keys for SRTP in the descriptions of the network's side (RFC 4568).</summary>
public class SdesOfferAnswerTests
{
    /// <summary>The key of RFC 4568 §9.2's first example.</summary>
    private const string PeerKey = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";

    private static readonly AudioCodec[] All = [AudioCodec.Pcma, AudioCodec.Pcmu];
    private static readonly SdesTerms Terms = SdesTerms.Create(new EntropySource(new byte[32]), isRequired: false);
    private static readonly MediaAllocation Optional = Local with { Sdes = Terms };
    private static readonly MediaAllocation Required = Local with { Sdes = Terms with { IsRequired = true } };

    private static string Secured(params string[] crypto) => Lines(
        ["v=0", "o=phone 1 1 IN IP4 203.0.113.5", "s=call", "c=IN IP4 203.0.113.5", "t=0 0", "m=audio 40000 RTP/SAVP 8 0", .. crypto.Select(c => $"a=crypto:{c}")]);

    private static string Key(SrtpMasterKey key) => Convert.ToBase64String([.. key.Key.Span, .. key.Salt.Span]);

    private static (string Answer, ImsLegPlan Plan) Answer(string offer, MediaAllocation local, ImsLegPlan? current = null)
    {
        Assert.True(ImsOfferAnswer.TryAnswer(offer, local, Origin, MediaDirection.SendReceive, All, out var answer, out var plan, out var why, current), why?.ToString());
        return (answer, plan);
    }

    private static SdpFault Refused(string offer, MediaAllocation local)
    {
        Assert.False(ImsOfferAnswer.TryAnswer(offer, local, Origin, MediaDirection.SendReceive, All, out _, out _, out var why));
        return why.Fault;
    }

    [Fact]
    public void A_secured_offer_is_answered_with_our_key_under_its_tag()
    {
        var (answer, plan) = Answer(Secured($"7 AES_CM_128_HMAC_SHA1_80 inline:{PeerKey}|2^31 WSH=128"), Optional);
        Assert.Contains("m=audio 21000 RTP/SAVP 8\r\n", answer);
        Assert.Contains($"a=crypto:7 AES_CM_128_HMAC_SHA1_80 inline:{Key(Terms.Long)}\r\n", answer);
        Assert.Equal(SrtpProfile.Aes128CmHmacSha1, plan.Srtp!.Profile);
        Assert.Equal((Key(Terms.Long), PeerKey), (Key(plan.Srtp.Send), Key(plan.Srtp.Receive)));
    }

    [Fact]
    public void The_first_line_that_can_be_used_is_taken()
    {
        var (answer, plan) = Answer(
            Secured(
                $"1 AES_256_CM_HMAC_SHA1_80 inline:{PeerKey}", $"2 AES_CM_128_HMAC_SHA1_80 inline:{PeerKey}|1:4", $"3 AES_CM_128_HMAC_SHA1_80 inline:{PeerKey} KDR=1",
                $"4 AES_CM_128_HMAC_SHA1_32 inline:{PeerKey} UNENCRYPTED_SRTCP", "5 AES_CM_128_HMAC_SHA1_80 inline:c2hvcnQ=", $"6 aes_cm_128_hmac_sha1_32 INLINE:{PeerKey} -unheard-of"),
            Optional);
        Assert.Contains($"a=crypto:6 AES_CM_128_HMAC_SHA1_32 inline:{Key(Terms.Short)}\r\n", answer);
        Assert.Equal(SrtpProfile.Aes128CmHmacSha1Short, plan.Srtp!.Profile);
    }

    [Fact]
    public void Without_a_usable_key_a_secured_offer_is_refused() =>
        Assert.Equal(SdpFault.NoCrypto, Refused(Secured($"1 AES_256_CM_HMAC_SHA1_80 inline:{PeerKey}"), Optional));

    [Fact]
    public void Off_means_that_secured_offers_are_refused() =>
        Assert.Equal(SdpFault.UnsupportedProfile, Refused(Secured($"1 AES_CM_128_HMAC_SHA1_80 inline:{PeerKey}"), Local));

    [Fact]
    public void Required_means_that_plain_offers_and_answers_are_refused()
    {
        Assert.Equal(SdpFault.SrtpRequired, Refused(Phone, Required));
        Assert.False(ImsOfferAnswer.TryReadAnswer(Phone, MediaDirection.SendReceive, All, out _, out var why, sdes: Required.Sdes));
        Assert.Equal(SdpFault.SrtpRequired, why.Fault);
    }

    [Fact]
    public void Plain_offers_stay_plain_where_srtp_is_optional()
    {
        Assert.Null(Answer(Phone, Optional).Plan.Srtp);
        var offer = ImsOfferAnswer.WriteOffer(Optional, Origin, MediaDirection.SendReceive, All);
        Assert.Contains(" RTP/AVP ", offer);
        Assert.DoesNotContain("crypto", offer);
        Assert.False(ImsOfferAnswer.TryReadAnswer(
            Secured($"1 AES_CM_128_HMAC_SHA1_80 inline:{PeerKey}"), MediaDirection.SendReceive, All, out _, out var why, sdes: Terms));
        Assert.Equal(SdpFault.UnsupportedProfile, why.Fault);
    }

    [Fact]
    public void A_required_offer_has_a_key_for_each_suite_and_the_answer_chooses()
    {
        var offer = ImsOfferAnswer.WriteOffer(Required, Origin, MediaDirection.SendReceive, All);
        Assert.Contains(" RTP/SAVP ", offer);
        Assert.Contains($"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{Key(Terms.Long)}\r\na=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:{Key(Terms.Short)}\r\n", offer);
        Assert.NotEqual(Key(Terms.Long), Key(Terms.Short));
        Assert.True(ImsOfferAnswer.TryReadAnswer(
            Secured($"2 AES_CM_128_HMAC_SHA1_32 inline:{PeerKey}"), MediaDirection.SendReceive, All, out var plan, out _, sdes: Required.Sdes));
        Assert.Equal((Key(Terms.Short), PeerKey), (Key(plan.Srtp!.Send), Key(plan.Srtp.Receive)));
    }

    [Theory]
    [InlineData("2 AES_CM_128_HMAC_SHA1_80 inline:" + PeerKey)]
    [InlineData("9 AES_CM_128_HMAC_SHA1_32 inline:" + PeerKey)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:")]
    public void An_answer_that_does_not_answer_one_of_our_lines_is_refused(string crypto)
    {
        Assert.False(ImsOfferAnswer.TryReadAnswer(Secured(crypto), MediaDirection.SendReceive, All, out _, out var why, sdes: Required.Sdes));
        Assert.Equal(SdpFault.NoCrypto, why.Fault);
    }

    [Fact]
    public void Our_key_stays_in_offers_and_answers_that_follow()
    {
        var (_, plan) = Answer(Secured($"1 AES_CM_128_HMAC_SHA1_32 inline:{PeerKey}"), Optional);
        var offer = ImsOfferAnswer.WriteOffer(Optional, Origin, MediaDirection.SendOnly, All, plan);
        Assert.Contains(" RTP/SAVP ", offer);
        Assert.Contains($"a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:{Key(Terms.Short)}\r\n", offer);
        Assert.DoesNotContain("_80", offer);
        Assert.True(ImsOfferAnswer.TryReadAnswer(
            Secured($"2 AES_CM_128_HMAC_SHA1_32 inline:{PeerKey}"), MediaDirection.SendOnly, All, out var next, out _, plan, Terms));
        Assert.Equal(Key(Terms.Short), Key(next.Srtp!.Send));
        Assert.Equal(Key(Terms.Short), Key(Answer(Secured($"4 AES_CM_128_HMAC_SHA1_32 inline:{PeerKey}"), Optional, next).Plan.Srtp!.Send));
    }

    [Fact]
    public void Damaged_lines_never_throw()
    {
        const string line = $"1 AES_CM_128_HMAC_SHA1_80 inline:{PeerKey}|2^20 WSH=64";
        Assert.NotNull(SdesCrypto.Parse(line));
        for (var length = 0; length < line.Length; length++) SdesCrypto.Parse(line[..length]);
        var random = new Random(1);
        for (var i = 0; i < 5000; i++)
        {
            var damaged = line.ToCharArray();
            damaged[random.Next(damaged.Length)] = (char)random.Next(32, 300);
            if (SdesCrypto.Parse(new string(damaged)) is { } read) Assert.Equal((16, 14), (read.Key.Key.Length, read.Key.Salt.Length));
        }
    }
}
