using System.Text.Json;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Registrations;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Registrations;

public class SipRegistrationTests
{
    private readonly VirtualSipNetwork _network = new();
    private readonly VirtualAgent _agent;
    private readonly ScriptedRegistrar _registrar;

    public SipRegistrationTests()
    {
        _agent = _network.Add(5001);
        _registrar = new ScriptedRegistrar(_network, _agent);
    }

    [Fact]
    public void A_challenge_is_answered_and_the_granted_lifetime_told()
    {
        _registrar.Decorates = r => r.Headers.Add("P-Associated-URI", "<tel:+34600>, \"Ana\" <sip:+34600@ims.test>");
        var id = Register();
        var accepted = _agent.Only<RegistrationAccepted>();
        Assert.Equal((id, TimeSpan.FromSeconds(600)), (accepted.Registration, accepted.Expires));
        Assert.Equal(["tel:+34600", "sip:+34600@ims.test"], accepted.AssociatedUris.Select(u => u.Text));
        var requests = _registrar.Peer.Requests("REGISTER").ToArray();
        Assert.Equal(2, requests.Length);
        Assert.Equal(requests[0].CallId, requests[1].CallId);
        Assert.Equal(requests[0].From.Tag, requests[1].From.Tag);
        Assert.Equal([1u, 2u], requests.Select(r => r.CSeq.Number));
        Assert.NotEqual(requests[0].TopVia.Branch, requests[1].TopVia.Branch);
        Assert.Equal("sip:ims.test", requests[1].Uri.Text);
        Assert.Equal("sip:c600@127.0.0.1:5001", requests[1].Contact?.Uri.Text);
        Assert.Equal("<urn:uuid:00000001-0002-0003-0405-060708090a0b>", requests[1].Contact?.Parameters["+sip.instance"]);
        Assert.Equal("path, outbound", requests[1].Headers["Supported"]);
        Assert.Equal("1", requests[1].Contact?.Parameters["reg-id"]);
    }

    [Fact]
    public void It_is_refreshed_before_half_of_a_short_lifetime_has_passed()
    {
        var refreshes = Refreshes();
        Register();
        _network.Run(TimeSpan.FromMinutes(30));
        Assert.InRange(refreshes[1] - refreshes[0], TimeSpan.FromSeconds(29.9), TimeSpan.FromSeconds(300));
        Assert.All(refreshes.Skip(2).Zip(refreshes.Skip(1), (later, earlier) => later - earlier), pause => Assert.InRange(pause, TimeSpan.FromSeconds(269.9), TimeSpan.FromSeconds(300)));
        Assert.Equal(refreshes.Count, _agent.Events.OfType<RegistrationAccepted>().Count());
    }

    [Fact]
    public void A_long_lifetime_is_refreshed_ten_minutes_before_its_end_or_up_to_a_tenth_earlier()
    {
        var refreshes = Refreshes();
        _registrar.Granted = 7200;
        Register();
        _network.Run(TimeSpan.FromHours(4));
        Assert.InRange(refreshes[2] - refreshes[1], TimeSpan.FromSeconds(((7200 - 600) * 0.9) - 1), TimeSpan.FromSeconds(7200 - 600));
    }

    [Fact]
    public void Ten_registrations_made_together_do_not_refresh_together()
    {
        for (var i = 0; i < 10; i++) _agent.Agent.Register(_network.Now, VirtualAgent.Subscriber(_registrar.Peer.Address, $"60{i}"));
        var refreshes = new HashSet<long>();
        _registrar.Interferes = r => refreshes.Add(_network.Now.Ticks) && false;
        _network.Run(TimeSpan.FromSeconds(301));
        Assert.InRange(refreshes.Count, 9, 30);
    }

    [Fact]
    public void A_stale_nonce_at_refresh_costs_one_more_round()
    {
        Register();
        _registrar.Nonce = "newer";
        _network.Run(TimeSpan.FromSeconds(301));
        Assert.Equal(2, _agent.Events.OfType<RegistrationAccepted>().Count());
        Assert.Equal(4, _registrar.Peer.Requests("REGISTER").Count());
    }

    [Fact]
    public void A_wrong_password_is_told_as_refused_credentials()
    {
        _registrar.Password = "other";
        var id = Register();
        Assert.Equal(new RegistrationFailed(id, 401, "Unauthorized", true), _agent.Only<RegistrationFailed>());
        Assert.Equal(2, _registrar.Peer.Requests("REGISTER").Count());
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(503)]
    public void A_first_REGISTER_that_is_refused_fails_at_once(int status)
    {
        _registrar.Interferes = r => _registrar.Peer.Reply(_agent, r, status, "r") is not null;
        var id = Register();
        Assert.Equal(new RegistrationFailed(id, status, SipPhrases.Of(status), false), _agent.Only<RegistrationFailed>());
        _network.Run(TimeSpan.FromMinutes(1));
        Assert.Null(_agent.Agent.NextTimeout);
    }

    [Fact]
    public void A_registrar_that_does_not_answer_is_given_up_after_timer_F()
    {
        _network.Loses = _ => true;
        var id = Register();
        _network.Run(TimeSpan.FromSeconds(31.9));
        Assert.Empty(_agent.Events);
        _network.Run(TimeSpan.FromSeconds(0.2));
        Assert.Equal(new RegistrationFailed(id, 0, "No response", false), _agent.Only<RegistrationFailed>());
    }

    [Fact]
    public void A_failing_transport_fails_the_first_REGISTER_at_once()
    {
        _network.Loses = _ => true;
        var id = Register();
        _agent.Agent.FlowFailed(_network.Now, new SipFlow(SipTransport.Udp, _registrar.Peer.Address));
        _network.Settle();
        Assert.Equal(new RegistrationFailed(id, 0, "Unreachable", false), _agent.Only<RegistrationFailed>());
    }

    [Fact]
    public void A_lifetime_the_registrar_finds_too_short_is_lengthened()
    {
        _registrar.Granted = 1800;
        _registrar.Interferes = r => r.Number("Expires") < 1800 &&
            _registrar.Peer.Reply(_agent, r, 423, "r", x => x.Headers.Add("Min-Expires", "1800")) is not null;
        Register();
        Assert.Equal(TimeSpan.FromSeconds(1800), _agent.Only<RegistrationAccepted>().Expires);
    }

    [Fact]
    public void A_registrar_that_never_is_content_does_not_keep_us_busy()
    {
        _registrar.Interferes = r => _registrar.Peer.Reply(
            _agent, r, 423, "r", x => x.Headers.Add("Min-Expires", (r.Number("Expires") + 1).ToString()!)) is not null;
        Register();
        Assert.Equal(423, _agent.Only<RegistrationFailed>().Status);
        Assert.InRange(_registrar.Peer.Requests("REGISTER").Count(), 2, 10);
    }

    [Fact]
    public void A_refresh_without_answer_is_tried_again_until_the_lifetime_ends()
    {
        Register();
        _registrar.Interferes = _ => true;
        _network.Run(TimeSpan.FromSeconds(500));
        Assert.Empty(_agent.Events.OfType<RegistrationFailed>());
        Assert.InRange(_registrar.Peer.Requests("REGISTER").Select(r => r.CSeq.Number).Distinct().Count(), 4, 10);
        _network.Run(TimeSpan.FromSeconds(140));
        Assert.Equal(0, _agent.Only<RegistrationFailed>().Status);
        _network.Run(TimeSpan.FromMinutes(1));
        Assert.Null(_agent.Agent.NextTimeout);
    }

    [Fact]
    public void A_registrar_that_comes_back_in_time_saves_the_registration()
    {
        Register();
        _registrar.Interferes = _ => true;
        _network.Run(TimeSpan.FromSeconds(400));
        _registrar.Interferes = _ => false;
        _network.Run(TimeSpan.FromSeconds(200));
        Assert.InRange(_agent.Events.OfType<RegistrationAccepted>().Count(), 2, 3);
        Assert.Empty(_agent.Events.OfType<RegistrationFailed>());
    }

    [Fact]
    public void An_asked_for_refresh_has_its_own_lifetime_and_answer()
    {
        var id = Register();
        _registrar.Granted = 900;
        _agent.Agent.Refresh(_network.Now, id, TimeSpan.FromSeconds(900));
        _network.Settle();
        Assert.Equal("900", _registrar.Peer.LastRequest("REGISTER").Headers["Expires"]);
        Assert.Equal(TimeSpan.FromSeconds(900), _agent.Last<RegistrationAccepted>().Expires);
    }

    [Fact]
    public void An_asked_for_refresh_that_fails_for_now_is_told_and_the_registration_stands()
    {
        var id = Register();
        _registrar.Interferes = r => _registrar.Peer.Reply(_agent, r, 503, "r") is not null;
        _agent.Agent.Refresh(_network.Now, id, TimeSpan.FromSeconds(900));
        _network.Settle();
        Assert.Equal(new RegistrationRefreshFailed(id, 503, "Service Unavailable"), _agent.Only<RegistrationRefreshFailed>());
        _registrar.Interferes = _ => false;
        _network.Run(TimeSpan.FromSeconds(10));
        Assert.Equal(2, _agent.Events.OfType<RegistrationAccepted>().Count());
    }

    [Fact]
    public void Removal_registers_with_zero_and_is_told()
    {
        var id = Register();
        _agent.Agent.Unregister(_network.Now, id);
        _network.Settle();
        Assert.Equal(id, _agent.Only<RegistrationRemoved>().Registration);
        var last = _registrar.Peer.LastRequest("REGISTER");
        Assert.Equal("0", last.Headers["Expires"]);
        Assert.Equal("0", last.Contact?.Parameters["expires"]);
        _network.Run(TimeSpan.FromHours(1));
        Assert.Equal(3, _registrar.Peer.Requests("REGISTER").Count());
        Assert.Null(_agent.Agent.NextTimeout);
    }

    [Fact]
    public void Removal_asked_for_while_a_REGISTER_is_in_flight_follows_it()
    {
        SipRequest? held = null;
        _registrar.Interferes = r => (held ??= r) == r;
        var id = Register();
        _agent.Agent.Unregister(_network.Now, id);
        _network.Settle();
        Assert.Single(_registrar.Peer.Requests("REGISTER"));
        _network.Run(TimeSpan.FromSeconds(2));
        _agent.Only<RegistrationRemoved>();
        Assert.Equal("0", _registrar.Peer.LastRequest("REGISTER").Headers["Expires"]);
    }

    [Fact]
    public void Removal_without_an_answer_ends_too()
    {
        var id = Register();
        _network.Loses = _ => true;
        _agent.Agent.Unregister(_network.Now, id);
        _network.Run(TimeSpan.FromSeconds(33));
        Assert.Equal(id, _agent.Only<RegistrationRemoved>().Registration);
    }

    [Fact]
    public void Its_contact_can_be_used_again_when_it_is_gone()
    {
        var first = Register();
        _agent.Agent.Unregister(_network.Now, first);
        _network.Settle();
        Assert.NotEqual(first, Register());
        Assert.Equal(2, _agent.Events.OfType<RegistrationAccepted>().Count());
    }

    [Fact]
    public void A_contact_registered_again_while_it_is_being_removed_gets_its_calls()
    {
        var first = Register();
        _registrar.Interferes = r => r.Number("Expires") == 0;
        _agent.Agent.Unregister(_network.Now, first);
        var second = Register();
        _network.Run(TimeSpan.FromSeconds(33));
        _agent.Only<RegistrationRemoved>();
        _registrar.Peer.Send(_agent, SipText.Invite.Replace("c700", "c600", StringComparison.Ordinal));
        Assert.Equal(second, _agent.Only<SessionInvited>().Registration);
    }

    [Fact]
    public void Part_of_a_second_is_asked_for_as_a_whole_one()
    {
        var request = VirtualAgent.Subscriber(_registrar.Peer.Address, "600") with { Expires = TimeSpan.FromSeconds(0.2) };
        _agent.Agent.Register(_network.Now, request);
        _network.Settle();
        Assert.Equal("1", _registrar.Peer.LastRequest("REGISTER").Headers["Expires"]);
    }

    [Fact]
    public void The_route_the_registrar_gave_is_used_by_later_calls()
    {
        _registrar.Decorates = r => r.Headers.Add("Service-Route", "<sip:orig@scscf.ims.test;lr>");
        var id = Register();
        _agent.Agent.Invite(_network.Now, new SipInviteRequest(
            id, new SipUri("tel:+34700"), VirtualAgent.Offer, false, null, TimeSpan.FromMinutes(1)));
        _network.Settle();
        var invite = _registrar.Peer.LastRequest("INVITE");
        Assert.Equal(["<sip:127.0.0.1:5060;lr>", "<sip:orig@scscf.ims.test;lr>"], invite.Headers.Values("Route"));
        Assert.Equal("tel:+34700", invite.Uri.Text);
    }

    [Fact]
    public void A_saved_registration_goes_on_at_another_agent()
    {
        var id = Register();
        var saved = JsonSerializer.Serialize(_agent.Agent.Save(_network.Now, id));
        var other = _network.Add(5003);
        var registrar = new ScriptedRegistrar(_network, other, 5061);
        var state = JsonSerializer.Deserialize<SipRegistrationState>(saved)!;
        Assert.Equal(TimeSpan.FromSeconds(600), state.Remaining);
        var moved = state with { Request = state.Request with { Registrar = new SipFlow(SipTransport.Udp, registrar.Peer.Address) } };
        var restored = other.Agent.Restore(_network.Now, moved);
        _network.Settle();
        Assert.Equal(restored, other.Only<RegistrationAccepted>().Registration);
        var register = registrar.Peer.LastRequest("REGISTER");
        Assert.Equal(_registrar.Peer.LastRequest("REGISTER").CallId, register.CallId);
        Assert.Equal(4u, register.CSeq.Number);
    }

    /// <summary>When REGISTERs are granted, from now on.</summary>
    private List<Instant> Refreshes()
    {
        var times = new List<Instant>();
        _registrar.Decorates = _ => times.Add(_network.Now);
        return times;
    }

    private SipRegistrationId Register()
    {
        var id = _agent.Agent.Register(_network.Now, VirtualAgent.Subscriber(_registrar.Peer.Address, "600"));
        _network.Settle();
        return id;
    }
}
