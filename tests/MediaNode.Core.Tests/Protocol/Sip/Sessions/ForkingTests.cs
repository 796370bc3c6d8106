using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Sessions;

/// <summary>Our INVITE as a proxy and several phones answer it (RFC 3261 §13.2.2).</summary>
public class ForkingTests
{
    private readonly VirtualSipNetwork _network = new();
    private readonly VirtualAgent _agent;
    private readonly ScriptedPeer _proxy;
    private readonly SipRegistrationId _line;

    public ForkingTests()
    {
        _agent = _network.Add(5001);
        _proxy = new ScriptedPeer(_network, 5060);
        _line = _agent.Agent.RegisterStatic(VirtualAgent.Subscriber(_proxy.Address, "600"));
    }

    [Fact]
    public void Early_media_of_each_fork_is_told_as_it_comes()
    {
        var (call, invite) = Invite();
        Reply(invite, 183, "one", r => r.SetSdp("v=0 one"));
        Reply(invite, 180, "two");
        Reply(invite, 180, "three", r => r.SetSdp("v=0 three"));
        Assert.Equal(
            [new(call, 183, "Session Progress", "v=0 one"), new(call, 180, "Ringing", null), new(call, 180, "Ringing", "v=0 three")],
            _agent.Events.OfType<SessionProgressed>());
    }

    [Fact]
    public void The_fork_that_answers_first_wins_and_later_ones_are_hung_up()
    {
        var (call, invite) = Invite();
        Reply(invite, 180, "one");
        Reply(invite, 180, "two");
        Reply(invite, 200, "two", r => r.SetSdp(VirtualAgent.Answer));
        Reply(invite, 200, "one", r => r.SetSdp(VirtualAgent.Answer));
        Assert.Equal(call, _agent.Only<SessionAnswered>().Session);
        Assert.Equal(["two", "one"], _proxy.Requests("ACK").Select(a => a.To.Tag));
        Assert.Equal("one", Assert.Single(_proxy.Requests("BYE")).To.Tag);
        Assert.Empty(_agent.Events.OfType<SessionEnded>());
        Reply(invite, 200, "one", r => r.SetSdp(VirtualAgent.Answer));
        Assert.Equal(3, _proxy.Requests("ACK").Count());
        Assert.Single(_proxy.Requests("BYE"));
        Assert.NotNull(_agent.Agent.Save(_network.Now, call));
    }

    [Fact]
    public void A_2xx_after_the_call_ended_is_acknowledged_and_hung_up()
    {
        var (call, invite) = Invite();
        Reply(invite, 200, "one", r => r.SetSdp(VirtualAgent.Answer));
        _agent.Agent.End(_network.Now, call);
        _network.Settle();
        Reply(_proxy.LastRequest("BYE"), 200, null);
        Reply(invite, 200, "two", r => r.SetSdp(VirtualAgent.Answer));
        Assert.Equal("two", _proxy.LastRequest("ACK").To.Tag);
        Assert.Equal("two", _proxy.LastRequest("BYE").To.Tag);
        _agent.Only<SessionEnded>();
    }

    [Fact]
    public void A_peer_cannot_make_us_keep_forks_without_end()
    {
        var (_, invite) = Invite();
        for (var i = 0; i < 100; i++) Reply(invite, 200, $"fork{i}", r => r.SetSdp(VirtualAgent.Answer));
        Assert.Equal(16, _proxy.Requests("ACK").Count());
        Assert.Equal(15, _proxy.Requests("BYE").Select(b => b.To.Tag).Distinct().Count());
    }

    [Fact]
    public void The_dialog_follows_record_routes_in_reverse_and_the_contact()
    {
        var (call, invite) = Invite();
        Reply(invite, 200, "one", r =>
        {
            r.Headers.Add("Record-Route", "<sip:far.test;lr>, <sip:127.0.0.1:5060;lr>");
            r.SetSdp(VirtualAgent.Answer);
        });
        _agent.Agent.End(_network.Now, call);
        _network.Settle();
        foreach (var request in (SipRequest[])[_proxy.LastRequest("ACK"), _proxy.LastRequest("BYE")])
        {
            Assert.Equal("sip:one@127.0.0.1:5060", request.Uri.Text);
            Assert.Equal(["<sip:127.0.0.1:5060;lr>", "<sip:far.test;lr>"], request.Headers.Values("Route"));
        }
    }

    /// <summary>RFC 3261 §12.2.1.1, for a router without lr.</summary>
    [Fact]
    public void A_strict_router_gets_its_own_address_as_Request_URI()
    {
        var (call, invite) = Invite();
        Reply(invite, 200, "one", r =>
        {
            r.Headers.Add("Record-Route", "<sip:far.test;lr>, <sip:127.0.0.1:5060>");
            r.SetSdp(VirtualAgent.Answer);
        });
        _agent.Agent.End(_network.Now, call);
        _network.Settle();
        var bye = _proxy.LastRequest("BYE");
        Assert.Equal("sip:127.0.0.1:5060", bye.Uri.Text);
        Assert.Equal(["<sip:far.test;lr>", "<sip:one@127.0.0.1:5060>"], bye.Headers.Values("Route"));
    }

    [Theory]
    [InlineData(401, "WWW-Authenticate", "Authorization")]
    [InlineData(407, "Proxy-Authenticate", "Proxy-Authorization")]
    public void A_challenged_INVITE_is_sent_again_and_ACK_and_BYE_carry_answers(int status, string challenge, string answer)
    {
        var (call, first) = Invite();
        Reply(first, 100, null);
        Reply(first, status, "p", r => r.Headers.Add(challenge, "Digest realm=\"r\", nonce=\"n\", qop=\"auth\", algorithm=SHA-256"));
        var second = _proxy.LastRequest("INVITE");
        Assert.Equal((first.CallId, first.From.Tag), (second.CallId, second.From.Tag));
        Assert.Equal((1u, 2u), (first.CSeq.Number, second.CSeq.Number));
        Assert.Equal(first.Body.ToArray(), second.Body.ToArray());
        Assert.Null(second.To.Tag);
        Assert.Contains("nc=00000001", second.Headers[answer], StringComparison.Ordinal);
        Reply(second, 200, "one", r => r.SetSdp(VirtualAgent.Answer));
        var ack = _proxy.LastRequest("ACK");
        Assert.Equal((2u, second.Headers[answer]), (ack.CSeq.Number, ack.Headers[answer]));
        _agent.Agent.End(_network.Now, call);
        _network.Settle();
        Assert.Contains("nc=00000002", _proxy.LastRequest("BYE").Headers[answer], StringComparison.Ordinal);
        Assert.Equal(3u, _proxy.LastRequest("BYE").CSeq.Number);
        _agent.Only<SessionInviteSent>();
    }

    [Fact]
    public void A_challenged_BYE_is_answered()
    {
        var (call, invite) = Invite();
        Reply(invite, 200, "one", r => r.SetSdp(VirtualAgent.Answer));
        _agent.Agent.End(_network.Now, call);
        _network.Settle();
        Reply(_proxy.LastRequest("BYE"), 407, null, r => r.Headers.Add("Proxy-Authenticate", "Digest realm=\"r\", nonce=\"n\""));
        Assert.Equal(2, _proxy.Requests("BYE").Count());
        Assert.True(_proxy.LastRequest("BYE").Headers.Has("Proxy-Authorization"));
        Reply(_proxy.LastRequest("BYE"), 200, null);
        _agent.Only<SessionEnded>();
    }

    [Fact]
    public void A_wrong_password_ends_the_call_with_the_challenge()
    {
        var (_, invite) = Invite();
        Reply(invite, 407, "p", r => r.Headers.Add("Proxy-Authenticate", "Digest realm=\"r\", nonce=\"n\""));
        Reply(_proxy.LastRequest("INVITE"), 407, "p", r => r.Headers.Add("Proxy-Authenticate", "Digest realm=\"r\", nonce=\"m\""));
        Assert.Equal((SipEndingKind.Rejected, 407), (_agent.Only<SessionEnded>().Ending.Kind, _agent.Only<SessionEnded>().Ending.Status));
    }

    [Fact]
    public void The_caller_is_named_in_From_and_preferred_identity()
    {
        var (_, invite) = Invite();
        Assert.Equal(("Ana \"A\" Díaz", "sip:+34600@ims.test"), (invite.From.DisplayName, invite.From.Uri.Text));
        Assert.Equal("\"Ana \\\"A\\\" Díaz\" <sip:+34600@ims.test>", invite.Headers["P-Preferred-Identity"]);
        Assert.Null(invite.Headers["Privacy"]);
        Assert.Equal("70", invite.Headers["Max-Forwards"]);
        Assert.Null(invite.Headers["Require"]);
        Assert.True(invite.Headers.Lists("Supported", "100rel"));
        Assert.Equal("supported", invite.Headers["P-Early-Media"]);
    }

    /// <summary>RFC 3323 §4.1, RFC 3325 §9.3.</summary>
    [Fact]
    public void An_anonymous_caller_is_named_to_the_trusted_network_only()
    {
        var (_, invite) = Invite(anonymous: true);
        Assert.Equal(("Anonymous", "sip:anonymous@anonymous.invalid"), (invite.From.DisplayName, invite.From.Uri.Text));
        Assert.Equal("id", invite.Headers["Privacy"]);
        Assert.Contains("+34600", invite.Headers["P-Preferred-Identity"], StringComparison.Ordinal);
    }

    /// <summary>RFC 3261 §8.1.3.4.</summary>
    [Fact]
    public void A_redirection_is_followed_a_few_times()
    {
        var (_, invite) = Invite();
        for (var i = 1; i <= 4; i++)
        {
            var target = $"sip:+3470{i}@ims.test";
            Reply(_proxy.LastRequest("INVITE"), 302, "p", r => r.Headers.Set("Contact", $"<mailto:ana@ims.test>, <{target}>"));
            Assert.Equal(i <= 3 ? target : "sip:+34703@ims.test", _proxy.LastRequest("INVITE").Uri.Text);
        }

        Assert.Equal((invite.CallId, invite.Headers["To"]), (_proxy.LastRequest("INVITE").CallId, _proxy.LastRequest("INVITE").Headers["To"]));
        Assert.Equal(302, _agent.Only<SessionEnded>().Ending.Status);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("<sip:+34700@ims.test>")]
    [InlineData("nonsense")]
    public void A_redirection_to_nowhere_new_ends_the_call(string? contact)
    {
        var (_, invite) = Invite();
        Reply(invite, 302, "p", r =>
        {
            r.Headers.Remove("Contact");
            if (contact is not null) r.Headers.Add("Contact", contact);
        });
        Assert.Equal(302, _agent.Only<SessionEnded>().Ending.Status);
    }

    /// <summary>RFC 6228: the fork is over, the call is not.</summary>
    [Fact]
    public void A_fork_that_gives_up_is_no_dialog_any_more()
    {
        var (call, invite) = Invite();
        Reply(invite, 180, "one");
        Reply(invite, 180, "two");
        Assert.Equal(2, _agent.Agent.Dialogs);
        Reply(invite, 199, "two");
        Assert.Equal(1, _agent.Agent.Dialogs);
        Assert.Equal([180, 180], _agent.Events.OfType<SessionProgressed>().Select(p => p.Status));
        Reply(invite, 200, "one", r => r.SetSdp(VirtualAgent.Answer));
        Assert.Equal(call, _agent.Only<SessionAnswered>().Session);
    }

    /// <summary>RFC 3326: why a CANCEL or BYE came.</summary>
    [Fact]
    public void Cancels_and_late_forks_are_told_the_reason()
    {
        var (_, invite) = Invite();
        Reply(invite, 180, "one");
        _network.Run(TimeSpan.FromSeconds(61));
        Assert.Equal(408, _proxy.LastRequest("CANCEL").ReasonCause);
        (_, invite) = Invite();
        Reply(invite, 200, "one", r => r.SetSdp(VirtualAgent.Answer));
        Reply(invite, 200, "two", r => r.SetSdp(VirtualAgent.Answer));
        Assert.Equal(200, _proxy.LastRequest("BYE").ReasonCause);
    }

    [Fact]
    public void The_reason_of_a_refusal_is_told()
    {
        var (_, invite) = Invite();
        Reply(invite, 603, "one", r => r.Headers.Add("Reason", "SIP;cause=480, Q.850;cause=31"));
        Assert.Equal(new SipEnding(SipEndingKind.Rejected, 603, "Decline", 480), _agent.Only<SessionEnded>().Ending);
    }

    private (SipSessionId Call, SipRequest Invite) Invite(bool anonymous = false)
    {
        var call = _agent.Agent.Invite(_network.Now, new SipInviteRequest(
            _line, new SipUri("sip:+34700@ims.test"), VirtualAgent.Offer, anonymous, "Ana \"A\" Díaz", TimeSpan.FromMinutes(1)));
        _network.Settle();
        return (call, _proxy.LastRequest("INVITE"));
    }

    private void Reply(SipRequest request, int status, string? tag, Action<SipResponse>? more = null)
    {
        _proxy.Reply(_agent, request, status, tag, more);
        _network.Settle();
    }
}
