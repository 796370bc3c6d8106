using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Sessions;

/// <summary>Calls that end before they are answered: refused, cancelled, unreachable, too late.</summary>
public class UnansweredCallTests
{
    private readonly VirtualSipNetwork _network = new();
    private readonly VirtualAgent _ana;
    private readonly VirtualAgent _bea;
    private readonly SipRegistrationId _anasLine;

    public UnansweredCallTests()
    {
        (_ana, _bea) = (_network.Add(5001), _network.Add(5002));
        _anasLine = _ana.Trunk(_bea, "600");
        _bea.Trunk(_ana, "700");
    }

    [Theory]
    [InlineData(486)]
    [InlineData(603)]
    [InlineData(480)]
    public void A_refusal_is_told_to_both_sides(int status)
    {
        var call = Ring();
        _bea.Agent.End(_network.Now, Called, status);
        _network.Settle();
        Assert.Equal(new SessionEnded(call, new SipEnding(SipEndingKind.Rejected, status, SipPhrases.Of(status))), _ana.Only<SessionEnded>());
        Assert.Equal(new SipEnding(SipEndingKind.Local, status, SipPhrases.Of(status)), _bea.Only<SessionEnded>().Ending);
        NothingIsLeftAfter(TimeSpan.FromMinutes(2));
    }

    [Fact]
    public void A_number_nobody_registered_gets_404()
    {
        _ana.Call(_anasLine, _bea, "999");
        _network.Settle();
        Assert.Equal(404, _ana.Only<SessionEnded>().Ending.Status);
        Assert.Empty(_bea.Events);
    }

    [Fact]
    public void The_caller_cancels_a_ringing_call()
    {
        var call = Ring();
        _ana.Agent.End(_network.Now, call);
        _network.Settle();
        Assert.Equal(new SipEnding(SipEndingKind.Local, 487, "Cancelled"), _ana.Only<SessionEnded>().Ending);
        Assert.Equal(SipEndingKind.RemoteCancel, _bea.Only<SessionEnded>().Ending.Kind);
        Assert.Null(_bea.Only<SessionEnded>().Ending.ReasonCause);
        NothingIsLeftAfter(TimeSpan.FromMinutes(2));
    }

    [Fact]
    public void CANCEL_waits_for_a_provisional_response()
    {
        var silent = true;
        _network.Loses = m => silent && m is SipResponse;
        var call = _ana.Call(_anasLine, _bea, "700");
        _network.Settle();
        _ana.Agent.End(_network.Now, call);
        _network.Settle();
        Assert.DoesNotContain(_network.Sent, m => m is SipRequest { Method: SipMethods.Cancel });
        silent = false;
        _network.Run(TimeSpan.FromSeconds(2));
        Assert.Single(_network.Sent, m => m is SipRequest { Method: SipMethods.Cancel });
        Assert.Equal(SipEndingKind.Local, _ana.Only<SessionEnded>().Ending.Kind);
        Assert.Equal(SipEndingKind.RemoteCancel, _bea.Only<SessionEnded>().Ending.Kind);
    }

    [Fact]
    public void A_2xx_that_crosses_the_CANCEL_is_acknowledged_and_hung_up()
    {
        var call = Ring();
        var answered = false;
        _network.Loses = m =>
        {
            if (m is SipRequest { Method: SipMethods.Cancel } && !answered)
            {
                answered = true;
                _bea.Agent.Answer(_network.Now, Called, VirtualAgent.Answer);
            }

            return false;
        };
        _ana.Agent.End(_network.Now, call);
        _network.Settle();
        Assert.Equal(SipEndingKind.Local, _ana.Only<SessionEnded>().Ending.Kind);
        Assert.Empty(_ana.Events.OfType<SessionAnswered>());
        _bea.Only<SessionAcknowledged>();
        Assert.Equal(SipEndingKind.RemoteBye, _bea.Only<SessionEnded>().Ending.Kind);
        NothingIsLeftAfter(TimeSpan.FromMinutes(2));
    }

    [Fact]
    public void A_CANCEL_that_nobody_answers_ends_after_64_T1()
    {
        var call = Ring();
        _network.Loses = _ => true;
        _ana.Agent.End(_network.Now, call);
        _network.Run(TimeSpan.FromSeconds(33));
        Assert.Equal(SipEndingKind.Local, _ana.Only<SessionEnded>().Ending.Kind);
        Assert.Equal(0, _ana.Agent.Transactions);
    }

    [Fact]
    public void A_call_nobody_answers_is_cancelled_after_the_ring_timeout()
    {
        _ana.Call(_anasLine, _bea, "700", ring: TimeSpan.FromSeconds(45));
        _network.Settle();
        _bea.Agent.Progress(_network.Now, Called, 180, null);
        _network.Run(TimeSpan.FromSeconds(44.9));
        Assert.Empty(_ana.Events.OfType<SessionEnded>());
        _network.Run(TimeSpan.FromSeconds(0.2));
        Assert.Equal(new SipEnding(SipEndingKind.Timeout, 408, "Not answered in time"), _ana.Only<SessionEnded>().Ending);
        Assert.Equal(SipEndingKind.RemoteCancel, _bea.Only<SessionEnded>().Ending.Kind);
    }

    [Fact]
    public void A_ringing_call_tells_so_every_minute()
    {
        Ring();
        _network.Run(TimeSpan.FromSeconds(125));
        Assert.Equal(3, _network.Sent.Count(m => m is SipResponse { Status: 180 }));
    }

    [Fact]
    public void Without_any_response_the_call_times_out_after_64_T1()
    {
        _network.Loses = _ => true;
        _ana.Call(_anasLine, _bea, "700");
        _network.Run(TimeSpan.FromSeconds(31.9));
        Assert.Empty(_ana.Events.OfType<SessionEnded>());
        _network.Run(TimeSpan.FromSeconds(0.2));
        Assert.Equal(new SipEnding(SipEndingKind.Timeout, 0, "No response"), _ana.Only<SessionEnded>().Ending);
    }

    [Fact]
    public void A_failing_transport_ends_the_call_as_unreachable()
    {
        _network.Loses = _ => true;
        _ana.Call(_anasLine, _bea, "700");
        _network.Settle();
        _ana.Agent.FlowFailed(_network.Now, new SipFlow(SipTransport.Udp, _bea.Address));
        _network.Settle();
        Assert.Equal(SipEndingKind.Unreachable, _ana.Only<SessionEnded>().Ending.Kind);
    }

    [Fact]
    public void A_call_on_a_registration_that_is_gone_ends_at_once()
    {
        _ana.Agent.Unregister(_network.Now, _anasLine);
        _ana.Call(_anasLine, _bea, "700");
        _network.Settle();
        Assert.Equal(SipEndingKind.Unreachable, _ana.Only<SessionEnded>().Ending.Kind);
    }

    [Fact]
    public void Commands_for_a_call_that_is_over_do_nothing()
    {
        var call = Ring();
        _ana.Agent.End(_network.Now, call);
        _network.Settle();
        var sent = _network.Sent.Count;
        _ana.Agent.End(_network.Now, call);
        _ana.Agent.Reinvite(_network.Now, call, VirtualAgent.Offer);
        _bea.Agent.Answer(_network.Now, Called, VirtualAgent.Answer);
        _bea.Agent.Progress(_network.Now, Called, 180, null);
        _bea.Agent.AcceptReinvite(_network.Now, Called, VirtualAgent.Answer);
        _network.Settle();
        Assert.Equal(sent, _network.Sent.Count);
        Assert.Null(_ana.Agent.Save(_network.Now, call));
    }

    private SipSessionId Called => _bea.Only<SessionInvited>().Session;

    private SipSessionId Ring()
    {
        var call = _ana.Call(_anasLine, _bea, "700");
        _network.Settle();
        _bea.Agent.Progress(_network.Now, Called, 180, null);
        _network.Settle();
        return call;
    }

    private void NothingIsLeftAfter(TimeSpan duration)
    {
        _network.Run(duration);
        Assert.Equal((0, 0), (_ana.Agent.Transactions, _bea.Agent.Transactions));
        Assert.Null(_ana.Agent.NextTimeout);
        Assert.Null(_bea.Agent.NextTimeout);
    }
}
