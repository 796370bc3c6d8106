using System.Net;
using Byon.MediaNode.Core.Protocol.Sip.Sessions;

namespace Byon.MediaNode.Core.Protocol.Sip;

/// <summary>INVITE sessions: the commands of their owner.</summary>
public sealed partial class SipAgent
{
    /// <summary>Snapshots are written with every change, so they lag by some requests; session refreshes alone make two an hour.</summary>
    private const uint AheadOfSnapshots = 1000;

    /// <summary>Places a call on a registration that lives; for one that is gone the session ends at once as unreachable.</summary>
    public SipSessionId Invite(Instant now, SipInviteRequest request)
    {
        var id = new SipSessionId(++_lastId);
        if (!_registrations.TryGetValue(request.Registration, out var registration))
        {
            _core.Tell(new SessionEnded(id, new SipEnding(SipEndingKind.Unreachable, 0, "Not registered")));
            return id;
        }

        var line = registration.Line;
        line = line with { NextHop = _core.Hops.Best(now, line.NextHop) };
        var session = new SipSession(_core, id, line, isCaller: true);
        session.Place(now, request);
        Settle(session);
        return id;
    }

    /// <summary>Sends 180 or 183 for an incoming INVITE. The SDP is our answer (or, for an INVITE without offer, our offer).</summary>
    public void Progress(Instant now, SipSessionId session, int status, string? sdp) =>
        On(session, s => s.Progress(now, status, sdp));

    /// <summary>Sends the 200 of an incoming INVITE, and repeats it until SessionAcknowledged.</summary>
    public void Answer(Instant now, SipSessionId session, string sdp) => On(session, s => s.Answer(now, sdp));

    /// <summary>
    /// Offers again in the confirmed dialog; answered by SessionReinviteAnswered or SessionReinviteRejected. While another offer
    /// is open it waits, and of several that wait the last one is sent.
    /// </summary>
    public void Reinvite(Instant now, SipSessionId session, string offer) => On(session, s => s.Reinvite(now, offer));

    public void AcceptReinvite(Instant now, SipSessionId session, string sdp) => On(session, s => s.AcceptReinvite(now, sdp));

    public void RejectReinvite(Instant now, SipSessionId session, int status) => On(session, s => s.RejectReinvite(now, status));

    /// <summary>Sends a key by INFO in a confirmed session; answered by SessionKeyAnswered, before which no other one is sent.</summary>
    public void SendKey(Instant now, SipSessionId session, char key, TimeSpan duration) => On(session, s => s.SendKey(now, key, duration));

    /// <summary>
    /// Ends a session the way its state asks for: CANCEL before our INVITE is answered (ACK and BYE if a 2xx crosses it), the
    /// given final status for an INVITE we have not answered, BYE in a confirmed dialog. SessionEnded follows.
    /// </summary>
    public void End(Instant now, SipSessionId session, int rejectStatus = 603) => On(session, s => s.End(now, rejectStatus));

    /// <summary>A confirmed session as a value; null before its 2xx and after its end.</summary>
    public SipSessionState? Save(Instant now, SipSessionId session) =>
        _core.Sessions.GetValueOrDefault(session) is { IsConfirmed: true } known
            ? new SipSessionState(known.Dialog!, known.Line, known.IsCaller, known.Timer.Save(now), known.LocalSdp, known.PeerTakesUpdates)
            {
                PeerTakesInfo = known.PeerTakesInfo,
                Contact = _core.ContactUriOf(known.Line.ContactUser, known.Line.NextHop),
            }
            : null;

    /// <summary>Takes up a saved session: requests of its dialog are answered here from now on.</summary>
    public SipSessionId Restore(Instant now, SipSessionState saved)
    {
        var session = new SipSession(_core, new SipSessionId(++_lastId), saved.Line, saved.IsCaller)
        {
            LocalSdp = saved.LocalSdp,
            PeerTakesUpdates = saved.PeerTakesUpdates,
            PeerTakesInfo = saved.PeerTakesInfo,
        };
        if (saved.Timer is { } timer) session.Timer.Restore(now, timer);
        session.Confirm(saved.Dialog);
        _core.LookAhead(now, session);
        Settle(session);
        return session.Id;
    }

    /// <summary>
    /// Takes up a session whose node may have gone on for a while after it was saved: numbers of requests jump ahead of what it can
    /// have used, and the session timer starts anew. Re-INVITE at once, so that the peer learns of this node.
    /// </summary>
    /// <remarks>
    /// The other end of the call may have been on the same node, and then mostly comes here as well, in its own time: it is sought here,
    /// or where <see cref="SeekPeerAt"/> says, and a 481 is not believed for a while.
    /// </remarks>
    public SipSessionId TakeUp(Instant now, SipSessionState saved)
    {
        var movesToo = saved.PeerOnSameNode;
        var id = Restore(now, saved with
        {
            Dialog = saved.Dialog with
            {
                LocalCSeq = saved.Dialog.LocalCSeq + AheadOfSnapshots,
                RemoteTarget = movesToo is not null ? _core.ContactUriOf(movesToo.User ?? "", saved.Line.NextHop) : saved.Dialog.RemoteTarget,
            },
            Timer = saved.Timer is { } timer ? timer with { Remaining = timer.Interval } : null,
        });
        _core.Sessions[id].IsPeerOnItsWay = movesToo is not null;
        return id;
    }

    /// <summary>The other end of a session that was taken up is at that node. False where it is not sought (any more).</summary>
    public bool SeekPeerAt(Instant now, SipSessionId session, IPEndPoint node)
    {
        if (!_core.Sessions.TryGetValue(session, out var known) || !known.IsPeerOnItsWay) return false;
        known.SeekPeerAt(now, node);
        Settle(known);
        return true;
    }

    /// <summary>Forgets a confirmed session without a word to the peer: another node carries it on, and nothing more is told of it.</summary>
    public void LetGo(SipSessionId session)
    {
        if (_core.Sessions.TryGetValue(session, out var known)) known.LetGo();
    }

    private void On(SipSessionId id, Action<SipSession> command)
    {
        if (!_core.Sessions.TryGetValue(id, out var session)) return;
        command(session);
        Settle(session);
    }

    private void Settle(SipSession session) => _core.Wakes.Set(session, session.NextTimeout);
}
