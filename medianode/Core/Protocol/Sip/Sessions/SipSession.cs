using Byon.MediaNode.Core.Protocol.Sip.Digest;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>
/// One INVITE session: holds its dialog and the pieces that work on it (the first INVITE, re-INVITEs either way, the 2xx that
/// waits for its ACK), and ends exactly once.
/// </summary>
internal sealed partial class SipSession : ITimed
{
    private readonly SipAgentCore _core;
    private readonly OutgoingReinvite _reinviting;
    private readonly IncomingReinvite _reinvited;
    private OutgoingInvite? _outgoing;
    private IncomingInvite? _incoming;
    private UnacknowledgedAnswer? _unacknowledged;
    private bool _isEnded;

    public SipSession(SipAgentCore core, SipSessionId id, SipLine line, bool isCaller)
    {
        (_core, Id, Line, IsCaller) = (core, id, line, isCaller);
        Digest = new DigestClient(line.Credentials, core.Entropy);
        _reinviting = new OutgoingReinvite(core, this);
        _reinvited = new IncomingReinvite(core, this);
        core.Sessions.Add(id, this);
    }

    public SipSessionId Id { get; }

    public SipLine Line { get; }

    /// <summary>We sent the INVITE, so the Call-ID is ours.</summary>
    public bool IsCaller { get; }

    public DigestClient Digest { get; }

    public SipDialog? Dialog { get; private set; }

    public bool AwaitsAck => _unacknowledged is not null;

    /// <summary>No offer of either side is open in the confirmed dialog.</summary>
    public bool CanOffer => IsConfirmed && !AwaitsAck && !_reinvited.IsPending;

    /// <summary>The dialog stands: the INVITE got its 2xx.</summary>
    public bool IsConfirmed => !_isEnded && Dialog is not null && _outgoing?.IsPending != true && _incoming?.IsPending != true;

    public Instant? NextTimeout
    {
        get
        {
            var acknowledge = _unacknowledged?.NextTimeout;
            if (_isEnded) return acknowledge;
            return Instant.Earliest(
                Instant.Earliest(acknowledge, _reinviting.NextTimeout),
                Instant.Earliest(_outgoing?.NextTimeout, _incoming?.NextTimeout));
        }
    }

    public void Place(Instant now, SipInviteRequest request)
    {
        _outgoing = new OutgoingInvite(_core, this);
        _outgoing.Start(now, request);
    }

    public void Take(InviteServerTransaction transaction)
    {
        _incoming = new IncomingInvite(_core, this, transaction);
        transaction.Cancelled = Cancelled;
        Confirm(SipDialog.FromRequest(transaction.Request, _core.Entropy.NextToken(8)));
    }

    /// <summary>Gives the session its dialog: requests of the peer find it from now on.</summary>
    public void Confirm(SipDialog dialog)
    {
        Dialog = dialog;
        _core.Dialogs[dialog.Id] = this;
    }

    public void Progress(Instant now, int status, string? sdp) => _incoming?.Progress(now, status, sdp);

    public void Answer(Instant now, string sdp)
    {
        if (_incoming?.Answer(now, sdp) is { } answer) _unacknowledged = answer;
    }

    public void Reinvite(Instant now, string offer)
    {
        if (IsConfirmed) _reinviting.Offer(now, offer);
    }

    public void AcceptReinvite(Instant now, string sdp)
    {
        if (_reinvited.Accept(now, sdp) is { } answer) _unacknowledged = answer;
        else _reinviting.TrySend(now);
    }

    public void RejectReinvite(Instant now, int status)
    {
        _reinvited.Reject(now, status);
        _reinviting.TrySend(now);
    }

    public void End(Instant now, int rejectStatus)
    {
        if (_outgoing?.IsPending == true)
        {
            _outgoing.Cancel(now, new SipEnding(SipEndingKind.Local, 0, "Cancelled"));
        }
        else if (_incoming?.IsPending == true)
        {
            _incoming.Reject(now, rejectStatus);
            Finish(new SipEnding(SipEndingKind.Local, rejectStatus, SipPhrases.Of(rejectStatus)));
        }
        else
        {
            Hangup(now, new SipEnding(SipEndingKind.Local, 0, "Hung up"));
        }
    }

    /// <summary>Ends a confirmed dialog with BYE; before the ACK of our 2xx the BYE has to wait for it (RFC 3261 §15).</summary>
    public void Hangup(Instant now, SipEnding ending)
    {
        if (_isEnded) return;
        _reinvited.Reject(now, 487);
        Finish(ending);
        if (!AwaitsAck) SendBye(now);
    }

    /// <summary>Tells the end, once; the first cause wins.</summary>
    public void Finish(SipEnding ending)
    {
        if (_isEnded) return;
        _isEnded = true;
        _core.Sessions.Remove(Id);
        if (!AwaitsAck) Release();
        _core.Tell(new SessionEnded(Id, ending));
    }

    public void HandleTimeout(Instant now)
    {
        if (_unacknowledged?.NextTimeout <= now && _unacknowledged.HandleTimeout(now))
        {
            _unacknowledged = null;
            if (_isEnded) SendBye(now);
            else Hangup(now, new SipEnding(SipEndingKind.Timeout, 0, "No ACK"));
        }

        if (_isEnded) return;
        _outgoing?.HandleTimeout(now);
        _incoming?.HandleTimeout(now);
        _reinviting.HandleTimeout(now);
    }

    public uint NextCSeq()
    {
        Dialog = Dialog! with { LocalCSeq = Dialog!.LocalCSeq + 1 };
        return Dialog.LocalCSeq;
    }

    public void Retarget(SipMessage message) => Dialog = Dialog!.Retarget(message);

    /// <summary>A response of ours, with what the responses that make or refresh the dialog carry (§12.1.1).</summary>
    public SipResponse Reply(SipRequest request, int status)
    {
        var response = SipResponse.For(request, status, Dialog!.LocalTag);
        if (request.Method is not (SipMethods.Invite or SipMethods.Update) || status is <= 100 or >= 300) return response;
        foreach (var route in request.Headers.Lines("Record-Route")) response.Headers.Add("Record-Route", route);
        _core.AddCapabilities(response, Line);
        return response;
    }

    private void SendBye(Instant now)
    {
        Release();
        new Farewell(_core, Line, Digest, Dialog!).Start(now);
    }

    private void Release()
    {
        if (Dialog is not null) _core.Dialogs.Remove(Dialog.Id);
        _core.Wakes.Set(this, null);
    }
}
