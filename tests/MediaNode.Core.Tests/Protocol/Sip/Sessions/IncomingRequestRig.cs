using System.Text;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Sessions;

/// <summary>An agent and a peer that sends it messages, well-mannered and not, one by one.</summary>
public abstract class IncomingRequestRig
{
    private protected VirtualSipNetwork Network { get; } = new();

    private protected VirtualAgent Us { get; }

    private protected ScriptedPeer Peer { get; }

    /// <summary>Branches that were made up; each message has one of its own.</summary>
    private protected int Branches { get; private set; }

    protected IncomingRequestRig()
    {
        Us = Network.Add(5002, maxServerTransactions: 20);
        Peer = new ScriptedPeer(Network, 5009);
        Us.Agent.RegisterStatic(VirtualAgent.Subscriber(Peer.Address, "700"));
    }

    private protected SipSessionId Session => Us.Only<SessionInvited>().Session;

    private protected void Invite() => Peer.Send(Us, SipText.Invite);

    /// <summary>Takes the call, and gives the tag we answered with.</summary>
    private protected string Answer(bool acknowledge = true)
    {
        Invite();
        Us.Agent.Answer(Network.Now, Session, VirtualAgent.Answer);
        Network.Settle();
        var tag = Peer.Received.OfType<SipResponse>().Last().To.Tag!;
        if (acknowledge) Peer.Send(Us, InDialog("ACK", 7, tag));
        return tag;
    }

    private protected void Send(string method, string? branch = null, string header = "X: y", string callId = "call-1") => Peer.Send(
        Us,
        SipText.Invite.Replace("INVITE", method, StringComparison.Ordinal)
            .Replace("z9hG4bKinvite1", branch ?? $"z9hG4bKb{++Branches}", StringComparison.Ordinal)
            .Replace("call-1", callId, StringComparison.Ordinal)
            .Replace("Max-Forwards: 70", header, StringComparison.Ordinal));

    private protected string InDialog(string method, int cseq, string tag, string? sdp = null)
    {
        var text = SipText.Invite.Replace("7 INVITE", $"{cseq} INVITE", StringComparison.Ordinal)
            .Replace("INVITE", method, StringComparison.Ordinal)
            .Replace("z9hG4bKinvite1", $"z9hG4bKb{++Branches}", StringComparison.Ordinal)
            .Replace("To: <sip:+34700@ims.test>", $"To: <sip:+34700@ims.test>;tag={tag}", StringComparison.Ordinal);
        return sdp is null ? text : text.Replace("Content-Length: 0", $"Content-Type: application/sdp\nContent-Length: {Encoding.UTF8.GetByteCount(sdp)}", StringComparison.Ordinal) + sdp;
    }
}
