using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Transactions;

/// <summary>Servers that ask for less (RFC 7339), by loss.</summary>
public class OverloadControlTests
{
    private readonly VirtualSipNetwork _network = new();
    private readonly VirtualAgent _agent;
    private readonly ScriptedPeer _first;
    private readonly ScriptedPeer _second;
    private string _report = "";
    private int _sequence;

    public OverloadControlTests()
    {
        _first = new ScriptedPeer(_network, 5060);
        _second = new ScriptedPeer(_network, 5061);
        _agent = _network.Add(5001);
        _first.OnRequest = request => Refuse(_first, request);
        _second.OnRequest = request => Refuse(_second, request);
    }

    [Fact]
    public void Our_Via_offers_to_reduce()
    {
        Call();
        var via = _first.LastRequest("INVITE").TopVia;
        Assert.True(via.Parameters.Has("oc"));
        Assert.Null(via.Parameters["oc"]);
        Assert.Equal("loss", via.Parameters["oc-algo"]?.Trim('"'));
    }

    [Fact]
    public void So_many_of_a_hundred_new_calls_are_not_sent_and_end_with_a_503_of_our_own()
    {
        Report("oc=50;oc-validity=60000");
        for (var i = 0; i < 600; i++) Call();
        // Where all requests open something, as many of them are shed as were asked for; until that is measured, a little more.
        Assert.InRange(_first.Requests("INVITE").Count() - 1, 210, 300);
        Assert.Equal(601, _agent.Events.OfType<SessionEnded>().Count());
        Assert.Contains(_agent.Events.OfType<SessionEnded>(), ended => ended.Ending is { Status: 503, Phrase: "Next Hop Overloaded" });
    }

    [Fact]
    public void An_emergency_is_always_sent()
    {
        Report("oc=100;oc-validity=60000");
        Call();
        Assert.Single(_first.Requests("INVITE"));
        Call(isEmergency: true);
        Assert.Equal(2, _first.Requests("INVITE").Count());
    }

    [Fact]
    public void Requests_of_a_call_in_progress_are_always_sent()
    {
        var line = Line();
        _first.OnRequest = request => _ = request.Method == "INVITE" ? Answer(request) : null;
        var call = Place(line);
        _agent.Only<SessionAnswered>();
        Report("oc=100;oc-validity=60000");
        _agent.Agent.End(_network.Now, call);
        _network.Settle();
        Assert.Single(_first.Requests("BYE"));
    }

    [Theory]
    [InlineData("oc=100;oc-validity=0")]
    [InlineData("oc=0;oc-validity=60000")]
    [InlineData("oc=101;oc-validity=60000")]
    [InlineData("oc=all;oc-validity=60000")]
    [InlineData("oc=100;oc-algo=\"rate\";oc-validity=60000")]
    public void What_asks_for_nothing_or_makes_no_sense_changes_nothing(string report)
    {
        Report(report);
        Call();
        Assert.Equal(2, _first.Requests("INVITE").Count());
    }

    [Fact]
    public void The_time_of_a_report_ends()
    {
        Report("oc=100");
        Call();
        Assert.Single(_first.Requests("INVITE"));
        _network.Run(TimeSpan.FromMilliseconds(501));
        Call();
        Assert.Equal(2, _first.Requests("INVITE").Count());
    }

    [Fact]
    public void An_older_report_that_comes_late_is_passed_over()
    {
        _sequence = 10;
        Report("oc=100;oc-validity=60000");
        _sequence = 5;
        Report("oc=0;oc-validity=60000", isEmergency: true);
        Call();
        Assert.Equal(2, _first.Requests("INVITE").Count());
    }

    [Fact]
    public void What_one_hop_does_not_want_another_one_gets()
    {
        _agent.Agent.UseNextHops([new(Flow(_first), "a", 0, 0), new(Flow(_second), "b", 1, 0)]);
        Report("oc=100;oc-validity=60000");
        Call();
        Assert.Single(_first.Requests("INVITE"));
        Assert.Single(_second.Requests("INVITE"));
    }

    [Fact]
    public void A_REGISTER_is_held_back_and_one_that_ends_a_registration_is_not()
    {
        _first.OnRequest = request => _first.Reply(_agent, request, 200, "r", response =>
        {
            response.Headers.Add("Contact", request.Headers["Contact"]!);
            Mark(response);
        });
        _report = "oc=100;oc-validity=60000";
        var id = _agent.Agent.Register(_network.Now, VirtualAgent.Subscriber(_first.Address, "600"));
        _network.Settle();
        _agent.Agent.Refresh(_network.Now, id, TimeSpan.FromSeconds(600));
        _network.Run(TimeSpan.Zero);
        Assert.Single(_first.Requests("REGISTER"));
        Assert.Equal(503, _agent.Only<RegistrationRefreshFailed>().Status);
        _agent.Agent.Unregister(_network.Now, id);
        _network.Settle();
        Assert.Equal(2, _first.Requests("REGISTER").Count());
        _agent.Only<RegistrationRemoved>();
    }

    private static SipFlow Flow(ScriptedPeer peer) => new(SipTransport.Udp, peer.Address);

    /// <summary>A call whose answer brings the report; the ones after it bring none.</summary>
    private void Report(string report, bool isEmergency = false)
    {
        var before = _first.OnRequest;
        _first.OnRequest = request => Refuse(_first, request);
        _report = report;
        Call(isEmergency);
        _report = "";
        _first.OnRequest = before;
    }

    private void Call(bool isEmergency = false) => Place(Line(), isEmergency);

    private SipRegistrationId Line() => _agent.Agent.RegisterStatic(VirtualAgent.Subscriber(_first.Address, "600"));

    private SipSessionId Place(SipRegistrationId line, bool isEmergency = false)
    {
        var call = _agent.Agent.Invite(_network.Now, new SipInviteRequest(
            line, new SipUri("sip:+34700@ims.test"), VirtualAgent.Offer, false, null, TimeSpan.FromMinutes(1))
        {
            IsEmergency = isEmergency,
        });
        _network.Run(TimeSpan.Zero);
        return call;
    }

    private void Refuse(ScriptedPeer hop, SipRequest request)
    {
        if (request.Method == "INVITE") hop.Reply(_agent, request, 486, "far", Mark);
    }

    private SipResponse Answer(SipRequest request) => _first.Reply(_agent, request, 200, "far", response => response.SetSdp(VirtualAgent.Answer));

    private void Mark(SipResponse response)
    {
        if (_report.Length == 0) return;
        var via = response.Headers["Via"]!.Replace(";oc-algo=\"loss\"", "", StringComparison.Ordinal).Replace(";oc", "", StringComparison.Ordinal);
        response.Headers.Set("Via", $"{via};{_report};oc-seq=12.{++_sequence:D3}");
    }
}
