using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Sessions;

/// <summary>RFC 3262 §3 and RFC 3311 as the side that was called.</summary>
public class ReliableProvisionalCalledTests
{
    private readonly VirtualSipNetwork _network = new();
    private readonly VirtualAgent _agent;
    private readonly ScriptedPeer _peer;
    private int _branches;

    public ReliableProvisionalCalledTests()
    {
        _agent = _network.Add(5002);
        _peer = new ScriptedPeer(_network, 5009);
        _agent.Agent.RegisterStatic(VirtualAgent.Subscriber(_peer.Address, "700"));
    }

    private SipSessionId Session => _agent.Only<SessionInvited>().Session;

    private IEnumerable<SipResponse> Progress => _peer.Received.OfType<SipResponse>().Where(r => r.Status is > 100 and < 200);

    [Theory]
    [InlineData("Supported: timer, 100rel")]
    [InlineData("Require: 100rel")]
    public void A_caller_that_knows_reliable_responses_gets_them(string header)
    {
        Invite(header);
        Ring();
        var ringing = Assert.Single(Progress);
        Assert.Equal((180, "100rel"), (ringing.Status, ringing.Headers["Require"]));
        Assert.InRange(ringing.Number("RSeq")!.Value, 1u, 0x4000_0000u);
        Assert.Contains("PRACK", ringing.Headers["Allow"], StringComparison.Ordinal);
        Prack(ringing);
        Assert.Equal([200], _peer.Statuses("PRACK"));
        _network.Run(TimeSpan.FromSeconds(40));
        Assert.Single(Progress);
        Assert.Empty(_agent.Events.OfType<SessionEnded>());
    }

    [Fact]
    public void A_caller_that_does_not_gets_plain_ones()
    {
        Invite("Max-Forwards: 70");
        Ring();
        Assert.Null(Assert.Single(Progress).Headers["RSeq"]);
        _network.Run(TimeSpan.FromSeconds(40));
        Assert.Single(Progress);
    }

    /// <summary>At T1, then doubling without the bound of T2, for 64*T1; then 504.</summary>
    [Fact]
    public void An_unacknowledged_one_is_repeated_and_given_up_with_504()
    {
        Invite("Require: 100rel");
        Ring();
        var start = _network.Now;
        var seen = new List<double>();
        for (var i = 0; i < 400; i++)
        {
            var before = Progress.Count();
            _network.Run(TimeSpan.FromMilliseconds(100));
            if (Progress.Count() > before) seen.Add((_network.Now - start).TotalSeconds);
        }

        Assert.Equal([0.5, 1.5, 3.5, 7.5, 15.5, 31.5], seen);
        Assert.Equal(504, _peer.Statuses("INVITE").Last());
        Assert.Equal((SipEndingKind.Timeout, 504), (_agent.Only<SessionEnded>().Ending.Kind, _agent.Only<SessionEnded>().Ending.Status));
    }

    [Fact]
    public void The_next_one_waits_for_the_PRACK_of_the_one_before()
    {
        Invite("Supported: 100rel");
        _agent.Agent.Progress(_network.Now, Session, 183, null);
        Ring();
        var first = Assert.Single(Progress);
        Prack(first);
        Assert.Equal([183, 180], Progress.Select(r => r.Status));
        Assert.Equal(first.Number("RSeq") + 1, Progress.Last().Number("RSeq"));
    }

    [Theory]
    [InlineData(1, 0, "INVITE")]
    [InlineData(0, 1, "INVITE")]
    [InlineData(0, 0, "UPDATE")]
    public void A_PRACK_for_something_else_gets_481(uint rseqOff, uint cseqOff, string method)
    {
        Invite("Supported: 100rel");
        Ring();
        var ringing = Progress.Single();
        SendPrack($"{ringing.Number("RSeq") + rseqOff} {7 + cseqOff} {method}");
        Assert.Equal([481], _peer.Statuses("PRACK"));
        SendPrack("nonsense");
        SendPrack(null);
        Prack(ringing);
        Prack(ringing);
        Assert.Equal([481, 481, 481, 200, 481], _peer.Statuses("PRACK"));
    }

    [Fact]
    public void A_2xx_waits_for_the_PRACK_of_the_answer_and_carries_none()
    {
        Invite("Supported: 100rel", VirtualAgent.Offer);
        _agent.Agent.Progress(_network.Now, Session, 183, VirtualAgent.Answer);
        _agent.Agent.Answer(_network.Now, Session, VirtualAgent.Answer);
        _network.Settle();
        Assert.DoesNotContain(200, _peer.Statuses("INVITE"));
        Prack(Progress.Single());
        var answer = _peer.Received.OfType<SipResponse>().Single(r => r is { Status: 200, CSeq.Method: "INVITE" });
        Assert.Null(answer.Sdp);
        Acknowledge(answer);
        _agent.Only<SessionAcknowledged>();
    }

    [Fact]
    public void A_2xx_does_not_wait_for_the_PRACK_of_mere_ringing()
    {
        Invite("Supported: 100rel", VirtualAgent.Offer);
        Ring();
        _agent.Agent.Answer(_network.Now, Session, VirtualAgent.Answer);
        _network.Settle();
        var answer = _peer.Received.OfType<SipResponse>().Single(r => r is { Status: 200, CSeq.Method: "INVITE" });
        Assert.Equal(VirtualAgent.Answer, answer.Sdp);
        Acknowledge(answer);
        // The late PRACK is still right, and the 180 is not repeated.
        Prack(Progress.Single());
        Assert.Equal([200], _peer.Statuses("PRACK"));
        _network.Run(TimeSpan.FromMinutes(1));
        Assert.Single(Progress);
        Assert.Empty(_agent.Events.OfType<SessionEnded>());
    }

    [Fact]
    public void An_offer_in_the_PRACK_is_answered_in_its_2xx()
    {
        Invite("Supported: 100rel", VirtualAgent.Offer);
        _agent.Agent.Progress(_network.Now, Session, 183, VirtualAgent.Answer);
        _network.Settle();
        Prack(Progress.Single(), offer: "v=0 better");
        Assert.Empty(_peer.Statuses("PRACK"));
        Assert.Equal(new SessionReinvited(Session, "v=0 better"), _agent.Only<SessionReinvited>());
        _agent.Agent.AcceptReinvite(_network.Now, Session, "v=0 agreed");
        _network.Settle();
        Assert.Equal((200, "v=0 agreed"), (_peer.Received.OfType<SipResponse>().Last().Status, _peer.Received.OfType<SipResponse>().Last().Sdp));
    }

    [Fact]
    public void After_a_reliable_answer_either_side_offers_by_UPDATE()
    {
        Invite("Supported: 100rel", VirtualAgent.Offer);
        _agent.Agent.Progress(_network.Now, Session, 183, VirtualAgent.Answer);
        _network.Settle();
        Prack(Progress.Single());
        _peer.Send(_agent, InDialog("UPDATE", 9, "v=0 theirs"));
        _agent.Agent.AcceptReinvite(_network.Now, Session, "v=0 ours");
        _network.Settle();
        Assert.Equal([200], _peer.Statuses("UPDATE"));
        _agent.Agent.Reinvite(_network.Now, Session, "v=0 once more");
        _network.Settle();
        Assert.Equal("v=0 once more", _peer.LastRequest("UPDATE").Sdp);
    }

    /// <summary>RFC 3311 §5.2: we have not answered the offer of the INVITE.</summary>
    [Fact]
    public void An_UPDATE_with_an_offer_before_our_answer_gets_500_with_Retry_After()
    {
        Invite("Supported: 100rel", VirtualAgent.Offer);
        Ring();
        _peer.Send(_agent, InDialog("UPDATE", 8, "v=0 theirs"));
        var refusal = _peer.Received.OfType<SipResponse>().Last();
        Assert.Equal(500, refusal.Status);
        Assert.InRange(refusal.Number("Retry-After")!.Value, 0u, 9u);
    }

    [Fact]
    public void A_CANCEL_stops_the_repetitions()
    {
        Invite("Supported: 100rel");
        Ring();
        _peer.Send(_agent, SipText.Invite.Replace("INVITE", "CANCEL", StringComparison.Ordinal));
        var before = Progress.Count();
        _network.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(before, Progress.Count());
        Assert.Equal(SipEndingKind.RemoteCancel, _agent.Only<SessionEnded>().Ending.Kind);
        Assert.Equal((0, null), (_agent.Agent.Transactions, _agent.Agent.NextTimeout));
    }

    private void Invite(string header, string? offer = null)
    {
        var invite = SipText.Parse(SipText.Invite.Replace("Max-Forwards: 70", header, StringComparison.Ordinal));
        invite.Headers.Remove("Content-Length");
        if (offer is not null) invite.SetSdp(offer);
        _peer.Send(_agent, invite);
    }

    private void Ring()
    {
        _agent.Agent.Progress(_network.Now, Session, 180, null);
        _network.Settle();
    }

    private void Prack(SipResponse progress, string? offer = null) =>
        SendPrack($"{progress.Number("RSeq")} {progress.CSeq}", offer);

    private void SendPrack(string? rack, string? offer = null)
    {
        var prack = InDialog("PRACK", 8 + (uint)_branches, offer);
        if (rack is not null) prack.Headers.Add("RAck", rack);
        _peer.Send(_agent, prack);
    }

    private void Acknowledge(SipResponse answer) => _peer.Send(_agent, InDialog("ACK", answer.CSeq.Number, null));

    private SipRequest InDialog(string method, uint cseq, string? sdp)
    {
        var request = new SipRequest(method, new SipUri("sip:c700@127.0.0.1:5002"));
        request.Headers.Add("Via", $"SIP/2.0/UDP 127.0.0.1:5009;branch=z9hG4bKin{_branches++};rport");
        request.Headers.Add("From", "\"Ana\" <sip:+34600@ims.test>;tag=ana");
        request.Headers.Add("To", $"<sip:+34700@ims.test>;tag={_peer.Received.OfType<SipResponse>().Last(r => r.To.Tag is not null).To.Tag}");
        request.Headers.Add("Call-ID", "call-1");
        request.Headers.Add("CSeq", $"{cseq} {method}");
        if (sdp is not null) request.SetSdp(sdp);
        return request;
    }
}
