using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Sessions;

/// <summary>RFC 3262 §4 and RFC 3311 as the side that sent the INVITE; several phones may answer.</summary>
public class ReliableProvisionalCallerTests
{
    private readonly VirtualSipNetwork _network = new();
    private readonly VirtualAgent _agent;
    private readonly ScriptedPeer _proxy;
    private readonly SipSessionId _call;
    private readonly SipRequest _invite;

    public ReliableProvisionalCallerTests()
    {
        _agent = _network.Add(5001);
        _proxy = new ScriptedPeer(_network, 5060);
        var line = _agent.Agent.RegisterStatic(VirtualAgent.Subscriber(_proxy.Address, "600"));
        _call = _agent.Agent.Invite(_network.Now, new SipInviteRequest(
            line, new SipUri("sip:+34700@ims.test"), VirtualAgent.Offer, false, null, TimeSpan.FromMinutes(5)));
        _network.Settle();
        _invite = _proxy.LastRequest("INVITE");
    }

    [Fact]
    public void A_reliable_response_is_acknowledged_in_its_early_dialog()
    {
        Reliable(183, "one", 4711, r =>
        {
            r.Headers.Add("Record-Route", "<sip:127.0.0.1:5060;lr>");
            r.SetSdp(VirtualAgent.Answer);
        });
        var prack = Assert.Single(_proxy.Requests("PRACK"));
        Assert.Equal("4711 1 INVITE", prack.Headers["RAck"]);
        Assert.Equal(("one", _invite.CallId, _invite.From.Tag, 2u), (prack.To.Tag, prack.CallId, prack.From.Tag, prack.CSeq.Number));
        Assert.Equal(("sip:one@127.0.0.1:5060", "<sip:127.0.0.1:5060;lr>"), (prack.Uri.Text, prack.Headers["Route"]));
        Assert.True(prack.Body.IsEmpty);
        Assert.Equal(new SessionProgressed(_call, 183, "Session Progress", VirtualAgent.Answer), _agent.Only<SessionProgressed>());
    }

    [Fact]
    public void What_comes_again_or_out_of_order_is_not_acknowledged()
    {
        Reliable(183, "one", 10);
        Reliable(183, "one", 10);
        Reliable(180, "one", 12);
        Reliable(180, "one", 9);
        Reliable(180, "one", 11);
        Assert.Equal(["10 1 INVITE", "11 1 INVITE"], _proxy.Requests("PRACK").Select(p => p.Headers["RAck"]));
        Assert.Equal([183, 180], _agent.Events.OfType<SessionProgressed>().Select(p => p.Status));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("4294967296")]
    public void A_reliable_response_without_a_number_is_ignored(string? rseq)
    {
        Reply(183, "one", r =>
        {
            r.Headers.Add("Require", "100rel");
            if (rseq is not null) r.Headers.Add("RSeq", rseq);
        });
        Assert.Empty(_proxy.Requests("PRACK"));
        Assert.Empty(_agent.Events.OfType<SessionProgressed>());
    }

    [Fact]
    public void Each_fork_counts_for_itself()
    {
        Reliable(183, "one", 1);
        Reliable(183, "two", 900);
        Reliable(180, "one", 2);
        Assert.Equal([("one", 2u), ("two", 2u), ("one", 3u)], _proxy.Requests("PRACK").Select(p => (p.To.Tag!, p.CSeq.Number)));
    }

    [Fact]
    public void A_lost_PRACK_is_sent_again()
    {
        _network.Loses = m => m is SipRequest { Method: SipMethods.Prack };
        Reliable(183, "one", 1);
        _network.Run(TimeSpan.FromSeconds(1.6));
        Assert.Equal(3, _network.Sent.Count(m => m is SipRequest { Method: SipMethods.Prack }));
    }

    [Fact]
    public void A_2xx_without_SDP_means_the_answer_of_its_own_fork()
    {
        Reliable(183, "one", 1, r => r.SetSdp("v=0 one"));
        Reliable(183, "two", 1, r => r.SetSdp("v=0 two"));
        Reply(200, "one");
        Assert.Equal("v=0 one", _agent.Only<SessionAnswered>().Sdp);
        Assert.Equal(1u, _proxy.LastRequest("ACK").CSeq.Number);
        _agent.Agent.End(_network.Now, _call);
        _network.Settle();
        Assert.Equal(("one", 3u), (_proxy.LastRequest("BYE").To.Tag, _proxy.LastRequest("BYE").CSeq.Number));
    }

    [Fact]
    public void A_fork_that_answers_too_late_is_hung_up_with_the_next_number_of_its_dialog()
    {
        Reliable(183, "two", 1);
        Reply(200, "one", r => r.SetSdp(VirtualAgent.Answer));
        Reply(200, "two", r => r.SetSdp(VirtualAgent.Answer));
        Assert.Equal(("two", 3u), (_proxy.LastRequest("BYE").To.Tag, _proxy.LastRequest("BYE").CSeq.Number));
    }

    [Theory]
    [InlineData("sendrecv", true)]
    [InlineData("sendonly", true)]
    [InlineData("inactive", false)]
    [InlineData("recvonly, gated", false)]
    [InlineData("nonsense", false)]
    public void The_network_decides_whether_early_media_is_heard(string header, bool isHeard)
    {
        Reply(183, "one", r => r.Headers.Add("P-Early-Media", header));
        Assert.Equal(isHeard, _agent.Only<SessionProgressed>().MayBeHeard);
    }

    [Fact]
    public void A_peer_cannot_make_us_keep_early_dialogs_without_end()
    {
        for (var i = 0; i < 100; i++) Reliable(183, $"fork{i}", 1);
        Assert.Equal(16, _proxy.Requests("PRACK").Count());
    }

    [Fact]
    public void A_cancelled_call_forgets_its_early_dialogs()
    {
        Reliable(183, "one", 1, r => r.SetSdp(VirtualAgent.Answer));
        _proxy.Reply(_agent, _proxy.LastRequest("PRACK"), 200);
        _agent.Agent.End(_network.Now, _call);
        _network.Settle();
        _proxy.Reply(_agent, _proxy.LastRequest("CANCEL"), 200);
        Reply(487, "one");
        Update("one", 1, null);
        Assert.Equal([481], _proxy.Statuses("UPDATE"));
        _network.Run(TimeSpan.FromMinutes(2));
        _agent.Only<SessionEnded>();
        Assert.Equal((0, null), (_agent.Agent.Transactions, _agent.Agent.NextTimeout));
    }

    [Fact]
    public void An_offer_in_an_early_dialog_is_told_and_answered()
    {
        Reliable(183, "one", 1, r => r.SetSdp("v=0 one"));
        Reliable(183, "two", 1, r => r.SetSdp("v=0 two"));
        Update("one", 1, VirtualAgent.Offer);
        Assert.Equal(new SessionReinvited(_call, VirtualAgent.Offer), _agent.Only<SessionReinvited>());
        _agent.Agent.AcceptReinvite(_network.Now, _call, "v=0 new");
        _network.Settle();
        var accepted = _proxy.Received.OfType<SipResponse>().Single(r => r.CSeq.Method == "UPDATE");
        Assert.Equal((200, "v=0 new"), (accepted.Status, accepted.Sdp));
        // What the fork said first is out of date now.
        Reply(200, "one");
        Assert.Null(_agent.Only<SessionAnswered>().Sdp);
    }

    /// <summary>RFC 3311 §5.2: our own offer has no answer yet.</summary>
    [Fact]
    public void An_offer_before_the_answer_to_ours_is_glare()
    {
        Reliable(183, "one", 1);
        Update("one", 1, VirtualAgent.Offer);
        Assert.Equal([491], _proxy.Statuses("UPDATE"));
        Assert.Empty(_agent.Events.OfType<SessionReinvited>());
    }

    [Fact]
    public void An_UPDATE_without_offer_moves_the_target()
    {
        Reliable(183, "one", 1);
        Update("one", 1, null, contact: "<sip:moved@127.0.0.1:5060>");
        Assert.Equal([200], _proxy.Statuses("UPDATE"));
        Reliable(180, "one", 2);
        Assert.Equal("sip:moved@127.0.0.1:5060", _proxy.LastRequest("PRACK").Uri.Text);
    }

    [Fact]
    public void Before_the_2xx_we_offer_again_by_UPDATE()
    {
        Reliable(183, "one", 1, r => r.SetSdp(VirtualAgent.Answer));
        _agent.Agent.Reinvite(_network.Now, _call, "v=0 again");
        _network.Settle();
        var update = _proxy.LastRequest("UPDATE");
        Assert.Equal(("v=0 again", 3u, "one"), (update.Sdp, update.CSeq.Number, update.To.Tag));
        _proxy.Reply(_agent, update, 200, "one", r => r.SetSdp("v=0 agreed"));
        _network.Settle();
        Assert.Equal(new SessionReinviteAnswered(_call, "v=0 agreed"), _agent.Only<SessionReinviteAnswered>());
        Assert.Empty(_proxy.Requests("ACK"));
    }

    /// <summary>A request of the peer once brought its early dialog back, with the numbers of then.</summary>
    [Fact]
    public void After_the_answer_the_early_dialog_is_forgotten_and_numbers_go_on()
    {
        Reliable(180, "one", 1);
        Reply(200, "one", r => r.SetSdp(VirtualAgent.Answer));
        _agent.Agent.Reinvite(_network.Now, _call, VirtualAgent.Offer);
        _network.Settle();
        _proxy.Reply(_agent, _proxy.LastRequest("INVITE"), 200, "one", r => r.SetSdp(VirtualAgent.Answer));
        _network.Settle();
        Update("one", 1, null);
        _agent.Agent.Reinvite(_network.Now, _call, VirtualAgent.Offer);
        _network.Settle();
        Assert.Equal(4u, _proxy.LastRequest("INVITE").CSeq.Number);
    }

    [Fact]
    public void Without_a_reliable_answer_nothing_is_offered_before_the_2xx()
    {
        Reply(183, "one", r => r.SetSdp(VirtualAgent.Answer));
        _agent.Agent.Reinvite(_network.Now, _call, "v=0 again");
        _network.Settle();
        Assert.Empty(_proxy.Requests("UPDATE"));
    }

    [Fact]
    public void A_BYE_of_the_called_side_before_its_answer_ends_nothing()
    {
        Reliable(183, "one", 1);
        _proxy.Send(_agent, FromFork("BYE", "one", 1, null));
        Assert.Equal([200], _proxy.Statuses("BYE"));
        Assert.Empty(_agent.Events.OfType<SessionEnded>());
    }

    private void Reliable(int status, string tag, uint rseq, Action<SipResponse>? more = null) => Reply(status, tag, r =>
    {
        r.Headers.Add("Require", "100rel");
        r.Headers.Add("RSeq", $"{rseq}");
        more?.Invoke(r);
    });

    private void Reply(int status, string tag, Action<SipResponse>? more = null)
    {
        _proxy.Reply(_agent, _invite, status, tag, more);
        _network.Settle();
    }

    private void Update(string tag, uint cseq, string? offer, string? contact = null)
    {
        var update = FromFork("UPDATE", tag, cseq, offer);
        update.Headers.Add("Contact", contact ?? $"<sip:{tag}@127.0.0.1:5060>");
        _proxy.Send(_agent, update);
    }

    private SipRequest FromFork(string method, string tag, uint cseq, string? offer)
    {
        var request = new SipRequest(method, _invite.Contact!.Uri);
        request.Headers.Add("Via", $"SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK{method}{tag}{cseq}");
        request.Headers.Add("From", $"<sip:+34700@ims.test>;tag={tag}");
        request.Headers.Add("To", _invite.Headers["From"]!);
        request.Headers.Add("Call-ID", _invite.CallId);
        request.Headers.Add("CSeq", $"{cseq} {method}");
        if (offer is not null) request.SetSdp(offer);
        return request;
    }
}
