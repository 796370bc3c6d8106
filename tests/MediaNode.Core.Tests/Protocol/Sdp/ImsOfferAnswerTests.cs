using System.Net;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sdp;
using static Byon.Tests.MediaNode.Core.Tests.Protocol.Sdp.SdpSamples;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sdp;

public class ImsOfferAnswerTests
{
    private static readonly AudioCodec[] All = [AudioCodec.Opus, AudioCodec.Pcma, AudioCodec.Pcmu];

    private static (string Answer, ImsLegPlan Plan) Answer(string offer, params AudioCodec[] preferred)
    {
        Assert.True(ImsOfferAnswer.TryAnswer(offer, Local, Origin, MediaDirection.SendReceive, preferred, out var answer, out var plan, out var why), why?.ToString());
        return (answer, plan);
    }

    private static ImsLegPlan Read(string answer, MediaDirection offered = MediaDirection.SendReceive, ImsLegPlan? current = null)
    {
        Assert.True(ImsOfferAnswer.TryReadAnswer(answer, offered, All, out var plan, out var why, current), why?.ToString());
        return plan;
    }

    [Fact]
    public void Our_offer_lists_the_codecs_in_order_with_events_for_each_clock()
    {
        var offer = ImsOfferAnswer.WriteOffer(Local, Origin, MediaDirection.SendReceive, All);
        Assert.Equal(
            Lines(
                "v=0", "o=byon 4711 1 IN IP4 198.51.100.7", "s=-", "t=0 0", "c=IN IP4 198.51.100.7", "m=audio 21000 RTP/AVP 96 8 0 97 101 13",
                "a=rtpmap:96 opus/48000/2", "a=fmtp:96 minptime=10;useinbandfec=1;stereo=0;maxaveragebitrate=40000", "a=rtpmap:8 PCMA/8000", "a=rtpmap:0 PCMU/8000",
                "a=rtpmap:97 telephone-event/48000", "a=fmtp:97 0-15", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", "a=rtpmap:13 CN/8000", "a=ptime:20",
                "a=sendrecv", "a=rtcp:21001", "a=rtcp-xr:voip-metrics"),
            offer);
    }

    [Fact]
    public void Without_opus_only_8000_hertz_events_are_offered()
    {
        var offer = ImsOfferAnswer.WriteOffer(Local, Origin, MediaDirection.SendReceive, [AudioCodec.Pcmu, AudioCodec.Pcma]);
        Assert.Contains("m=audio 21000 RTP/AVP 0 8 101 13\r\n", offer);
    }

    [Fact]
    public void A_phones_answer_becomes_a_plan()
    {
        var plan = Read(Phone);
        Assert.Equal(new IPEndPoint(IPAddress.Parse("203.0.113.5"), 40_000), plan.PeerRtp);
        Assert.Equal(new IPEndPoint(IPAddress.Parse("203.0.113.5"), 40_001), plan.PeerRtcp);
        Assert.False(plan.RtcpMux);
        Assert.Equal(new AudioFormat(AudioCodec.Pcmu, 0, 8_000), plan.Audio.Send);
        Assert.Equal([AudioCodec.Pcmu, AudioCodec.Pcma], plan.Audio.Receive.Select(f => f.Codec));
        Assert.Equal(new TelephoneEventFormat(101, 8_000), plan.Audio.TelephoneEvent);
    }

    [Fact]
    public void We_send_with_the_answers_payload_type_and_receive_on_ours()
    {
        var plan = Read(Lines("v=0", "o=p 1 1 IN IP4 203.0.113.5", "s=-", "c=IN IP4 203.0.113.5", "t=0 0", "m=audio 4000 RTP/AVP 107", "a=rtpmap:107 OPUS/48000/2"));
        Assert.Equal(107, plan.Audio.Send.PayloadType);
        Assert.Equal([96], plan.Audio.Receive.Select(f => (int)f.PayloadType));
    }

    [Theory]
    [InlineData("a=rtcp:53020", "203.0.113.5:53020")]
    [InlineData("a=rtcp:53020 IN IP4 203.0.113.9", "203.0.113.9:53020")]
    [InlineData("a=rtcp:nonsense", "203.0.113.5:40001")]
    [InlineData("a=rtcp-mux", "203.0.113.5:40000")]
    public void The_rtcp_address_is_where_the_peer_says(string line, string expected) =>
        Assert.Equal(IPEndPoint.Parse(expected), Read(Phone + line + "\r\n").PeerRtcp);

    [Theory]
    [InlineData("a=sendonly", MediaDirection.ReceiveOnly)]
    [InlineData("a=recvonly", MediaDirection.SendOnly)]
    [InlineData("a=inactive", MediaDirection.Inactive)]
    [InlineData("a=sendrecv", MediaDirection.SendReceive)]
    public void A_held_call_is_answered_with_the_mirrored_direction(string line, MediaDirection expected)
    {
        var (answer, plan) = Answer(Phone + line + "\r\n", AudioCodec.Pcmu);
        Assert.Equal(expected, plan.Audio.Direction);
        Assert.Equal(expected, Read(answer).Audio.Direction switch
        {
            MediaDirection.SendOnly => MediaDirection.ReceiveOnly,
            MediaDirection.ReceiveOnly => MediaDirection.SendOnly,
            var same => same,
        });
    }

    [Fact]
    public void Our_hold_is_over_only_when_both_sides_say_so()
    {
        Assert.Equal(MediaDirection.SendOnly, Read(Phone + "a=recvonly\r\n", MediaDirection.SendOnly).Audio.Direction);
        Assert.Equal(MediaDirection.SendOnly, Read(Phone, MediaDirection.SendOnly).Audio.Direction);
        Assert.Equal(MediaDirection.SendReceive, Read(Phone).Audio.Direction);
    }

    [Fact]
    public void An_unspecified_address_holds_what_we_send()
    {
        var (_, plan) = Answer(Phone.With("c=IN IP4 203.0.113.5", "c=IN IP4 0.0.0.0"), AudioCodec.Pcmu);
        Assert.Equal(MediaDirection.ReceiveOnly, plan.Audio.Direction);
    }

    [Fact]
    public void The_preferred_codec_is_chosen_when_offered_and_the_offers_order_otherwise()
    {
        var (answer, plan) = Answer(Phone, AudioCodec.Opus, AudioCodec.Pcma);
        Assert.Equal(AudioCodec.Pcma, plan.Audio.Send.Codec);
        Assert.Contains("m=audio 21000 RTP/AVP 8 101\r\n", answer);
        Assert.Equal(AudioCodec.Pcmu, Answer(Phone, AudioCodec.Opus).Plan.Audio.Send.Codec);
    }

    [Fact]
    public void Opus_that_the_node_does_not_prefer_is_not_chosen()
    {
        var offer = Phone.With("m=audio 40000 RTP/AVP 0 8 18 101", "m=audio 40000 RTP/AVP 100 8 101") + "a=rtpmap:100 opus/48000/2\r\n";
        Assert.Equal(AudioCodec.Pcma, Answer(offer, AudioCodec.Pcmu).Plan.Audio.Send.Codec);
        Assert.Equal(new AudioFormat(AudioCodec.Opus, 100, 48_000), Answer(offer, AudioCodec.Opus).Plan.Audio.Send);
    }

    [Fact]
    public void Rtcp_mux_is_answered_when_offered()
    {
        var (answer, plan) = Answer(Phone + "a=rtcp-mux\r\n", AudioCodec.Pcmu);
        Assert.True(plan.RtcpMux);
        Assert.Contains("a=rtcp-mux\r\n", answer);
        Assert.DoesNotContain("a=rtcp-mux", Answer(Phone, AudioCodec.Pcmu).Answer);
    }

    [Fact]
    public void Video_is_refused_in_its_place()
    {
        var (answer, _) = Answer(Phone + Lines("m=video 5000 RTP/AVP 31"), AudioCodec.Pcmu);
        Assert.StartsWith("video 0 RTP/AVP 31", answer.Section(2)[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_reoffer_keeps_the_payload_types_of_the_peers_offer()
    {
        var offer = Phone.With("m=audio 40000 RTP/AVP 0 8 18 101", "m=audio 40000 RTP/AVP 100 97").With(
            "a=rtpmap:101 telephone-event/8000", "a=rtpmap:97 telephone-event/48000") + "a=rtpmap:100 opus/48000/2\r\n";
        var (_, plan) = Answer(offer, AudioCodec.Opus);
        var again = ImsOfferAnswer.WriteOffer(Local, Origin.Next(), MediaDirection.SendOnly, [AudioCodec.Opus, AudioCodec.Pcma], plan);
        Assert.Contains("m=audio 21000 RTP/AVP 100 8 97 101 13\r\n", again);
        var held = Read(Lines("v=0", "o=p 1 2 IN IP4 203.0.113.5", "s=-", "c=IN IP4 203.0.113.5", "t=0 0", "m=audio 4000 RTP/AVP 100", "a=rtpmap:100 opus/48000/2"), MediaDirection.SendOnly, plan);
        Assert.Equal([100], held.Audio.Receive.Select(f => (int)f.PayloadType));
    }

    [Theory]
    [InlineData("c=IN IP4 203.0.113.5", "c=IN IP4 sip.example.net", SdpFault.NoAddress)]
    [InlineData("c=IN IP4 203.0.113.5", "c=IN IP4 224.2.1.1/127", SdpFault.NoAddress)]
    [InlineData("c=IN IP4 203.0.113.5", "c=IN IP4 1", SdpFault.NoAddress)]
    [InlineData("c=IN IP4 203.0.113.5", "c=IN IP6 203.0.113.5", SdpFault.NoAddress)]
    [InlineData("c=IN IP4 203.0.113.5", null, SdpFault.NoAddress)]
    [InlineData("m=audio 40000 RTP/AVP 0 8 18 101", "m=audio 65535 RTP/AVP 0", SdpFault.NoAddress)]
    [InlineData("m=audio 40000 RTP/AVP 0 8 18 101", "m=audio 40000 RTP/SAVP 0", SdpFault.UnsupportedProfile)]
    [InlineData("m=audio 40000 RTP/AVP 0 8 18 101", "m=audio 0 RTP/AVP 0", SdpFault.AudioRefused)]
    [InlineData("m=audio 40000 RTP/AVP 0 8 18 101", "m=audio 40000 RTP/AVP 18", SdpFault.NoCommonCodec)]
    [InlineData("m=audio 40000 RTP/AVP 0 8 18 101", "m=image 40000 udptl t38", SdpFault.NoAudio)]
    public void Unusable_offers_are_rejected_by_name(string line, string? with, SdpFault fault)
    {
        Assert.False(ImsOfferAnswer.TryAnswer(Phone.With(line, with), Local, Origin, MediaDirection.SendReceive, All, out _, out _, out var why));
        Assert.Equal(fault, why.Fault);
    }

    [Fact]
    public void Ipv6_addresses_are_read()
    {
        var plan = Read(Phone.With("c=IN IP4 203.0.113.5", "c=IN IP6 2001:db8::5"));
        Assert.Equal(IPEndPoint.Parse("[2001:db8::5]:40000"), plan.PeerRtp);
    }
}
