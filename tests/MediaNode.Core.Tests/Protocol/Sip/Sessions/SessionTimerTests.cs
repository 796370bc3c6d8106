using System.Text.Json;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Sessions;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Sessions;

/// <summary>RFC 4028: the caller asks, the called side decides, one refreshes, the other one watches.</summary>
public class SessionTimerTests
{
    private readonly VirtualSipNetwork _network = new();
    private readonly VirtualAgent _agent;
    private readonly ScriptedPeer _peer;
    private readonly SipRegistrationId _line;
    private int _branches;

    public SessionTimerTests()
    {
        _agent = _network.Add(5002);
        _peer = new ScriptedPeer(_network, 5009);
        _line = _agent.Agent.RegisterStatic(VirtualAgent.Subscriber(_peer.Address, "700"));
    }

    [Fact]
    public void An_INVITE_asks_for_half_an_hour()
    {
        var (_, invite) = Place();
        Assert.True(invite.Headers.Lists("Supported", "timer"));
        Assert.Equal(("1800", "90"), (invite.Headers["Session-Expires"], invite.Headers["Min-SE"]));
    }

    [Fact]
    public void The_caller_refreshes_at_half_the_interval_as_long_as_it_is_answered()
    {
        var (_, invite) = Place();
        Answer(invite, "600;refresher=uac", "INVITE, UPDATE");
        _network.Run(TimeSpan.FromSeconds(299.9));
        Assert.Empty(_peer.Requests("UPDATE"));
        _network.Run(TimeSpan.FromSeconds(0.2));
        var refresh = Assert.Single(_peer.Requests("UPDATE"));
        Assert.Equal("600;refresher=uac", refresh.Headers["Session-Expires"]);
        Assert.True(refresh.Body.IsEmpty);
        Answer(refresh, "600;refresher=uac");
        _network.Run(TimeSpan.FromSeconds(300));
        Assert.Equal(2, _peer.Requests("UPDATE").Count());
        Answer(_peer.LastRequest("UPDATE"), null);
        // No Session-Expires in the 2xx: the timer is off (§7.2).
        _network.Run(TimeSpan.FromHours(2));
        Assert.Equal(2, _peer.Requests("UPDATE").Count());
        Assert.Empty(_agent.Events.OfType<SessionEnded>());
    }

    [Fact]
    public void A_peer_without_UPDATE_is_refreshed_by_the_same_offer_again()
    {
        var (call, invite) = Place();
        Answer(invite, "600;refresher=uac", "INVITE, ACK, BYE");
        _network.Run(TimeSpan.FromSeconds(301));
        var refresh = _peer.LastRequest("INVITE");
        Assert.NotNull(refresh.To.Tag);
        Assert.Equal(VirtualAgent.Offer, refresh.Sdp);
        Answer(refresh, "600;refresher=uac");
        Assert.Equal(refresh.CSeq.Number, _peer.LastRequest("ACK").CSeq.Number);
        Assert.Equal(new SessionRefreshed(call, VirtualAgent.Answer), _agent.Only<SessionRefreshed>());
        Assert.Empty(_agent.Events.OfType<SessionReinviteAnswered>());
    }

    [Fact]
    public void A_peer_that_turns_out_not_to_know_UPDATE_is_refreshed_by_INVITE()
    {
        var (_, invite) = Place();
        Answer(invite, "600;refresher=uac", "INVITE, UPDATE");
        _network.Run(TimeSpan.FromSeconds(301));
        _peer.Reply(_agent, _peer.LastRequest("UPDATE"), 501);
        _network.Settle();
        Assert.Equal(2, _peer.Requests("INVITE").Count());
    }

    [Fact]
    public void A_refresh_that_is_never_answered_ends_the_call()
    {
        var (_, invite) = Place();
        Answer(invite, "600;refresher=uac", "INVITE, UPDATE");
        _network.Run(TimeSpan.FromSeconds(300 + 33));
        Assert.Equal(SipEndingKind.Timeout, _agent.Only<SessionEnded>().Ending.Kind);
        Assert.NotEmpty(_peer.Requests("BYE"));
    }

    [Fact]
    public void A_refresh_that_is_refused_for_the_moment_is_tried_again_until_the_interval_is_over()
    {
        var (_, invite) = Place();
        Answer(invite, "600;refresher=uac", "INVITE, UPDATE");
        _peer.OnRequest = r => _peer.Reply(_agent, r, r.Method == "UPDATE" ? 500 : 200);
        _network.Run(TimeSpan.FromSeconds(599));
        Assert.InRange(_peer.Requests("UPDATE").Count(), 4, 12);
        Assert.Empty(_agent.Events.OfType<SessionEnded>());
        _network.Run(TimeSpan.FromSeconds(2));
        Assert.Equal(SipEndingKind.Timeout, _agent.Only<SessionEnded>().Ending.Kind);
        Assert.Single(_peer.Requests("BYE"));
    }

    /// <summary>§10: the lesser of 32 s and a third of the interval before the end.</summary>
    [Theory]
    [InlineData(600, 568)]
    [InlineData(90, 60)]
    public void A_call_that_the_peer_does_not_refresh_is_hung_up(int interval, int end)
    {
        var (_, invite) = Place();
        Answer(invite, $"{interval};refresher=uas");
        _network.Run(TimeSpan.FromSeconds(end - 1));
        Assert.Empty(_peer.Requests("UPDATE"));
        Assert.Empty(_peer.Requests("BYE"));
        _network.Run(TimeSpan.FromSeconds(2));
        Assert.Single(_peer.Requests("BYE").Select(b => b.CSeq).Distinct());
        Assert.Equal(SipEndingKind.Timeout, _agent.Only<SessionEnded>().Ending.Kind);
    }

    [Fact]
    public void Refreshes_of_the_peer_keep_the_call_up()
    {
        var (_, invite) = Place();
        Answer(invite, "600;refresher=uas");
        for (var i = 1u; i <= 5; i++)
        {
            _network.Run(TimeSpan.FromSeconds(500));
            Refresh(invite, i, "600;refresher=uac");
            var granted = _peer.Received.OfType<SipResponse>().Last();
            Assert.Equal((200, "600;refresher=uac", "timer"), (granted.Status, granted.Headers["Session-Expires"], granted.Headers["Require"]));
        }

        Assert.Empty(_agent.Events.OfType<SessionEnded>());
    }

    [Fact]
    public void A_longer_interval_that_is_asked_for_is_taken()
    {
        var (_, invite) = Place();
        _peer.Reply(_agent, invite, 422, "p", r => r.Headers.Add("Min-SE", "3600"));
        _network.Settle();
        var again = _peer.LastRequest("INVITE");
        Assert.Equal((2u, "3600", "3600", invite.CallId), (again.CSeq.Number, again.Headers["Session-Expires"], again.Headers["Min-SE"], again.CallId));
        Assert.Empty(_agent.Events.OfType<SessionEnded>());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("90")]
    [InlineData("4294967295")]
    [InlineData("nonsense")]
    public void A_422_that_asks_for_nothing_sensible_ends_the_call(string? minimum)
    {
        var (_, invite) = Place();
        _peer.Reply(_agent, invite, 422, "p", r =>
        {
            if (minimum is not null) r.Headers.Add("Min-SE", minimum);
        });
        _network.Settle();
        Assert.Equal(422, _agent.Only<SessionEnded>().Ending.Status);
    }

    [Theory]
    [InlineData("Session-Expires: 600\nSupported: timer", "600;refresher=uac", "timer")]
    [InlineData("Session-Expires: 600;refresher=uas\nSupported: timer", "600;refresher=uas", null)]
    [InlineData("Session-Expires: 600;refresher=uac\nSupported: timer", "600;refresher=uac", "timer")]
    [InlineData("Session-Expires: 7200\nMin-SE: 3600\nSupported: timer", "3600;refresher=uac", "timer")]
    [InlineData("Session-Expires: 7200\nSupported: timer", "1800;refresher=uac", "timer")]
    [InlineData("Supported: timer", "1800;refresher=uac", "timer")]
    [InlineData("Session-Expires: nonsense\nSupported: timer", "1800;refresher=uac", "timer")]
    [InlineData("Session-Expires: 600", "600;refresher=uas", null)]
    [InlineData("Session-Expires: 10", "90;refresher=uas", null)]
    [InlineData("Max-Forwards: 70", "1800;refresher=uas", null)]
    public void The_called_side_decides_who_refreshes(string asked, string granted, string? require)
    {
        Invited(asked);
        var answer = _peer.Received.OfType<SipResponse>().Last();
        Assert.Equal((200, granted, require), (answer.Status, answer.Headers["Session-Expires"], answer.Headers["Require"]));
    }

    [Fact]
    public void Too_small_an_interval_is_refused_with_the_smallest_one()
    {
        _peer.Send(_agent, SipText.Invite.Replace("Max-Forwards: 70", "Session-Expires: 60\nSupported: timer", StringComparison.Ordinal));
        var refusal = _peer.Received.OfType<SipResponse>().Last();
        Assert.Equal((422, "90"), (refusal.Status, refusal.Headers["Min-SE"]));
        Assert.Empty(_agent.Events);
    }

    [Fact]
    public void A_hold_refreshes_as_well()
    {
        var (call, invite) = Place();
        Answer(invite, "600;refresher=uac", "INVITE, UPDATE");
        _network.Run(TimeSpan.FromSeconds(250));
        _agent.Agent.Reinvite(_network.Now, call, "v=0 hold");
        _network.Settle();
        Assert.Equal("600;refresher=uac", _peer.LastRequest("INVITE").Headers["Session-Expires"]);
        Answer(_peer.LastRequest("INVITE"), "600;refresher=uac");
        _network.Run(TimeSpan.FromSeconds(200));
        Assert.Empty(_peer.Requests("UPDATE"));
    }

    [Fact]
    public void The_heir_of_a_call_refreshes_it_from_its_own_address_at_once()
    {
        var (call, invite) = Place();
        Answer(invite, "600;refresher=uac", "INVITE, UPDATE");
        var heir = _network.Add(5003);
        var saved = JsonSerializer.Deserialize<SipSessionState>(JsonSerializer.Serialize(_agent.Agent.Save(_network.Now, call)))!;
        heir.Agent.Restore(_network.Now, saved);
        _network.Run(TimeSpan.FromSeconds(0.1));
        Assert.Equal("sip:c700@127.0.0.1:5003", _peer.LastRequest("UPDATE").Contact?.Uri.Text);
    }

    private (SipSessionId Call, SipRequest Invite) Place()
    {
        var call = _agent.Agent.Invite(_network.Now, new SipInviteRequest(
            _line, new SipUri("sip:+34600@ims.test"), VirtualAgent.Offer, false, null, TimeSpan.FromMinutes(1)));
        _network.Settle();
        return (call, _peer.LastRequest("INVITE"));
    }

    private void Answer(SipRequest request, string? expires, string? allow = null)
    {
        _peer.Reply(_agent, request, 200, request.To.Tag ?? "far", r =>
        {
            if (expires is not null) r.Headers.Add("Session-Expires", expires);
            if (allow is not null) r.Headers.Add("Allow", allow);
            if (request.Method == SipMethods.Invite) r.SetSdp(VirtualAgent.Answer);
        });
        _network.Settle();
    }

    private void Refresh(SipRequest invite, uint cseq, string expires)
    {
        var update = new SipRequest("UPDATE", invite.Contact!.Uri);
        update.Headers.Add("Via", $"SIP/2.0/UDP 127.0.0.1:5009;branch=z9hG4bKre{_branches++}");
        update.Headers.Add("From", "<sip:+34600@ims.test>;tag=far");
        update.Headers.Add("To", invite.Headers["From"]!);
        update.Headers.Add("Call-ID", invite.CallId);
        update.Headers.Add("CSeq", $"{cseq} UPDATE");
        update.Headers.Add("Supported", "timer");
        update.Headers.Add("Session-Expires", expires);
        _peer.Send(_agent, update);
    }

    private void Invited(string headers)
    {
        _peer.Send(_agent, SipText.Invite.Replace("Max-Forwards: 70", headers, StringComparison.Ordinal));
        _agent.Agent.Answer(_network.Now, _agent.Only<SessionInvited>().Session, VirtualAgent.Answer);
        _network.Settle();
    }
}
