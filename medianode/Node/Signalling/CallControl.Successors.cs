using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.MediaNode.Signalling;

/// <summary>Sessions that take the place of a call's own: the far side refers the subscriber on, or is replaced by somebody.</summary>
public sealed partial class CallControl
{
    /// <summary>An INVITE with Replaces (RFC 3891), which the agent has found to be allowed.</summary>
    private void TakeOver(Instant now, SessionInvited invited, SipSessionId replaced)
    {
        if (!_callsBySession.TryGetValue(replaced, out var live) || live.Session != replaced || live.Successor is not null || live.IsEmergency)
        {
            Refuse(now, invited, 481, "the call it replaces is not one that can be replaced");
            return;
        }

        live.Successor = invited.Session;
        _callsBySession[invited.Session] = live;
        var taken = false;
        Guarded(now, live, call => taken = call.TryTakeOver(CallerOf(invited), invited.Offer));
        if (taken) return;
        DropSuccessor(live);
        Refuse(now, invited, SipStatus.NotAcceptableHere, "the call it replaces cannot be changed so");
    }

    private void InviteReferred(Instant now, LiveCall live, InviteReferred referred)
    {
        if (live.Session is not { } session) return;
        agent.AcceptRefer(now, session);
        var target = PartyAddress.ToRequestUri(referred.Target.Uri.Text, options.ImsDomain) ?? referred.Target.Uri;
        var successor = agent.Invite(now, new SipInviteRequest(
            live.Owner.Sip!.Value, target, referred.Offer, live.Presentation?.IsAnonymous ?? false, live.Presentation?.Name, options.RingTime)
        {
            Replaces = referred.Target.Replaces,
            ReferredBy = referred.By,
        });
        live.Successor = successor;
        _callsBySession[successor] = live;
    }

    private void Do(Instant now, LiveCall live, SipSessionId successor, CallAction action)
    {
        switch (action)
        {
            case SendAnswer answer: agent.Answer(now, successor, answer.Sdp); break;
            case RejectReinvite rejected: agent.RejectReinvite(now, successor, rejected.Status); break;
            case EndSession end:
                DropSuccessor(live);
                agent.End(now, successor, end.RejectStatus);
                break;
        }
    }

    private void Adopt(Instant now, LiveCall live, SipSessionId successor)
    {
        var before = live.Session;
        (live.Session, live.Successor) = (successor, null);
        if (before is not { } old) return;
        _callsBySession.Remove(old);
        agent.End(now, old);
    }

    private void DropSuccessor(LiveCall live)
    {
        if (live.Successor is not { } successor) return;
        live.Successor = null;
        _callsBySession.Remove(successor);
    }

    /// <summary>An event of a call's own session, or of the one that is to take its place.</summary>
    private void Receive(Instant now, LiveCall live, SipSessionEvent happened)
    {
        if (live.Missed is { } missed)
        {
            missed.Add(at => Receive(at, live, happened));
            return;
        }

        if (live.Successor != happened.Session)
        {
            if (happened is SessionReinvited { MayWait: true, Offer: { } offer }) AddVideo(live, offer);
            Guarded(now, live, call => call.Receive(now, happened));
            return;
        }

        if (happened is SessionEnded) DropSuccessor(live);
        Guarded(now, live, call => call.ReceiveFromSuccessor(now, happened));
    }
}
