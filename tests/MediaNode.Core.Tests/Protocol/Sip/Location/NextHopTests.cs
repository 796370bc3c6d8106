using System.Text;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Location;

/// <summary>Several next hops: what fails over one of them goes to another, and calls in progress stay where they are.</summary>
public class NextHopTests
{
    private readonly VirtualSipNetwork _network = new();
    private readonly VirtualAgent _agent;
    private readonly ScriptedPeer _first;
    private readonly ScriptedPeer _second;

    public NextHopTests()
    {
        _first = new ScriptedPeer(_network, 5060);
        _second = new ScriptedPeer(_network, 5061);
        _agent = _network.Add(5001, with: o => o with
        {
            NextHops = [new SipFlow(SipTransport.Udp, _first.Address), new SipFlow(SipTransport.Udp, _second.Address)],
        });
        _first.OnRequest = r => Grant(_first, r);
        _second.OnRequest = r => Grant(_second, r);
    }

    [Fact]
    public void A_registration_prefers_the_first_hop()
    {
        Register();
        Assert.Single(_first.Requests("REGISTER"));
        Assert.Empty(_second.Requests("REGISTER"));
    }

    [Fact]
    public void A_hop_that_does_not_answer_is_left_after_timer_F()
    {
        _first.OnRequest = _ => { };
        Register();
        _network.Run(TimeSpan.FromSeconds(33));
        Assert.Single(_second.Requests("REGISTER"));
        _agent.Only<RegistrationAccepted>();
        Assert.Empty(_agent.Events.OfType<RegistrationFailed>());
        Invite();
        Assert.Equal((1, 0), (_second.Requests("INVITE").Count(), _first.Requests("INVITE").Count()));
    }

    [Theory]
    [InlineData(503)]
    [InlineData(504)]
    public void A_hop_that_cannot_serve_is_left_at_once(int status)
    {
        _first.OnRequest = r => _first.Reply(_agent, r, status, "r", x => x.Headers.Add("Retry-After", "300"));
        Register();
        Assert.Single(_second.Requests("REGISTER"));
        _agent.Only<RegistrationAccepted>();
    }

    [Fact]
    public void A_hop_is_left_alone_for_as_long_as_it_asks()
    {
        _first.OnRequest = r => _first.Reply(_agent, r, 503, "r", x => x.Headers.Add("Retry-After", "300"));
        Register("600");
        var before = _first.Requests("REGISTER").Count();
        _network.Run(TimeSpan.FromSeconds(200));
        Register("601");
        Assert.Equal(before, _first.Requests("REGISTER").Count());
        _first.OnRequest = r => Grant(_first, r);
        _network.Run(TimeSpan.FromSeconds(101));
        Register("602");
        Assert.Equal(before + 1, _first.Requests("REGISTER").Count());
    }

    [Fact]
    public void Where_all_fail_the_registration_fails_once_and_each_was_asked_once()
    {
        _first.OnRequest = r => _first.Reply(_agent, r, 503, "r");
        _second.OnRequest = r => _second.Reply(_agent, r, 503, "r");
        Register();
        Assert.Equal((1, 1), (_first.Requests("REGISTER").Count(), _second.Requests("REGISTER").Count()));
        Assert.Equal(503, _agent.Only<RegistrationFailed>().Status);
    }

    [Fact]
    public void A_refresh_over_a_dead_hop_moves_and_the_registration_stands()
    {
        Register();
        _first.OnRequest = _ => { };
        _network.Run(TimeSpan.FromSeconds(340));
        Assert.NotEmpty(_second.Requests("REGISTER"));
        Assert.Empty(_agent.Events.OfType<RegistrationFailed>());
        Assert.Equal(2, _agent.Events.OfType<RegistrationAccepted>().Count());
    }

    [Fact]
    public void A_call_that_a_hop_cannot_serve_goes_over_another_and_the_registration_follows()
    {
        Register();
        _first.OnRequest = r => _ = r.Method == "ACK" ? null : _first.Reply(_agent, r, 503, "p", x => x.Headers.Add("Retry-After", "120"));
        Invite();
        var moved = Assert.Single(_second.Requests("INVITE"));
        Assert.Equal(2u, moved.CSeq.Number);
        Assert.Empty(_agent.Events.OfType<SessionEnded>());
        _agent.Only<SessionInviteSent>();
        _network.Run(TimeSpan.FromSeconds(0.1));
        Assert.Single(_second.Requests("REGISTER"));
    }

    [Fact]
    public void A_call_over_a_hop_that_is_gone_goes_over_another()
    {
        Register();
        _first.OnRequest = _ => { };
        Invite();
        _agent.Agent.FlowFailed(_network.Now, new SipFlow(SipTransport.Udp, _first.Address));
        _network.Settle();
        Assert.Single(_second.Requests("INVITE"));
        Assert.Empty(_agent.Events.OfType<SessionEnded>());
    }

    [Fact]
    public void A_call_that_was_cancelled_is_not_tried_elsewhere()
    {
        Register();
        _first.OnRequest = _ => { };
        _agent.Agent.End(_network.Now, Invite());
        _network.Run(TimeSpan.FromMinutes(2));
        Assert.Empty(_second.Requests("INVITE"));
        _agent.Only<SessionEnded>();
    }

    [Fact]
    public void A_call_in_progress_keeps_its_route()
    {
        Register();
        var call = Invite();
        _first.Reply(_agent, _first.LastRequest("INVITE"), 200, "far", r =>
        {
            r.Headers.Add("Record-Route", "<sip:127.0.0.1:5060;lr>");
            r.SetSdp(VirtualAgent.Answer);
        });
        _network.Settle();
        _first.OnRequest = _ => { };
        _network.Run(TimeSpan.FromSeconds(340));
        Assert.NotEmpty(_second.Requests("REGISTER"));
        _agent.Agent.End(_network.Now, call);
        _network.Settle();
        Assert.Single(_first.Requests("BYE"));
        Assert.Empty(_second.Requests("BYE"));
    }

    /// <summary>TS 23.380 §4.4: the core has lost the subscriber and says so in a 504.</summary>
    [Theory]
    [InlineData("<ims-3gpp version=\"1\"><alternative-service><type>restoration</type><action>initial-registration</action></alternative-service></ims-3gpp>", 1)]
    [InlineData("<ims-3gpp version=\"1\"><alternative-service><type>emergency</type></alternative-service></ims-3gpp>", 0)]
    public void A_504_that_asks_for_restoration_registers_anew(string document, int registers)
    {
        Register();
        var before = _first.Requests("REGISTER").Count();
        Invite();
        _first.Reply(_agent, _first.LastRequest("INVITE"), 504, "p", r => r.SetBody("application/3gpp-ims+xml", Encoding.UTF8.GetBytes(document)));
        _network.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(before + registers, _first.Requests("REGISTER").Count());
        Assert.Equal(504, _agent.Only<SessionEnded>().Ending.Status);
    }

    private SipRegistrationId Register(string user = "600")
    {
        var id = _agent.Agent.Register(_network.Now, VirtualAgent.Subscriber(_first.Address, user));
        _network.Settle();
        return id;
    }

    private SipSessionId Invite()
    {
        var line = _agent.Last<RegistrationAccepted>().Registration;
        var call = _agent.Agent.Invite(_network.Now, new SipInviteRequest(
            line, new SipUri("sip:+34700@ims.test"), VirtualAgent.Offer, false, null, TimeSpan.FromMinutes(1)));
        _network.Settle();
        return call;
    }

    private void Grant(ScriptedPeer hop, SipRequest request)
    {
        if (request.Method == "REGISTER") hop.Reply(_agent, request, 200, "r", r => r.Headers.Add("Contact", request.Headers["Contact"]!));
    }
}
