using System.Text;
using System.Text.Json;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Sessions;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Sessions;

/// <summary>Our keys by INFO, in the usage that is older than packages (RFC 6086 §9).</summary>
public class KeyByInfoTests
{
    private static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(160);

    private readonly VirtualSipNetwork _network = new();
    private readonly VirtualAgent _agent;
    private readonly ScriptedPeer _peer;

    public KeyByInfoTests()
    {
        _agent = _network.Add(5001);
        _peer = new ScriptedPeer(_network, 5060);
    }

    [Fact]
    public void A_key_is_an_INFO_of_the_dialog_with_the_old_body()
    {
        var call = Connect();
        Press(call, '#');
        var info = _peer.LastRequest(SipMethods.Info);
        Assert.Equal("application/dtmf-relay", info.ContentType);
        Assert.Equal("Signal=#\r\nDuration=160\r\n", Encoding.ASCII.GetString(info.Body.Span));
        Assert.False(info.Headers.Has("Info-Package"));
        Assert.Equal((2u, "far"), (info.CSeq.Number, info.To.Tag));
        Reply(info, 200);
        Assert.Equal(new SessionKeyAnswered(call, 200), _agent.Only<SessionKeyAnswered>());
    }

    [Fact]
    public void Both_ends_of_ours_understand_each_other()
    {
        var bea = _network.Add(5002);
        var line = _agent.Trunk(bea, "600");
        bea.Trunk(_agent, "700");
        var call = _agent.Call(line, bea, "700");
        _network.Settle();
        bea.Agent.Answer(_network.Now, bea.Only<SessionInvited>().Session, VirtualAgent.Answer);
        _network.Settle();
        foreach (var key in "0123456789*#ABCD") Press(call, key);
        Assert.Equal("0123456789*#ABCD", string.Concat(bea.Events.OfType<SessionInfoDigit>().Select(digit => digit.Digit)));
        Assert.All(bea.Events.OfType<SessionInfoDigit>(), digit => Assert.Equal(Duration, digit.Duration));
        Assert.All(_agent.Events.OfType<SessionKeyAnswered>(), answered => Assert.Equal(200, answered.Status));
    }

    [Fact]
    public void Until_one_is_answered_no_other_is_sent()
    {
        var call = Connect();
        Press(call, '1');
        Press(call, '2');
        Reply(Assert.Single(_peer.Requests(SipMethods.Info)), 200);
        Press(call, '3');
        Assert.Equal("Signal=3", Encoding.ASCII.GetString(_peer.LastRequest(SipMethods.Info).Body.Span).Split('\r')[0]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("INVITE, ACK, BYE, CANCEL")]
    public void A_peer_that_does_not_allow_INFO_gets_none(string? allow)
    {
        var call = Connect(allow);
        Press(call, '1');
        Assert.Empty(_peer.Requests(SipMethods.Info));
        Assert.Equal(405, _agent.Only<SessionKeyAnswered>().Status);
    }

    [Theory]
    [InlineData(415)]
    [InlineData(469)]
    [InlineData(500)]
    public void A_refusal_is_told_and_the_call_goes_on(int status)
    {
        var call = Connect();
        Press(call, '1');
        Reply(_peer.LastRequest(SipMethods.Info), status);
        Assert.Equal(status, _agent.Only<SessionKeyAnswered>().Status);
        Assert.Empty(_agent.Events.OfType<SessionEnded>());
    }

    [Fact]
    public void A_lost_INFO_is_repeated_and_a_silent_peer_is_told()
    {
        var call = Connect();
        _network.Loses = message => message is SipRequest { Method: SipMethods.Info };
        Press(call, '1');
        _network.Run(TimeSpan.FromSeconds(1));
        Assert.Empty(_peer.Requests(SipMethods.Info));
        _network.Loses = _ => false;
        _network.Run(TimeSpan.FromSeconds(1));
        Assert.NotEmpty(_peer.Requests(SipMethods.Info));
        _network.Run(TimeSpan.FromSeconds(40));
        Assert.Equal(408, _agent.Only<SessionKeyAnswered>().Status);
        Assert.Empty(_agent.Events.OfType<SessionEnded>());
    }

    [Fact]
    public void A_challenge_is_answered_with_the_same_key()
    {
        var call = Connect();
        Press(call, '7');
        Reply(_peer.LastRequest(SipMethods.Info), 407, r => r.Headers.Add("Proxy-Authenticate", "Digest realm=\"ims.test\", nonce=\"n\", algorithm=MD5, qop=\"auth\""));
        var again = _peer.LastRequest(SipMethods.Info);
        Assert.True(again.Headers.Has("Proxy-Authorization"));
        Assert.Equal(3u, again.CSeq.Number);
        Assert.StartsWith("Signal=7", Encoding.ASCII.GetString(again.Body.Span), StringComparison.Ordinal);
        Reply(again, 200);
        Assert.Equal(200, _agent.Only<SessionKeyAnswered>().Status);
    }

    [Fact]
    public void A_peer_that_does_not_know_the_dialog_ends_the_call()
    {
        var call = Connect();
        Press(call, '1');
        Reply(_peer.LastRequest(SipMethods.Info), 481);
        Assert.Equal(481, _agent.Only<SessionEnded>().Ending.Status);
        Assert.Empty(_agent.Events.OfType<SessionKeyAnswered>());
    }

    [Fact]
    public void An_answer_after_the_end_says_nothing()
    {
        var call = Connect();
        Press(call, '1');
        _agent.Agent.End(_network.Now, call);
        _network.Settle();
        Reply(_peer.LastRequest(SipMethods.Info), 200);
        Assert.Empty(_agent.Events.OfType<SessionKeyAnswered>());
    }

    [Fact]
    public void Whoever_takes_the_dialog_up_knows_that_INFO_is_taken()
    {
        var saved = JsonSerializer.Serialize(_agent.Agent.Save(_network.Now, Connect()));
        var heir = _network.Add(5003);
        var inherited = heir.Agent.Restore(_network.Now, JsonSerializer.Deserialize<SipSessionState>(saved)!);
        heir.Agent.SendKey(_network.Now, inherited, '5', Duration);
        _network.Settle();
        Assert.Single(_peer.Requests(SipMethods.Info));
    }

    private SipSessionId Connect(string? allow = "INVITE, ACK, BYE, INFO")
    {
        var line = _agent.Agent.RegisterStatic(VirtualAgent.Subscriber(_peer.Address, "600"));
        var call = _agent.Agent.Invite(_network.Now, new SipInviteRequest(
            line, new SipUri("sip:+34700@ims.test"), VirtualAgent.Offer, false, null, TimeSpan.FromMinutes(1)));
        _network.Settle();
        _peer.Reply(_agent, _peer.LastRequest(SipMethods.Invite), 200, "far", r =>
        {
            if (allow is not null) r.Headers.Add("Allow", allow);
            r.SetSdp(VirtualAgent.Answer);
        });
        _network.Settle();
        return call;
    }

    private void Press(SipSessionId call, char key)
    {
        _agent.Agent.SendKey(_network.Now, call, key, Duration);
        _network.Settle();
    }

    private void Reply(SipRequest request, int status, Action<SipResponse>? more = null)
    {
        _peer.Reply(_agent, request, status, more: more);
        _network.Settle();
    }
}
