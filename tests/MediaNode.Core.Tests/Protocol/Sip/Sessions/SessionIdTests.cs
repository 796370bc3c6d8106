using System.Text.Json;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Sessions;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Sessions;

/// <summary>Session-ID over the life of a call (RFC 7989 §6, §7).</summary>
public class SessionIdTests
{
    private readonly VirtualSipNetwork _network = new();
    private readonly VirtualAgent _ana;
    private readonly VirtualAgent _bea;
    private readonly SipSessionId _call;

    public SessionIdTests()
    {
        _ana = _network.Add(5001);
        _bea = _network.Add(5002);
        var line = _ana.Trunk(_bea, "600");
        _bea.Trunk(_ana, "700");
        _call = _ana.Call(line, _bea, "700");
        _network.Settle();
    }

    private SipSessionId Incoming => _bea.Only<SessionInvited>().Session;

    private string Ana => _ana.Only<SessionInviteSent>().SessionId.Local;

    private string Bea => _bea.Only<SessionInvited>().SessionId!.Local;

    [Fact]
    public void Both_sides_are_named_in_everything_once_both_have_spoken()
    {
        _bea.Agent.Answer(_network.Now, Incoming, VirtualAgent.Answer);
        _network.Settle();
        _ana.Agent.Reinvite(_network.Now, _call, VirtualAgent.Offer);
        _network.Settle();
        _bea.Agent.AcceptReinvite(_network.Now, Incoming, VirtualAgent.Answer);
        _network.Settle();
        _bea.Agent.End(_network.Now, Incoming);
        _network.Settle();
        Assert.Equal($"{Ana};remote={SessionIdentifier.Nil}", _network.Sent[0].Headers["Session-ID"]);
        foreach (var message in _network.Sent.Skip(1).Where(message => message is not SipResponse { Status: 100 }))
        {
            var isAnas = message is SipRequest request ? request.From.Uri.User == "+34600" : message.CSeq.Method == "BYE";
            Assert.Equal(isAnas ? $"{Ana};remote={Bea}" : $"{Bea};remote={Ana}", message.Headers["Session-ID"]);
        }
    }

    [Fact]
    public void A_CANCEL_and_the_ACK_of_a_refusal_carry_it()
    {
        _bea.Agent.Progress(_network.Now, Incoming, 180, null);
        _network.Settle();
        _ana.Agent.End(_network.Now, _call);
        _network.Settle();
        Assert.Equal($"{Ana};remote={SessionIdentifier.Nil}", Sent("CANCEL").Headers["Session-ID"]);
        Assert.Equal($"{Ana};remote={Bea}", Sent("ACK").Headers["Session-ID"]);
    }

    [Fact]
    public void A_saved_call_keeps_it()
    {
        _bea.Agent.Answer(_network.Now, Incoming, VirtualAgent.Answer);
        _network.Settle();
        var saved = JsonSerializer.Deserialize<SipSessionState>(JsonSerializer.Serialize(_ana.Agent.Save(_network.Now, _call)))!;
        var heir = _network.Add(5003);
        heir.Agent.End(_network.Now, heir.Agent.Restore(_network.Now, saved));
        _network.Settle();
        Assert.Equal($"{Ana};remote={Bea}", Sent("BYE").Headers["Session-ID"]);
    }

    private SipRequest Sent(string method) => _network.Sent.OfType<SipRequest>().Last(request => request.Method == method);
}
