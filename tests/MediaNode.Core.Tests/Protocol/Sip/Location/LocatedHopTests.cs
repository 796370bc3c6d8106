using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Location;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Location;

/// <summary>Hops that names led to, and names in the routes of dialogs.</summary>
public class LocatedHopTests
{
    private readonly VirtualSipNetwork _network = new();
    private readonly VirtualAgent _agent;
    private readonly ScriptedPeer[] _hops;

    public LocatedHopTests()
    {
        _agent = _network.Add(5001);
        _hops = [.. Enumerable.Range(0, 3).Select(i => new ScriptedPeer(_network, 5060 + i))];
        foreach (var hop in _hops) hop.OnRequest = request => Grant(hop, request);
    }

    [Fact]
    public void Registrations_are_spread_by_weight_over_the_best_rank()
    {
        _agent.Agent.UseNextHops([Hop(0, 0, 1), Hop(1, 0, 3), Hop(2, 1, 100)]);
        for (var i = 0; i < 400; i++) Register(i);
        Assert.InRange(_hops[0].Requests("REGISTER").Count(), 70, 130);
        Assert.InRange(_hops[1].Requests("REGISTER").Count(), 270, 330);
        Assert.Empty(_hops[2].Requests("REGISTER"));
    }

    [Fact]
    public void Those_without_weight_share_evenly()
    {
        _agent.Agent.UseNextHops([Hop(0, 0, 0), Hop(1, 0, 0)]);
        for (var i = 0; i < 200; i++) Register(i);
        Assert.All(_hops[..2], hop => Assert.InRange(hop.Requests("REGISTER").Count(), 70, 130));
    }

    [Fact]
    public void Without_an_address_there_is_no_hop() => Assert.Null(_agent.Agent.NextHop(_network.Now));

    [Fact]
    public void A_registration_leaves_a_hop_that_names_no_longer_lead_to_at_its_next_refresh()
    {
        _agent.Agent.UseNextHops([Hop(0, 0, 1)]);
        Register(1);
        _agent.Agent.UseNextHops([Hop(1, 0, 1)]);
        _network.Settle();
        Assert.Empty(_hops[1].Requests("REGISTER"));
        _network.Run(TimeSpan.FromSeconds(301));
        Assert.NotEmpty(_hops[1].Requests("REGISTER"));
        Assert.Empty(_agent.Events.OfType<RegistrationFailed>());
    }

    [Fact]
    public void A_call_stays_with_the_hop_it_is_registered_over_even_when_names_lead_elsewhere()
    {
        _agent.Agent.UseNextHops([Hop(0, 0, 1)]);
        Register(1);
        _agent.Agent.UseNextHops([Hop(1, 0, 1)]);
        Call();
        Assert.Equal((1, 0), (_hops[0].Requests("INVITE").Count(), _hops[1].Requests("INVITE").Count()));
    }

    [Fact]
    public void A_name_in_the_route_of_a_dialog_is_asked_for_and_followed()
    {
        var call = Answered("<sip:edge.ims.test;lr>");
        Assert.True(_agent.Agent.TryDequeue(out SipTarget? wanted));
        Assert.Equal(new SipTarget("edge.ims.test", 0, null, false), wanted);
        Assert.False(_agent.Agent.TryDequeue(out SipTarget? _));
        _agent.Agent.Located(_network.Now, wanted, [Hop(2, 0, 0), Hop(1, 1, 0)], TimeSpan.FromSeconds(60));
        _agent.Agent.End(_network.Now, call);
        _network.Settle();
        Assert.Single(_hops[2].Requests("BYE"));
        Assert.Empty(_hops[0].Requests("BYE"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_name_without_an_address_is_left_to_the_registered_hop(bool isAnswered)
    {
        var call = Answered("<sip:edge.ims.test;lr>");
        if (isAnswered && _agent.Agent.TryDequeue(out SipTarget? wanted)) _agent.Agent.Located(_network.Now, wanted, [], TimeSpan.FromSeconds(60));
        _agent.Agent.End(_network.Now, call);
        _network.Settle();
        Assert.Single(_hops[0].Requests("BYE"));
    }

    [Fact]
    public void A_name_is_asked_for_again_when_its_time_is_over_and_the_old_address_serves_until_then()
    {
        var call = Answered("<sip:edge.ims.test;lr>");
        Assert.True(_agent.Agent.TryDequeue(out SipTarget? wanted));
        _agent.Agent.Located(_network.Now, wanted, [Hop(2, 0, 0)], TimeSpan.FromSeconds(60));
        _network.Run(TimeSpan.FromSeconds(61));
        _agent.Agent.Reinvite(_network.Now, call, VirtualAgent.Offer);
        _network.Settle();
        Assert.Single(_hops[2].Requests("INVITE"));
        Assert.True(_agent.Agent.TryDequeue(out wanted));
        Assert.Equal("edge.ims.test", wanted.Host);
    }

    [Fact]
    public void The_ACK_of_an_answer_that_comes_again_goes_to_the_name_once_it_has_an_address()
    {
        var call = Answered("<sip:edge.ims.test;lr>");
        Assert.Single(_hops[0].Requests("ACK"));
        Assert.True(_agent.Agent.TryDequeue(out SipTarget? wanted));
        _agent.Agent.Located(_network.Now, wanted, [Hop(2, 0, 0)], TimeSpan.FromSeconds(60));
        Answer("<sip:edge.ims.test;lr>");
        Assert.Single(_hops[2].Requests("ACK"));
        _agent.Agent.End(_network.Now, call);
    }

    [Fact]
    public void Peers_cannot_make_us_keep_names_without_end()
    {
        var table = new NameTable();
        for (var i = 0; i < 2_000; i++) table.Find(_network.Now, new SipTarget($"n{i}.test", 0, null, false));
        var asked = 0;
        while (table.TryDequeue(out var wanted))
        {
            asked++;
            table.Learn(_network.Now, wanted, Hop(0, 0, 0).Flow, TimeSpan.FromSeconds(5));
        }

        Assert.Equal(512, asked);
        Assert.Null(table.Find(_network.Now, new SipTarget("one-more.test", 0, null, false)));
        Assert.False(table.TryDequeue(out _));
        table.Find(_network.Now + TimeSpan.FromSeconds(6), new SipTarget("one-more.test", 0, null, false));
        Assert.True(table.TryDequeue(out _));
    }

    private SipHop Hop(int index, int rank, int weight) => new(new SipFlow(SipTransport.Udp, _hops[index].Address), "ims.test", rank, weight);

    private void Register(int user)
    {
        _agent.Agent.Register(_network.Now, VirtualAgent.Subscriber(_agent.Agent.NextHop(_network.Now)!.Value.Remote, $"{600 + user}"));
        _network.Settle();
    }

    private SipSessionId Call()
    {
        var line = _agent.Last<RegistrationAccepted>().Registration;
        var call = _agent.Agent.Invite(_network.Now, new SipInviteRequest(
            line, new SipUri("sip:+34700@ims.test"), VirtualAgent.Offer, false, null, TimeSpan.FromMinutes(1)));
        _network.Settle();
        return call;
    }

    private SipSessionId Answered(string route)
    {
        _agent.Agent.UseNextHops([Hop(0, 0, 1)]);
        Register(1);
        var call = Call();
        Answer(route);
        return call;
    }

    private void Answer(string route)
    {
        _hops[0].Reply(_agent, _hops[0].LastRequest("INVITE"), 200, "far", response =>
        {
            response.Headers.Add("Record-Route", route);
            response.SetSdp(VirtualAgent.Answer);
        });
        _network.Settle();
    }

    private void Grant(ScriptedPeer hop, SipRequest request)
    {
        if (request.Method == "REGISTER") hop.Reply(_agent, request, 200, "r", r => r.Headers.Add("Contact", request.Headers["Contact"]!));
    }
}
