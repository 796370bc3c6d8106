using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.Tests.MediaNode.Core.Tests.Calls;

/// <summary>RFC 3312 as IMS uses it: no phone rings before both accesses have reserved what the call needs.</summary>
public class PreconditionTests
{
    private const string NotReady = "a=curr:qos local none\r\na=curr:qos remote none\r\na=des:qos mandatory local sendrecv\r\na=des:qos none remote sendrecv\r\n";
    private const string Ready = "a=curr:qos local sendrecv\r\na=curr:qos remote sendrecv\r\na=des:qos mandatory local sendrecv\r\na=des:qos mandatory remote sendrecv\r\n";

    [Fact]
    public void The_device_rings_when_the_callers_network_is_ready()
    {
        var rig = CallRig.IncomingReliably(CallSdp.Phone() + NotReady);
        Assert.Empty(rig.Events);
        var progress = Assert.IsType<SendProgress>(Assert.Single(rig.Sip));
        Assert.Equal(183, progress.Status);
        Assert.Contains("a=curr:qos local sendrecv\r\na=curr:qos remote none\r\n", progress.Sdp, StringComparison.Ordinal);
        Assert.Contains("a=conf:qos remote sendrecv\r\n", progress.Sdp, StringComparison.Ordinal);
        Assert.Equal(CallFault.IncompatibleState, rig.Put(CallState.Ringing)!.Fault);

        rig.Reinvited(CallSdp.Phone(port: 4100) + Ready);
        var accepted = Assert.IsType<AcceptReinvite>(rig.Sip[^1]);
        Assert.Contains("a=curr:qos remote sendrecv\r\n", accepted.Sdp, StringComparison.Ordinal);
        Assert.DoesNotContain("a=conf", accepted.Sdp, StringComparison.Ordinal);
        Assert.True(Assert.Single(rig.Events).Invitation);

        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Ringing, answer: CallSdp.BrowserAnswer()));
        Assert.Null(rig.Plan.Ims);
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected));
        Assert.Equal(accepted.Sdp, Assert.IsType<SendAnswer>(rig.Sip[^1]).Sdp);
        Assert.Equal(4100, rig.Plan.Ims!.PeerRtp.Port);
    }

    [Fact]
    public void An_offer_in_between_that_is_not_ready_either_does_not_ring()
    {
        var rig = CallRig.IncomingReliably(CallSdp.Phone() + NotReady);
        rig.Reinvited(CallSdp.Phone() + NotReady);
        Assert.IsType<AcceptReinvite>(rig.Sip[^1]);
        Assert.Empty(rig.Events);
        rig.Reinvited("nonsense");
        Assert.IsType<RejectReinvite>(rig.Sip[^1]);
        rig.Reinvited(CallSdp.Phone());
        Assert.Single(rig.Events);
    }

    [Fact]
    public void A_caller_that_is_ready_rings_at_once_and_gets_its_answer_in_the_200()
    {
        var rig = CallRig.IncomingReliably(CallSdp.Phone() + Ready);
        Assert.Single(rig.Events);
        Assert.Empty(rig.Sip);
        rig.Put(CallState.Connected, answer: CallSdp.BrowserAnswer());
        Assert.Contains("a=curr:qos local sendrecv\r\n", Assert.IsType<SendAnswer>(rig.Sip[^1]).Sdp, StringComparison.Ordinal);
    }

    [Fact]
    public void A_caller_that_takes_no_early_answer_rings_at_once()
    {
        var rig = CallRig.Incoming(CallSdp.Phone() + NotReady, out _);
        Assert.Single(rig.Events);
        Assert.Empty(rig.Sip);
    }

    [Fact]
    public void A_caller_that_never_gets_ready_is_given_up()
    {
        var rig = CallRig.IncomingReliably(CallSdp.Phone() + NotReady);
        rig.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(480, Assert.IsType<EndSession>(rig.Sip[^1]).RejectStatus);
    }

    [Fact]
    public void Our_offers_name_our_resources_where_the_operator_wants_it()
    {
        var rig = CallRig.Outgoing(options: CallRig.Options with { OffersPreconditions = true });
        var invite = Assert.IsType<SendInvite>(Assert.Single(rig.Sip));
        Assert.Contains("a=curr:qos local sendrecv\r\na=curr:qos remote none\r\n", invite.Offer, StringComparison.Ordinal);
        rig.Provisional(183, CallSdp.Phone() + NotReady);
        rig.Reinvited(CallSdp.Phone() + Ready);
        Assert.Contains("a=curr:qos remote sendrecv\r\n", Assert.IsType<AcceptReinvite>(rig.Sip[^1]).Sdp, StringComparison.Ordinal);
        rig.Answered(null);
        Assert.Equal(CallState.Connected, rig.State);
        Assert.DoesNotContain("qos", Assert.IsType<SendInvite>(Assert.Single(CallRig.Outgoing().Sip)).Offer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_answers_where_another_one_spoke_early_offers_itself()
    {
        var rig = new ForkRig();
        rig.Join("one", CallSdp.Phone() + NotReady).Join("two", CallSdp.Phone() + NotReady);
        Assert.Equal(["183"], rig.Sent);
        rig.Network(new SessionReinvited(new SipSessionId(7), CallSdp.Phone() + Ready));
        Assert.Equal(["183", "200 to the offer"], rig.Sent);
        Assert.Equal(2, rig.Events.Count(told => told.Invitation));
        rig.Put("two", CallState.Connected);
        Assert.Equal(["183", "200 to the offer", "200 two", "offer two"], rig.Sent);
    }
}
