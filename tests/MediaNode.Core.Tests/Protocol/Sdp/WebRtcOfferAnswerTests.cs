using System.Net;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Dtls;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Core.Protocol.Sdp;
using static Byon.Tests.MediaNode.Core.Tests.Protocol.Sdp.SdpSamples;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sdp;

public class WebRtcOfferAnswerTests
{
    private static (string Answer, WebRtcLegPlan Plan) Answer(string offer, MediaDirection direction = MediaDirection.SendReceive)
    {
        Assert.True(WebRtcOfferAnswer.TryAnswer(offer, Local, Origin, direction, out var answer, out var plan, out var why), why?.ToString());
        return (answer, plan);
    }

    private static SdpFault Fault(string offer)
    {
        Assert.False(WebRtcOfferAnswer.TryAnswer(offer, Local, Origin, MediaDirection.SendReceive, out _, out _, out var why));
        return why.Fault;
    }

    [Fact]
    public void A_node_with_both_families_has_a_candidate_of_each_and_ipv6_goes_first()
    {
        var both = Local with { WebRtc6 = IPEndPoint.Parse("[2001:db8::10]:20000") };
        var offer = WebRtcOfferAnswer.WriteOffer(both, Origin, MediaDirection.SendReceive);
        Assert.Contains(
            "a=candidate:2 1 udp 2130706431 2001:db8::10 20000 typ host\r\na=candidate:1 1 udp 2130706175 192.0.2.10 20000 typ host\r\na=end-of-candidates\r\n", offer);
        Assert.Contains("c=IN IP4 192.0.2.10\r\n", offer);
    }

    [Fact]
    public void A_node_of_ipv6_only_says_so_to_both_sides()
    {
        var six = Local with { WebRtc = IPEndPoint.Parse("[2001:db8::10]:20000"), ImsRtp = IPEndPoint.Parse("[2001:db8::11]:21000") };
        var offer = WebRtcOfferAnswer.WriteOffer(six, Origin, MediaDirection.SendReceive);
        Assert.Contains("c=IN IP6 2001:db8::10\r\n", offer);
        Assert.Contains("a=candidate:1 1 udp 2130706431 2001:db8::10 20000 typ host\r\n", offer);
        var network = ImsOfferAnswer.WriteOffer(six, Origin, MediaDirection.SendReceive, [AudioCodec.Pcma]);
        Assert.Contains("c=IN IP6 2001:db8::11\r\n", network);
        Assert.Contains("o=byon 4711 1 IN IP6 2001:db8::11\r\n", network);
        Assert.True(ImsOfferAnswer.TryReadAnswer(
            Lines("v=0", "o=p 1 1 IN IP6 2001:db8::5", "s=-", "c=IN IP6 2001:db8::5", "t=0 0", "m=audio 4000 RTP/AVP 8", "a=rtcp:4005 IN IP6 2001:db8::6"),
            MediaDirection.SendReceive, [AudioCodec.Pcma], out var plan, out _));
        Assert.Equal((IPEndPoint.Parse("[2001:db8::5]:4000"), IPEndPoint.Parse("[2001:db8::6]:4005")), (plan.PeerRtp, plan.PeerRtcp));
    }

    [Fact]
    public void Chromes_offer_gives_the_plan_it_asks_for()
    {
        var (_, plan) = Answer(Chrome);
        Assert.Equal(new IceCredentials("8zKc", "vV7m5fFzuRQXwz6R1iAm3xhb"), plan.PeerIce);
        Assert.Equal(new DtlsFingerprint("sha-256", Sha256), plan.PeerFingerprint);
        Assert.False(plan.DtlsClient);
        Assert.Equal(new AudioFormat(AudioCodec.Opus, 111, 48_000, "minptime=10;useinbandfec=1"), plan.Audio.Send);
        Assert.Equal([AudioCodec.Opus, AudioCodec.G722, AudioCodec.Pcma, AudioCodec.Pcmu], plan.Audio.Receive.Select(f => f.Codec));
        Assert.Equal(new TelephoneEventFormat(110, 48_000), plan.Audio.TelephoneEvent);
        Assert.Equal([new TelephoneEventFormat(110, 48_000), new TelephoneEventFormat(126, 8_000)], plan.Audio.ReceiveEvents);
        Assert.Equal(TimeSpan.FromMilliseconds(20), plan.Audio.PacketTime);
        Assert.Equal(MediaDirection.SendReceive, plan.Audio.Direction);
    }

    [Fact]
    public void The_answer_accepts_audio_and_refuses_the_rest_outside_the_bundle()
    {
        var (answer, _) = Answer(Chrome);
        Assert.Contains("a=group:BUNDLE 0", answer.Section(0));
        Assert.Contains("a=ice-lite", answer.Section(0));
        var audio = answer.Section(1);
        Assert.Equal("audio 20000 UDP/TLS/RTP/SAVPF 111 9 8 0 110 126", audio[0]);
        Assert.Contains("c=IN IP4 192.0.2.10", audio);
        Assert.Contains("a=mid:0", audio);
        Assert.Contains("a=rtcp-mux", audio);
        Assert.Contains("a=setup:passive", audio);
        Assert.Contains("a=ice-ufrag:abcd", audio);
        Assert.Contains("a=ice-pwd:abcdefghijklmnopqrstuvwx", audio);
        Assert.Contains($"a=fingerprint:sha-256 {Sha256}", audio);
        Assert.Contains("a=candidate:1 1 udp 2130706431 192.0.2.10 20000 typ host", audio);
        Assert.Contains("a=end-of-candidates", audio);
        Assert.Contains("a=fmtp:111 minptime=10;useinbandfec=1;stereo=0;maxaveragebitrate=40000", audio);
        Assert.Contains(audio, line => line.StartsWith("a=msid:", StringComparison.Ordinal));
        Assert.Equal("video 0 UDP/TLS/RTP/SAVPF 96 97", answer.Section(2)[0]);
        Assert.Contains("a=mid:1", answer.Section(2));
        Assert.Equal("application 0 UDP/DTLS/SCTP webrtc-datachannel", answer.Section(3)[0]);
        Assert.Contains("a=mid:2", answer.Section(3));
    }

    [Fact]
    public void Firefoxs_payload_types_and_session_fingerprint_are_kept()
    {
        var (answer, plan) = Answer(Firefox);
        Assert.Equal(109, plan.Audio.Send.PayloadType);
        Assert.Equal(new TelephoneEventFormat(101, 8_000), plan.Audio.TelephoneEvent);
        Assert.Equal("audio 20000 UDP/TLS/RTP/SAVPF 109 9 8 0 101", answer.Section(1)[0]);
    }

    [Fact]
    public void Line_feeds_alone_are_enough() => Assert.Equal(Answer(Chrome).Answer, Answer(Chrome.Replace("\r\n", "\n")).Answer);

    [Theory]
    [InlineData("sendrecv", MediaDirection.SendReceive, "sendrecv")]
    [InlineData("sendonly", MediaDirection.ReceiveOnly, "recvonly")]
    [InlineData("recvonly", MediaDirection.SendOnly, "sendonly")]
    [InlineData("inactive", MediaDirection.Inactive, "inactive")]
    public void The_answer_mirrors_the_offered_direction(string offered, MediaDirection expected, string written)
    {
        var (answer, plan) = Answer(Firefox.With("a=sendrecv", "a=" + offered));
        Assert.Equal(expected, plan.Audio.Direction);
        Assert.Contains("a=" + written, answer.Section(1));
    }

    [Fact]
    public void Our_own_wish_narrows_the_direction()
    {
        var (answer, plan) = Answer(Chrome, MediaDirection.SendOnly);
        Assert.Equal(MediaDirection.SendOnly, plan.Audio.Direction);
        Assert.Contains("a=sendonly", answer.Section(1));
    }

    [Fact]
    public void A_passive_offerer_makes_us_the_dtls_client()
    {
        var (answer, plan) = Answer(Firefox.With("a=setup:actpass", "a=setup:passive"));
        Assert.True(plan.DtlsClient);
        Assert.Contains("a=setup:active", answer.Section(1));
    }

    [Fact]
    public void A_bundle_only_section_takes_the_transport_of_its_group()
    {
        var offer = Lines(
            "v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE v a", "m=video 9 UDP/TLS/RTP/SAVPF 96", "a=mid:v",
            "a=ice-ufrag:8zKc", "a=ice-pwd:vV7m5fFzuRQXwz6R1iAm3xhb", $"a=fingerprint:sha-256 {Sha256}", "a=setup:actpass", "a=rtcp-mux",
            "m=audio 0 UDP/TLS/RTP/SAVPF 0", "a=mid:a", "a=bundle-only");
        var (answer, plan) = Answer(offer);
        Assert.Equal("8zKc", plan.PeerIce.UsernameFragment);
        Assert.Contains("a=group:BUNDLE a", answer.Section(0));
        Assert.StartsWith("audio 20000 ", answer.Section(2)[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Only_codecs_the_node_has_are_answered()
    {
        Assert.True(WebRtcOfferAnswer.TryAnswer(
            Chrome, Local, Origin, MediaDirection.SendReceive, out var answer, out var plan, out _, [AudioCodec.Pcmu]));
        Assert.Equal(AudioCodec.Pcmu, plan.Audio.Send.Codec);
        Assert.Equal("audio 20000 UDP/TLS/RTP/SAVPF 0 126", answer.Section(1)[0]);
    }

    [Theory]
    [InlineData("a=setup:actpass", "a=setup:holdconn", SdpFault.BadSetup)]
    [InlineData("a=setup:actpass", null, SdpFault.BadSetup)]
    [InlineData("a=rtcp-mux", null, SdpFault.NoRtcpMux)]
    [InlineData("a=ice-ufrag:7a1c6f3e", null, SdpFault.NoIce)]
    [InlineData("a=ice-ufrag:7a1c6f3e", "a=ice-ufrag:7 c", SdpFault.NoIce)]
    [InlineData("a=ice-pwd:3cc9ad6e2bd7d1c1a17c9ee3dd5d5e7f", "a=ice-pwd:short", SdpFault.NoIce)]
    [InlineData("a=fingerprint:sha-256 " + Sha256, null, SdpFault.NoFingerprint)]
    [InlineData("a=fingerprint:sha-256 " + Sha256, "a=fingerprint:sha-1 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB", SdpFault.UnsupportedFingerprint)]
    [InlineData("a=fingerprint:sha-256 " + Sha256, "a=fingerprint:sha-256 4A:AD", SdpFault.UnsupportedFingerprint)]
    [InlineData("m=audio 9 UDP/TLS/RTP/SAVPF 109 9 0 8 101", "m=audio 9 RTP/SAVPF 109 9 0 8 101", SdpFault.UnsupportedProfile)]
    [InlineData("m=audio 9 UDP/TLS/RTP/SAVPF 109 9 0 8 101", "m=audio 0 UDP/TLS/RTP/SAVPF 109", SdpFault.AudioRefused)]
    [InlineData("m=audio 9 UDP/TLS/RTP/SAVPF 109 9 0 8 101", "m=video 9 UDP/TLS/RTP/SAVPF 109", SdpFault.NoAudio)]
    [InlineData("m=audio 9 UDP/TLS/RTP/SAVPF 109 9 0 8 101", "m=audio 9 UDP/TLS/RTP/SAVPF 18", SdpFault.NoCommonCodec)]
    [InlineData("m=audio 9 UDP/TLS/RTP/SAVPF 109 9 0 8 101", "m=audio 99999 UDP/TLS/RTP/SAVPF 109", SdpFault.Malformed)]
    public void Unusable_offers_are_rejected_by_name(string line, string? with, SdpFault fault) => Assert.Equal(fault, Fault(Firefox.With(line, with)));

    [Fact]
    public void A_sha_512_fingerprint_is_taken()
    {
        var digest = string.Join(':', Enumerable.Repeat("ab", 64));
        var (_, plan) = Answer(Firefox.With("a=fingerprint:sha-256 " + Sha256, "a=fingerprint:SHA-512 " + digest));
        Assert.Equal(new DtlsFingerprint("sha-512", digest.ToUpperInvariant()), plan.PeerFingerprint);
    }

    [Fact]
    public void An_answer_to_our_offer_is_read_back()
    {
        var offer = WebRtcOfferAnswer.WriteOffer(Local, Origin, MediaDirection.SendReceive);
        Assert.Contains("a=setup:actpass", offer.Section(1));
        Assert.Equal("audio 20000 UDP/TLS/RTP/SAVPF 111 9 8 0 110 126", offer.Section(1)[0]);

        var answer = Chrome.Replace("a=setup:actpass", "a=setup:active");
        Assert.True(WebRtcOfferAnswer.TryReadAnswer(answer, MediaDirection.SendReceive, out var plan, out _));
        Assert.False(plan.DtlsClient);
        Assert.Equal(AudioCodec.Opus, plan.Audio.Send.Codec);

        Assert.True(WebRtcOfferAnswer.TryReadAnswer(Chrome.Replace("a=setup:actpass", "a=setup:passive"), MediaDirection.SendReceive, out plan, out _));
        Assert.True(plan.DtlsClient);
    }

    [Fact]
    public void An_answer_must_have_chosen_its_role()
    {
        Assert.False(WebRtcOfferAnswer.TryReadAnswer(Chrome, MediaDirection.SendReceive, out _, out var why));
        Assert.Equal(SdpFault.BadSetup, why.Fault);
    }

    [Fact]
    public void A_refused_call_is_AudioRefused()
    {
        var answer = Chrome.Replace("a=setup:actpass", "a=setup:active").Replace("m=audio 9", "m=audio 0");
        Assert.False(WebRtcOfferAnswer.TryReadAnswer(answer, MediaDirection.SendReceive, out _, out var why));
        Assert.Equal(SdpFault.AudioRefused, why.Fault);
    }

    [Fact]
    public void A_reoffer_keeps_sections_mids_and_payload_types_of_the_browser()
    {
        var offer = WebRtcOfferAnswer.WriteOffer(Local, Origin.Next(), MediaDirection.SendOnly, peerDescription: Firefox + Lines(
            "m=video 0 UDP/TLS/RTP/SAVPF 120", "a=mid:1"));
        Assert.Equal("o=byon 4711 2 IN IP4 192.0.2.10", offer.Section(0)[1]);
        Assert.Equal("audio 20000 UDP/TLS/RTP/SAVPF 109 9 8 0 101", offer.Section(1)[0]);
        Assert.Contains("a=sendonly", offer.Section(1));
        Assert.Equal("video 0 UDP/TLS/RTP/SAVPF 120", offer.Section(2)[0]);
    }

    [Fact]
    public void Two_of_us_agree_with_each_other()
    {
        var offer = WebRtcOfferAnswer.WriteOffer(Local, Origin, MediaDirection.SendReceive);
        var (answer, _) = Answer(offer);
        Assert.True(WebRtcOfferAnswer.TryReadAnswer(answer, MediaDirection.SendReceive, out var plan, out _));
        Assert.True(plan.DtlsClient);
        Assert.Equal(Local.Ice, plan.PeerIce);
    }
}
