using System.Net;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Core.Protocol.Sdp;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.Tests.MediaNode.Core.Tests.Protocol.Sdp;

namespace Byon.Tests.MediaNode.Core.Tests.Calls;

/// <summary>A call that goes on at another node: both sides get an offer of it and have some time to follow.</summary>
public class MovedCallTests
{
    private const string OtherFingerprint =
        "11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00";

    [Fact]
    public void Both_sides_are_offered_the_new_node_and_nothing_is_sent_to_them_before_they_follow()
    {
        var before = CallRig.ConnectedOutgoing();
        var media = Elsewhere();
        var rig = before.TakenUp(media);

        Assert.Contains("m=audio 31000 RTP/AVP", Reinvite(rig), StringComparison.Ordinal);
        var told = rig.Events.Single();
        Assert.Equal((CallState.Connected, true, before.Call.Description.SequenceNumber + 1), (told.State, told.WithSdp, told.Call.SequenceNumber));
        Assert.Null(told.Call.AnswerSdp);
        Assert.Contains($"a=ice-ufrag:{media.Ice.UsernameFragment}\r\n", told.Call.OfferSdp, StringComparison.Ordinal);
        Assert.Contains($"a=fingerprint:sha-256 {OtherFingerprint}\r\na=setup:actpass\r\n", told.Call.OfferSdp, StringComparison.Ordinal);
        Assert.Equal(new MediaPlan(null, null), rig.Plan);

        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, answer: CallSdp.BrowserAnswer(ufrag: "restarted")));
        Assert.Equal("restarted", rig.Plan.WebRtc!.PeerIce.UsernameFragment);
        Assert.Null(rig.Plan.Ims);
        rig.ReinviteAnswered(CallSdp.Phone(port: 4100));

        Assert.Equal(4100, rig.Plan.Ims!.PeerRtp.Port);
        Assert.Equal(["call.moving", "call.moved"], rig.Milestones);
        Assert.Null(rig.Call.NextTimeout);
        Assert.True(rig.Call.CanMove);
        Assert.Single(rig.Events);
        Assert.NotNull(rig.Call.Description.AnswerSdp);
    }

    [Fact]
    public void The_browsers_sections_and_payload_types_stay_as_they_were()
    {
        var offer = CallSdp.BrowserOffer().Replace("a=mid:0", "a=mid:sound", StringComparison.Ordinal).Replace("BUNDLE 0", "BUNDLE sound", StringComparison.Ordinal)
            .Replace("111", "97", StringComparison.Ordinal);
        var before = CallRig.Outgoing(offer);
        before.Answered(CallSdp.Phone(formats: "96 101"));
        var rig = before.TakenUp(Elsewhere());

        var moved = rig.Call.Description.OfferSdp!;
        Assert.Contains("a=mid:sound\r\n", moved, StringComparison.Ordinal);
        Assert.Contains("a=rtpmap:97 opus/48000/2\r\n", moved, StringComparison.Ordinal);
        Assert.Contains("a=rtpmap:96 opus/48000/2\r\n", Reinvite(rig), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Descriptions_of_both_legs_count_on(bool incoming)
    {
        var before = incoming ? CallRig.ConnectedIncoming() : CallRig.ConnectedOutgoing();
        var ours = incoming ? before.Call.Description.OfferSdp! : before.Call.Description.AnswerSdp!;
        var rig = before.TakenUp(Elsewhere());

        Assert.Equal(OriginOf(ours).Next(), OriginOf(rig.Call.Description.OfferSdp!));
        var further = rig.TakenUp(Elsewhere());
        Assert.Equal(OriginOf(Reinvite(rig)).Next(), OriginOf(Reinvite(further)));
    }

    [Fact]
    public void A_browser_may_follow_by_an_offer_of_its_own()
    {
        var rig = CallRig.ConnectedOutgoing().TakenUp(Elsewhere());
        rig.ReinviteAnswered(CallSdp.Phone());
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, offer: CallSdp.BrowserOffer(ufrag: "restarted")));
        Assert.Contains("call.moved", rig.Milestones);
        Assert.Contains(OtherFingerprint, rig.Call.Description.AnswerSdp, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_side_that_does_not_follow_in_time_ends_the_call(bool browserFollows)
    {
        var rig = CallRig.ConnectedOutgoing().TakenUp(Elsewhere());
        if (browserFollows) rig.Put(CallState.Connected, answer: CallSdp.BrowserAnswer());
        else rig.ReinviteAnswered(CallSdp.Phone());
        rig.Advance(CallRig.Options.MoveTime - TimeSpan.FromTicks(1));
        Assert.False(rig.Call.HasEnded);
        rig.Advance(TimeSpan.FromTicks(1));

        Assert.Equal("node-lost", rig.Call.Description.End!.Reason);
        Assert.IsType<EndSession>(rig.Sip[^1]);
        Assert.Equal(1, rig.Releases);
    }

    [Fact]
    public void A_network_that_refuses_ends_the_call_and_one_that_knows_no_such_dialog_is_not_told_so()
    {
        var refused = CallRig.ConnectedOutgoing().TakenUp(Elsewhere());
        refused.ReinviteRejected(488, "Not Acceptable Here");
        Assert.Equal("node-lost", refused.Call.Description.End!.Reason);
        Assert.IsType<EndSession>(refused.Sip[^1]);

        var lost = CallRig.ConnectedOutgoing().TakenUp(Elsewhere());
        lost.Ended(SipEndingKind.Rejected, 481, "Call/Transaction Does Not Exist");
        Assert.Equal("node-lost", lost.Call.Description.End!.Reason);
        Assert.IsType<SendReinvite>(lost.Sip.Single());

        var over = CallRig.ConnectedOutgoing().TakenUp(Elsewhere());
        over.Ended(SipEndingKind.RemoteBye);
        Assert.Equal("remote-hangup", over.Call.Description.End!.Reason);
    }

    [Fact]
    public void A_hold_stays_and_can_be_ended_at_the_new_node()
    {
        var before = CallRig.ConnectedOutgoing();
        before.Put(CallState.Hold);
        Assert.False(before.Call.CanMove);
        before.ReinviteAnswered(CallSdp.Phone("recvonly"));
        var rig = before.TakenUp(Elsewhere());

        Assert.Contains("a=sendonly", Reinvite(rig), StringComparison.Ordinal);
        Assert.Equal((CallState.Connected, CallState.Hold), (rig.Events.Single().State, rig.State));
        Assert.Equal(CallFault.IncompatibleState, rig.Put(CallState.Resume)!.Fault);
        rig.Put(CallState.Connected, answer: CallSdp.BrowserAnswer());
        rig.ReinviteAnswered(CallSdp.Phone("recvonly"));
        Assert.Equal(MediaDirection.Inactive, rig.Plan.Ims!.Audio.Direction);

        Assert.Null(rig.Put(CallState.Resume));
        rig.ReinviteAnswered(CallSdp.Phone());
        Assert.Equal(CallState.Resume, rig.State);
        Assert.Equal(MediaDirection.SendReceive, rig.Plan.Ims!.Audio.Direction);
    }

    [Fact]
    public void A_call_that_the_other_side_holds_is_still_held()
    {
        var before = CallRig.ConnectedOutgoing();
        before.Reinvited(CallSdp.Phone("sendonly"));
        var rig = before.TakenUp(Elsewhere());
        Assert.Equal(CallState.Hold, rig.Events.Single().State);
        rig.Put(CallState.Connected, answer: CallSdp.BrowserAnswer());
        rig.ReinviteAnswered(CallSdp.Phone("sendonly"));
        Assert.Equal(CallState.Hold, rig.State);
        rig.Reinvited(CallSdp.Phone());
        Assert.Equal(CallState.Resume, rig.State);
    }

    [Fact]
    public void The_counter_of_the_networks_srtp_goes_along()
    {
        const string crypto = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj\r\n";
        var secured = CallSdp.Phone().Replace("RTP/AVP", "RTP/SAVP", StringComparison.Ordinal) + crypto;
        var before = CallRig.Incoming(secured, out _, allocate: media => media with { Sdes = SdesTerms.Create(new EntropySource(new byte[32]), isRequired: true) });
        before.Put(CallState.Connected, answer: CallSdp.BrowserAnswer());
        before.Sent(new SessionAcknowledged(new SipSessionId(1), null));
        Assert.Equal(0u, before.Plan.Ims!.Srtp!.RollOver);
        before.Media(new ImsRolledOver(2, IsVideo: false));

        var rig = before.TakenUp(Elsewhere() with { Sdes = SdesTerms.Create(new EntropySource([.. Enumerable.Repeat((byte)1, 32)]), isRequired: true) });
        rig.Put(CallState.Connected, answer: CallSdp.BrowserAnswer(ufrag: "restarted"));
        rig.ReinviteAnswered(secured);
        var keys = rig.Plan.Ims!.Srtp!;
        Assert.Equal((2u, true, false), (keys.RollOver, keys.Receive.IsSame(before.Plan.Ims.Srtp.Receive), keys.Send.IsSame(before.Plan.Ims.Srtp.Send)));
    }

    [Fact]
    public void Video_goes_along_where_the_new_node_has_ports_for_it()
    {
        var before = CallRig.Outgoing(VideoSamples.Chrome());
        before.Answered(VideoSamples.Phone(formats: "114"));
        var rig = before.TakenUp(Elsewhere() with { ImsVideo = new IPEndPoint(IPAddress.Loopback, 31002) });

        Assert.Contains("m=video 30001 UDP/TLS/RTP/SAVPF 102\r\n", rig.Call.Description.OfferSdp, StringComparison.Ordinal);
        Assert.Contains("m=video 31002 RTP/AVP ", Reinvite(rig), StringComparison.Ordinal);
        rig.ReinviteAnswered(VideoSamples.Phone(formats: "114"));
        rig.Put(CallState.Connected, answer: VideoSamples.Chrome().Replace("a=setup:actpass", "a=setup:active", StringComparison.Ordinal));
        Assert.Equal((MediaDirection.SendReceive, 102), (rig.Plan.WebRtc!.Video!.Direction, rig.Plan.WebRtc.Video.Send.PayloadType));
        Assert.Equal(MediaDirection.SendReceive, rig.Plan.Ims!.Video!.Stream.Direction);

        var without = before.TakenUp(Elsewhere());
        Assert.Contains("m=video 0 ", without.Call.Description.OfferSdp, StringComparison.Ordinal);
        Assert.Contains("m=video 0 ", Reinvite(without), StringComparison.Ordinal);
    }

    private static string Reinvite(CallRig rig) => rig.Sip.OfType<SendReinvite>().First().Offer;

    private static SdpOrigin OriginOf(string sdp)
    {
        var fields = sdp.Split("\r\n")[1][2..].Split(' ');
        return new SdpOrigin(ulong.Parse(fields[1], System.Globalization.CultureInfo.InvariantCulture), ulong.Parse(fields[2], System.Globalization.CultureInfo.InvariantCulture));
    }

    private static MediaAllocation Elsewhere() => new(
        0, new IPEndPoint(IPAddress.Loopback, 30001), new IPEndPoint(IPAddress.Loopback, 31000), IceCredentials.Create(new EntropySource([.. Enumerable.Repeat((byte)9, 32)])),
        new("sha-256", OtherFingerprint));
}
