using System.Net;
using System.Text.Json;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Sessions;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Sessions;

/// <summary>A dialog is a value: written down by one agent, another one goes on with it.</summary>
public class SavedSessionTests
{
    private readonly VirtualSipNetwork _network = new();
    private readonly VirtualAgent _agent;
    private readonly VirtualAgent _heir;
    private readonly ScriptedPeer _peer;
    private readonly SipSessionId _call;
    private readonly SipSessionId _inherited;

    public SavedSessionTests()
    {
        (_agent, _heir) = (_network.Add(5001), _network.Add(5003));
        _peer = new ScriptedPeer(_network, 5060);
        var line = _agent.Agent.RegisterStatic(VirtualAgent.Subscriber(_peer.Address, "600"));
        _call = _agent.Agent.Invite(_network.Now, new SipInviteRequest(
            line, new SipUri("sip:+34700@ims.test"), VirtualAgent.Offer, false, null, TimeSpan.FromMinutes(1)));
        _network.Settle();
        _peer.Reply(_agent, _peer.LastRequest("INVITE"), 200, "far", r =>
        {
            r.Headers.Add("Record-Route", "<sip:127.0.0.1:5060;lr>");
            r.SetSdp(VirtualAgent.Answer);
        });
        _network.Settle();
        var saved = JsonSerializer.Serialize(_agent.Agent.Save(_network.Now, _call));
        _inherited = _heir.Agent.Restore(_network.Now, JsonSerializer.Deserialize<SipSessionState>(saved)!);
    }

    [Fact]
    public void The_heir_hangs_up()
    {
        _heir.Agent.End(_network.Now, _inherited);
        _network.Settle();
        var invite = _peer.LastRequest("INVITE");
        var bye = _peer.LastRequest("BYE");
        Assert.Equal((invite.CallId, invite.From.Tag, "far"), (bye.CallId, bye.From.Tag, bye.To.Tag));
        Assert.Equal(2u, bye.CSeq.Number);
        Assert.Equal(["<sip:127.0.0.1:5060;lr>"], bye.Headers.Values("Route"));
        Assert.Equal("sip:far@127.0.0.1:5060", bye.Uri.Text);
        Assert.Equal("127.0.0.1:5003", $"{bye.TopVia.Host}:{bye.TopVia.Port}");
        Assert.Equal(_inherited, _heir.Only<SessionEnded>().Session);
    }

    [Fact]
    public void The_heir_hears_the_peer_hang_up()
    {
        var invite = _peer.LastRequest("INVITE");
        var bye = new SipRequest(SipMethods.Bye, invite.Contact!.Uri);
        bye.Headers.Add("Via", "SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKbye");
        bye.Headers.Add("From", "<sip:+34700@ims.test>;tag=far");
        bye.Headers.Add("To", invite.Headers["From"]!);
        bye.Headers.Add("Call-ID", invite.CallId);
        bye.Headers.Add("CSeq", "1 BYE");
        _peer.Send(_heir, bye);
        Assert.Equal(SipEndingKind.RemoteBye, _heir.Only<SessionEnded>().Ending.Kind);
        Assert.Equal([200], _peer.Statuses("BYE"));
    }

    [Fact]
    public void The_heir_offers_again_from_its_own_address()
    {
        _heir.Agent.Reinvite(_network.Now, _inherited, VirtualAgent.Offer);
        _network.Settle();
        var reinvite = _peer.LastRequest("INVITE");
        Assert.Equal("sip:c600@127.0.0.1:5003", reinvite.Contact?.Uri.Text);
        _peer.Reply(_heir, reinvite, 200, "far", r => r.SetSdp(VirtualAgent.Answer));
        _network.Settle();
        Assert.Equal(VirtualAgent.Answer, _heir.Only<SessionReinviteAnswered>().Answer);
    }

    [Fact]
    public void A_call_that_is_not_answered_cannot_be_saved()
    {
        var line = _agent.Agent.RegisterStatic(VirtualAgent.Subscriber(_peer.Address, "601"));
        var ringing = _agent.Agent.Invite(_network.Now, new SipInviteRequest(
            line, new SipUri("sip:+34701@ims.test"), VirtualAgent.Offer, false, null, TimeSpan.FromMinutes(1)));
        Assert.Null(_agent.Agent.Save(_network.Now, ringing));
    }

    [Fact]
    public void Who_takes_a_call_up_leaves_room_for_what_the_snapshot_missed_and_is_heard_over_a_network_that_loses()
    {
        var (saved, losses) = (_agent.Agent.Save(_network.Now, _call)!, 0);
        _agent.Agent.Reinvite(_network.Now, _call, VirtualAgent.Offer);
        _network.Settle();
        var unsaved = _peer.LastRequest("INVITE").CSeq.Number;
        _peer.Reply(_agent, _peer.LastRequest("INVITE"), 200, "far", r => r.SetSdp(VirtualAgent.Answer));
        _network.Settle();
        _network.Loses = message => message is SipRequest { Method: SipMethods.Invite } && ++losses % 3 != 0;
        var taker = _network.Add(5005);

        var taken = taker.Agent.TakeUp(_network.Now, saved);
        taker.Agent.Reinvite(_network.Now, taken, VirtualAgent.Offer);
        _network.Run(TimeSpan.FromSeconds(5));

        var reinvite = _peer.LastRequest("INVITE");
        Assert.Equal("127.0.0.1:5005", $"{reinvite.TopVia.Host}:{reinvite.TopVia.Port}");
        Assert.True(reinvite.CSeq.Number > unsaved + 100);
        _peer.Reply(taker, reinvite, 200, "far", r => r.SetSdp(VirtualAgent.Answer));
        _network.Settle();
        Assert.Equal(VirtualAgent.Answer, taker.Only<SessionReinviteAnswered>().Answer);
    }

    [Fact]
    public void Both_ends_of_a_call_on_one_node_find_each_other_where_they_are_taken_up()
    {
        var (savedCalling, savedCalled) = BothOnOneNode();
        var taker = _network.Add(5011);

        var takenCalling = taker.Agent.TakeUp(_network.Now, savedCalling);
        taker.Agent.Reinvite(_network.Now, takenCalling, VirtualAgent.Offer);
        _network.Settle();
        Assert.Contains(_network.Sent, sent => sent is SipResponse { Status: 481 });
        var takenCalled = taker.Agent.TakeUp(_network.Now, savedCalled);
        taker.Agent.Reinvite(_network.Now, takenCalled, VirtualAgent.Offer);
        _network.Settle();
        taker.Agent.AcceptReinvite(_network.Now, takenCalling, VirtualAgent.Answer);
        _network.Run(TimeSpan.FromSeconds(2));
        taker.Agent.AcceptReinvite(_network.Now, takenCalled, VirtualAgent.Answer);
        _network.Run(TimeSpan.FromSeconds(1));

        Assert.Equal(
            [takenCalled, takenCalling], taker.Events.OfType<SessionReinviteAnswered>().Select(answered => answered.Session));
        Assert.DoesNotContain(taker.Events, happened => happened is SessionEnded);
    }

    /// <summary>The end that is sought may be taken up before or after it is known where, and one end is enough to find the other.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Both_ends_of_a_call_on_one_node_find_each_other_at_two_others(bool knownEarly)
    {
        var (savedCalling, savedCalled) = BothOnOneNode();
        var (callers, calleds) = (_network.Add(5011), _network.Add(5012));

        var takenCalling = callers.Agent.TakeUp(_network.Now, savedCalling);
        callers.Agent.Reinvite(_network.Now, takenCalling, VirtualAgent.Offer);
        _network.Settle();
        if (knownEarly) Assert.True(callers.Agent.SeekPeerAt(_network.Now, takenCalling, calleds.Address));
        _network.Run(TimeSpan.FromSeconds(1));
        var takenCalled = calleds.Agent.TakeUp(_network.Now, savedCalled);
        calleds.Agent.Reinvite(_network.Now, takenCalled, VirtualAgent.Offer);
        _network.Settle();
        if (!knownEarly) Assert.True(callers.Agent.SeekPeerAt(_network.Now, takenCalling, calleds.Address));
        // Which of the two is asked first is as their offers cross.
        var (byCallers, byCalleds) = (0, 0);
        for (var second = 0; second < 9; second++)
        {
            _network.Run(TimeSpan.FromSeconds(1));
            for (; byCallers < callers.Events.OfType<SessionReinvited>().Count(); byCallers++) callers.Agent.AcceptReinvite(_network.Now, takenCalling, VirtualAgent.Answer);
            for (; byCalleds < calleds.Events.OfType<SessionReinvited>().Count(); byCalleds++) calleds.Agent.AcceptReinvite(_network.Now, takenCalled, VirtualAgent.Answer);
        }

        callers.Only<SessionReinviteAnswered>();
        calleds.Only<SessionReinviteAnswered>();
        Assert.DoesNotContain(callers.Events.Concat(calleds.Events), happened => happened is SessionEnded);
        Assert.False(callers.Agent.SeekPeerAt(_network.Now, takenCalling, callers.Address));
        callers.Agent.End(_network.Now, takenCalling);
        _network.Settle();
        Assert.Equal(SipEndingKind.RemoteBye, calleds.Only<SessionEnded>().Ending.Kind);
    }

    [Fact]
    public void An_end_that_is_taken_up_nowhere_is_sought_for_seconds_and_no_longer()
    {
        var (savedCalling, _) = BothOnOneNode();
        var (callers, calleds) = (_network.Add(5011), _network.Add(5012));
        var taken = callers.Agent.TakeUp(_network.Now, savedCalling);
        callers.Agent.Reinvite(_network.Now, taken, VirtualAgent.Offer);
        _network.Settle();
        callers.Agent.SeekPeerAt(_network.Now, taken, calleds.Address);
        _network.Run(TimeSpan.FromSeconds(7));
        Assert.DoesNotContain(callers.Events, happened => happened is SessionEnded);
        _network.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(481, callers.Only<SessionEnded>().Ending.Status);
    }

    [Fact]
    public void An_agent_that_lets_a_session_go_says_nothing_and_forgets_it()
    {
        var sent = _network.Sent.Count;
        _heir.Agent.LetGo(_inherited);
        _network.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(sent, _network.Sent.Count);
        Assert.Equal((0, 0), (_heir.Agent.Dialogs, _heir.Agent.Transactions));
        Assert.DoesNotContain(_heir.Events, happened => happened is SessionEnded);
        Assert.Null(_heir.Agent.Save(_network.Now, _inherited));
    }

    private (SipSessionState Calling, SipSessionState Called) BothOnOneNode()
    {
        var proxy = new IPEndPoint(IPAddress.Loopback, 5061);
        _network.Add(proxy, (_, bytes) => _network.Send(proxy, new SipFlow(SipTransport.Udp, Next(bytes)), bytes));
        var first = _network.Add(5010);
        var (callerLine, _) = (first.Agent.RegisterStatic(VirtualAgent.Subscriber(proxy, "601")), first.Agent.RegisterStatic(VirtualAgent.Subscriber(proxy, "602")));
        var calling = first.Agent.Invite(_network.Now, new SipInviteRequest(
            callerLine, new SipUri("sip:c602@127.0.0.1:5010"), VirtualAgent.Offer, false, null, TimeSpan.FromMinutes(1)));
        _network.Settle();
        var called = first.Only<SessionInvited>().Session;
        first.Agent.Answer(_network.Now, called, VirtualAgent.Answer);
        _network.Settle();
        return (first.Agent.Save(_network.Now, calling)!, first.Agent.Save(_network.Now, called)!);
    }

    /// <summary>As a proxy without a memory forwards: a request to its address, a response to who sent the request.</summary>
    private static IPEndPoint Next(ReadOnlyMemory<byte> bytes)
    {
        Assert.True(SipParser.TryParseDatagram(bytes.Span, SipLimits.Default, out var message, out _));
        return new IPEndPoint(IPAddress.Loopback, message is SipRequest request ? request.Uri.Port : message.TopVia.Port);
    }
}
