using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Sessions;

public class AnsweredCallTests
{
    private readonly VirtualSipNetwork _network = new();
    private readonly VirtualAgent _ana;
    private readonly VirtualAgent _bea;
    private readonly SipRegistrationId _anasLine;

    public AnsweredCallTests()
    {
        (_ana, _bea) = (_network.Add(5001), _network.Add(5002));
        _anasLine = _ana.Trunk(_bea, "600");
        _bea.Trunk(_ana, "700");
    }

    [Fact]
    public void A_call_rings_is_answered_and_hung_up_by_the_caller()
    {
        var call = _ana.Call(_anasLine, _bea, "700");
        _network.Settle();
        var invited = _bea.Only<SessionInvited>();
        Assert.Equal(VirtualAgent.Offer, invited.Offer);
        Assert.Equal("+34600", invited.Caller.TelephoneNumber);
        Assert.Equal("Ana \"A\" Díaz", invited.CallerName);
        Assert.Equal(_ana.Only<SessionInviteSent>().CallId, invited.CallId);

        _bea.Agent.Progress(_network.Now, invited.Session, 180, null);
        _network.Settle();
        Assert.Equal(new SessionProgressed(call, 180, "Ringing", null), _ana.Only<SessionProgressed>());

        _bea.Agent.Answer(_network.Now, invited.Session, VirtualAgent.Answer);
        _network.Settle();
        Assert.Equal(new SessionAnswered(call, 200, "OK", VirtualAgent.Answer), _ana.Only<SessionAnswered>());
        Assert.Equal(new SessionAcknowledged(invited.Session, null), _bea.Only<SessionAcknowledged>());

        _ana.Agent.End(_network.Now, call);
        _network.Settle();
        Assert.Equal(SipEndingKind.Local, _ana.Only<SessionEnded>().Ending.Kind);
        Assert.Equal(SipEndingKind.RemoteBye, _bea.Only<SessionEnded>().Ending.Kind);
    }

    [Fact]
    public void After_a_call_nothing_is_kept()
    {
        var call = _ana.Call(_anasLine, _bea, "700");
        _network.Settle();
        var session = _bea.Only<SessionInvited>().Session;
        _bea.Agent.Answer(_network.Now, session, VirtualAgent.Answer);
        _network.Settle();
        _bea.Agent.End(_network.Now, session);
        _network.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(SipEndingKind.RemoteBye, _ana.Only<SessionEnded>().Ending.Kind);
        Assert.Equal(call, _ana.Only<SessionEnded>().Session);
        Assert.Equal(0, _ana.Agent.Transactions);
        Assert.Equal(0, _bea.Agent.Transactions);
        Assert.Null(_ana.Agent.NextTimeout);
        Assert.Null(_bea.Agent.NextTimeout);
        Assert.Empty(_ana.Agent.Rejected);
        Assert.Empty(_bea.Agent.Rejected);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_third_of_all_messages_lost_does_not_stop_a_call(byte seed)
    {
        var dice = new EntropySource([.. Enumerable.Repeat(seed, 32)]);
        _network.Loses = _ => dice.NextUInt32() % 3 == 0;
        var call = _ana.Call(_anasLine, _bea, "700");
        _network.Run(TimeSpan.FromSeconds(10));
        var session = _bea.Only<SessionInvited>().Session;
        _bea.Agent.Answer(_network.Now, session, VirtualAgent.Answer);
        _network.Run(TimeSpan.FromSeconds(20));
        Assert.Equal(call, _ana.Only<SessionAnswered>().Session);
        _bea.Only<SessionAcknowledged>();
        _ana.Agent.End(_network.Now, call);
        _network.Run(TimeSpan.FromSeconds(30));
        Assert.Equal(SipEndingKind.RemoteBye, _bea.Only<SessionEnded>().Ending.Kind);
    }

    [Fact]
    public void The_2xx_is_repeated_until_its_ACK_and_each_repetition_is_acknowledged()
    {
        var acks = 0;
        _network.Loses = m => m is SipRequest { Method: SipMethods.Ack } && ++acks <= 2;
        _ana.Call(_anasLine, _bea, "700");
        _network.Settle();
        _bea.Agent.Answer(_network.Now, _bea.Only<SessionInvited>().Session, VirtualAgent.Answer);
        _network.Run(TimeSpan.FromSeconds(30));
        Assert.Equal(3, acks);
        Assert.Equal(3, _network.Sent.Count(m => m is SipResponse { Status: 200 }));
        _ana.Only<SessionAnswered>();
        _bea.Only<SessionAcknowledged>();
    }

    [Fact]
    public void Without_an_ACK_the_called_side_gives_up_after_64_T1_and_says_BYE()
    {
        _network.Loses = m => m is SipRequest { Method: SipMethods.Ack };
        _ana.Call(_anasLine, _bea, "700");
        _network.Settle();
        _bea.Agent.Answer(_network.Now, _bea.Only<SessionInvited>().Session, VirtualAgent.Answer);
        _network.Run(TimeSpan.FromSeconds(31.9));
        Assert.Empty(_bea.Events.OfType<SessionEnded>());
        _network.Run(TimeSpan.FromSeconds(0.2));
        Assert.Equal(SipEndingKind.Timeout, _bea.Only<SessionEnded>().Ending.Kind);
        Assert.Equal(SipEndingKind.RemoteBye, _ana.Only<SessionEnded>().Ending.Kind);
    }

    [Fact]
    public void A_BYE_asked_for_before_the_ACK_waits_for_it()
    {
        var blocked = true;
        _network.Loses = m => blocked && m is SipRequest { Method: SipMethods.Ack };
        _ana.Call(_anasLine, _bea, "700");
        _network.Settle();
        var session = _bea.Only<SessionInvited>().Session;
        _bea.Agent.Answer(_network.Now, session, VirtualAgent.Answer);
        _network.Settle();
        _bea.Agent.End(_network.Now, session);
        _network.Settle();
        _bea.Only<SessionEnded>();
        Assert.DoesNotContain(_network.Sent, m => m is SipRequest { Method: SipMethods.Bye });
        blocked = false;
        _network.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(SipEndingKind.RemoteBye, _ana.Only<SessionEnded>().Ending.Kind);
    }
}
