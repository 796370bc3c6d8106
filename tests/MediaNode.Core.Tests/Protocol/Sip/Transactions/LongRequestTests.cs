using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Transactions;

/// <summary>RFC 3261 §18.1.1: what may not fit into one datagram goes over TCP, to peers that take it.</summary>
public class LongRequestTests
{
    private static readonly string Long = VirtualAgent.Offer + "a=" + new string('x', 1300) + "\r\n";

    private readonly VirtualSipNetwork _network = new();
    private readonly VirtualAgent _agent;
    private readonly ScriptedPeer _peer;
    private readonly SipRegistrationId _line;

    public LongRequestTests()
    {
        _agent = _network.Add(5001, with: o => o with { SwitchesToTcp = true });
        _peer = new ScriptedPeer(_network, 5060);
        _line = _agent.Agent.RegisterStatic(VirtualAgent.Subscriber(_peer.Address, "600"));
    }

    [Theory]
    [InlineData(false, "UDP")]
    [InlineData(true, "TCP")]
    public void The_length_decides_the_transport(bool isLong, string transport)
    {
        Invite(isLong ? Long : VirtualAgent.Offer);
        Assert.Equal(transport, _peer.LastRequest("INVITE").TopVia.Transport);
        _network.Run(TimeSpan.FromSeconds(2));
        Assert.Equal(isLong ? 1 : 3, _peer.Requests("INVITE").Count());
    }

    [Fact]
    public void A_peer_that_takes_no_TCP_gets_datagrams_for_a_while()
    {
        Invite(Long);
        _agent.Agent.FlowFailed(_network.Now, new SipFlow(SipTransport.Tcp, _peer.Address));
        _network.Settle();
        var again = _peer.LastRequest("INVITE");
        Assert.Equal(("UDP", 1u), (again.TopVia.Transport, again.CSeq.Number));
        _peer.Reply(_agent, again, 486, "busy");
        _network.Settle();
        Assert.Equal(486, _agent.Only<SessionEnded>().Ending.Status);
        Invite(Long);
        Assert.Equal("UDP", _peer.LastRequest("INVITE").TopVia.Transport);
        _network.Run(TimeSpan.FromMinutes(6));
        Invite(Long);
        Assert.Equal("TCP", _peer.LastRequest("INVITE").TopVia.Transport);
    }

    [Fact]
    public void A_connection_that_breaks_after_a_response_is_a_failure()
    {
        Invite(Long);
        _peer.Reply(_agent, _peer.LastRequest("INVITE"), 180, "far");
        _network.Settle();
        _agent.Agent.FlowFailed(_network.Now, new SipFlow(SipTransport.Tcp, _peer.Address));
        _network.Settle();
        Assert.Single(_peer.Requests("INVITE"));
        Assert.Equal(SipEndingKind.Unreachable, _agent.Only<SessionEnded>().Ending.Kind);
    }

    [Fact]
    public void The_CANCEL_goes_where_the_INVITE_went()
    {
        var call = Invite(Long);
        _peer.Reply(_agent, _peer.LastRequest("INVITE"), 180, "far");
        _network.Settle();
        _agent.Agent.End(_network.Now, call);
        Assert.True(_agent.Agent.TryDequeue(out SipTransmit transmit));
        Assert.Equal(SipTransport.Tcp, transmit.Flow.Transport);
    }

    private SipSessionId Invite(string offer)
    {
        var call = _agent.Agent.Invite(_network.Now, new SipInviteRequest(
            _line, new SipUri("sip:+34700@ims.test"), offer, false, null, TimeSpan.FromMinutes(10)));
        _network.Settle();
        return call;
    }
}
