using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Sessions;

public class ReinviteTests
{
    private const string Hold = VirtualAgent.Offer + "a=sendonly\r\n";
    private const string Held = VirtualAgent.Answer + "a=recvonly\r\n";

    private readonly VirtualSipNetwork _network = new();
    private readonly VirtualAgent _ana;
    private readonly VirtualAgent _bea;
    private readonly SipSessionId _anas;
    private readonly SipSessionId _beas;

    public ReinviteTests()
    {
        (_ana, _bea) = (_network.Add(5001), _network.Add(5002));
        var line = _ana.Trunk(_bea, "600");
        _bea.Trunk(_ana, "700");
        _anas = _ana.Call(line, _bea, "700");
        _network.Settle();
        _beas = _bea.Only<SessionInvited>().Session;
        _bea.Agent.Answer(_network.Now, _beas, VirtualAgent.Answer);
        _network.Settle();
    }

    [Fact]
    public void The_caller_holds()
    {
        _ana.Agent.Reinvite(_network.Now, _anas, Hold);
        _network.Settle();
        Assert.Equal(new SessionReinvited(_beas, Hold) { MayWait = true }, _bea.Only<SessionReinvited>());
        _bea.Agent.AcceptReinvite(_network.Now, _beas, Held);
        _network.Settle();
        Assert.Equal(new SessionReinviteAnswered(_anas, Held), _ana.Only<SessionReinviteAnswered>());
        Assert.Equal(2, _bea.Events.OfType<SessionAcknowledged>().Count());
    }

    [Fact]
    public void The_called_side_holds_and_resumes()
    {
        foreach (var offer in (string[])[Hold, VirtualAgent.Offer])
        {
            _bea.Agent.Reinvite(_network.Now, _beas, offer);
            _network.Settle();
            Assert.Equal(new SessionReinvited(_anas, offer) { MayWait = true }, _ana.Last<SessionReinvited>());
            _ana.Agent.AcceptReinvite(_network.Now, _anas, Held);
            _network.Settle();
        }

        Assert.Equal(2, _bea.Events.OfType<SessionReinviteAnswered>().Count());
        Assert.Equal([1u, 2u], _network.Sent.OfType<SipRequest>().Where(r => r.Method == "INVITE" && r.From.Uri.User == "c700").Select(r => r.CSeq.Number));
    }

    [Fact]
    public void Both_hold_and_the_caller_resumes()
    {
        foreach (var (from, session, to, other) in new[] { (_ana, _anas, _bea, _beas), (_bea, _beas, _ana, _anas), (_ana, _anas, _bea, _beas) })
        {
            from.Agent.Reinvite(_network.Now, session, Hold);
            _network.Settle();
            to.Agent.AcceptReinvite(_network.Now, other, Held);
            _network.Settle();
            _network.Run(TimeSpan.FromSeconds(0.1));
        }

        Assert.Equal(2, _ana.Events.OfType<SessionReinviteAnswered>().Count());
        Assert.Empty(_ana.Events.OfType<SessionReinviteRejected>());
    }

    [Fact]
    public void A_refused_offer_leaves_the_call_as_it_was()
    {
        _ana.Agent.Reinvite(_network.Now, _anas, Hold);
        _network.Settle();
        _bea.Agent.RejectReinvite(_network.Now, _beas, 488);
        _network.Settle();
        Assert.Equal(new SessionReinviteRejected(_anas, 488, "Not Acceptable Here"), _ana.Only<SessionReinviteRejected>());
        _ana.Agent.End(_network.Now, _anas);
        _network.Settle();
        Assert.Equal(SipEndingKind.RemoteBye, _bea.Only<SessionEnded>().Ending.Kind);
    }

    [Fact]
    public void Offers_that_cross_get_491_and_both_succeed_later()
    {
        _ana.Agent.Reinvite(_network.Now, _anas, Hold);
        _bea.Agent.Reinvite(_network.Now, _beas, Held);
        _network.Settle();
        Assert.Equal(2, _network.Sent.Count(m => m is SipResponse { Status: 491 }));
        for (var i = 0; i < 100; i++)
        {
            _network.Run(TimeSpan.FromMilliseconds(100));
            if (_ana.Events.OfType<SessionReinvited>().Any()) _ana.Agent.AcceptReinvite(_network.Now, _anas, Held);
            if (_bea.Events.OfType<SessionReinvited>().Any()) _bea.Agent.AcceptReinvite(_network.Now, _beas, Held);
        }

        _ana.Only<SessionReinviteAnswered>();
        _bea.Only<SessionReinviteAnswered>();
        Assert.Empty(_ana.Events.OfType<SessionReinviteRejected>());
    }

    /// <summary>RFC 3261 §14.1: the side that did not make the Call-ID is the quicker one.</summary>
    [Fact]
    public void After_491_the_called_side_tries_first()
    {
        _ana.Agent.Reinvite(_network.Now, _anas, Hold);
        _bea.Agent.Reinvite(_network.Now, _beas, Held);
        _network.Run(TimeSpan.FromSeconds(2.05));
        _ana.Only<SessionReinvited>();
        Assert.Empty(_bea.Events.OfType<SessionReinvited>());
    }

    [Fact]
    public void Of_offers_that_wait_the_last_one_is_sent()
    {
        _ana.Agent.Reinvite(_network.Now, _anas, Hold);
        _ana.Agent.Reinvite(_network.Now, _anas, "v=0\r\ns=never sent\r\n");
        _ana.Agent.Reinvite(_network.Now, _anas, VirtualAgent.Offer);
        _network.Settle();
        _bea.Agent.AcceptReinvite(_network.Now, _beas, Held);
        _network.Settle();
        Assert.Equal([Hold, VirtualAgent.Offer], _bea.Events.OfType<SessionReinvited>().Select(e => e.Offer));
    }

    [Fact]
    public void An_offer_made_while_the_peers_is_open_follows_it()
    {
        _ana.Agent.Reinvite(_network.Now, _anas, Hold);
        _network.Settle();
        _bea.Agent.Reinvite(_network.Now, _beas, Held);
        _network.Settle();
        Assert.Empty(_ana.Events.OfType<SessionReinvited>());
        _bea.Agent.AcceptReinvite(_network.Now, _beas, Held);
        _network.Settle();
        Assert.Equal(Held, _ana.Only<SessionReinvited>().Offer);
    }

    [Fact]
    public void A_repeated_2xx_is_acknowledged_again()
    {
        var lost = false;
        _network.Loses = m => !lost && (lost = m is SipRequest { Method: SipMethods.Ack });
        _ana.Agent.Reinvite(_network.Now, _anas, Hold);
        _network.Settle();
        _bea.Agent.AcceptReinvite(_network.Now, _beas, Held);
        _network.Run(TimeSpan.FromSeconds(3));
        _ana.Only<SessionReinviteAnswered>();
        Assert.Equal(2, _bea.Events.OfType<SessionAcknowledged>().Count());
    }

    [Fact]
    public void A_peer_that_has_forgotten_the_call_ends_it()
    {
        _bea.Agent.End(_network.Now, _beas);
        _network.Loses = m => m is SipRequest { Method: SipMethods.Bye };
        _network.Settle();
        _ana.Agent.Reinvite(_network.Now, _anas, Hold);
        _network.Settle();
        Assert.Equal((SipEndingKind.Rejected, 481), (_ana.Only<SessionEnded>().Ending.Kind, _ana.Only<SessionEnded>().Ending.Status));
    }

    [Fact]
    public void Hanging_up_with_an_offer_open_ends_once_on_both_sides()
    {
        _ana.Agent.Reinvite(_network.Now, _anas, Hold);
        _network.Settle();
        _bea.Agent.End(_network.Now, _beas);
        _network.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(SipEndingKind.Local, _bea.Only<SessionEnded>().Ending.Kind);
        Assert.Equal(SipEndingKind.RemoteBye, _ana.Only<SessionEnded>().Ending.Kind);
        Assert.Empty(_ana.Events.OfType<SessionReinviteAnswered>());
        Assert.Equal((0, 0), (_ana.Agent.Transactions, _bea.Agent.Transactions));
    }
}
