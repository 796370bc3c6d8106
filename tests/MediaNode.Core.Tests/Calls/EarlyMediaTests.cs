using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.Tests.MediaNode.Core.Tests.Calls;

/// <summary>What is heard before the answer: one offer of the browser, several phones, one that answers.</summary>
public class EarlyMediaTests
{
    private static readonly SipSessionId Session = new(1);

    [Fact]
    public void Media_that_the_network_forbids_is_not_heard_until_the_answer()
    {
        var rig = CallRig.Outgoing();
        rig.Sent(new SessionProgressed(Session, 183, "Session Progress", CallSdp.Phone(), MayBeHeard: false));
        Assert.Equal(MediaDirection.SendOnly, rig.Plan.Ims!.Audio.Direction);
        rig.Sent(new SessionProgressed(Session, 183, "Session Progress", CallSdp.Phone(), MayBeHeard: true));
        Assert.Equal(MediaDirection.SendReceive, rig.Plan.Ims!.Audio.Direction);
        rig.Sent(new SessionProgressed(Session, 183, "Session Progress", CallSdp.Phone(), MayBeHeard: false));
        rig.Answered(null);
        Assert.Equal(MediaDirection.SendReceive, rig.Plan.Ims!.Audio.Direction);
    }

    [Fact]
    public void The_fork_that_answers_takes_the_media_over()
    {
        var rig = CallRig.Outgoing();
        rig.Provisional(183, CallSdp.Phone(port: 4002));
        rig.Provisional(183, CallSdp.Phone(formats: "0", port: 4004));
        Assert.Equal((4004, AudioCodec.Pcmu), (rig.Plan.Ims!.PeerRtp.Port, rig.Plan.Ims.Audio.Send.Codec));
        rig.Answered(CallSdp.Phone(port: 4002));
        Assert.Equal((4002, AudioCodec.Pcma), (rig.Plan.Ims!.PeerRtp.Port, rig.Plan.Ims.Audio.Send.Codec));
    }

    [Fact]
    public void The_far_side_moves_its_early_media()
    {
        var rig = CallRig.Outgoing();
        rig.Provisional(183, CallSdp.Phone(port: 4002));
        rig.Reinvited(CallSdp.Phone(port: 4006));
        Assert.Contains("m=audio 21000 RTP/AVP 8", Assert.IsType<AcceptReinvite>(rig.Sip[^1]).Sdp, StringComparison.Ordinal);
        Assert.Equal(4006, rig.Plan.Ims!.PeerRtp.Port);
        rig.Answered(null);
        Assert.Equal((CallState.Connected, 4006), (rig.State, rig.Plan.Ims!.PeerRtp.Port));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("nonsense")]
    public void An_early_offer_that_cannot_be_used_is_refused_and_changes_nothing(string? offer)
    {
        var rig = CallRig.Outgoing();
        rig.Provisional(183, CallSdp.Phone(port: 4002));
        rig.Reinvited(offer);
        Assert.Equal(488, Assert.IsType<RejectReinvite>(rig.Sip[^1]).Status);
        Assert.Equal((CallState.InProgress, 4002), (rig.State, rig.Plan.Ims!.PeerRtp.Port));
    }
}
