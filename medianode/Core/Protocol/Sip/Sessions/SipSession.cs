using System.Net;
using Byon.MediaNode.Core.Protocol.Sip.Digest;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Presence;
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
    private readonly EarlyDialogs _early;
    private OutgoingInvite? _outgoing;
    private IncomingInvite? _incoming;
    private UnacknowledgedAnswer? _unacknowledged;
    private SipDialog? _dialog;
    private OutgoingKey? _key;
    private string? _farewell;
    private bool _rings;
    private bool _isEnded;

    public SipSession(SipAgentCore core, SipSessionId id, SipLine line, bool isCaller)
    {
        (_core, Id, Line, IsCaller) = (core, id, line, isCaller);
        Digest = new DigestClient(line.Credentials, core.Entropy);
        Timer = new SessionTimer(core.Options.SessionInterval);
        _reinviting = new OutgoingReinvite(core, this);
        _reinvited = new IncomingReinvite(core, this);
        _early = new EarlyDialogs(core, this);
        core.Sessions.Add(id, this);
        core.Watchers.Changed(this);
    }

    public SipSessionId Id { get; }

    public SipLine Line { get; set; }

    /// <summary>We sent the INVITE, so the Call-ID is ours.</summary>
    public bool IsCaller { get; }

    public DigestClient Digest { get; }

    public SessionTimer Timer { get; }

    /// <summary>Our newest SDP that was agreed on: what a refresh by re-INVITE offers again.</summary>
    public string? LocalSdp { get; set; }

    /// <summary>Whether the peer allows UPDATE, as far as it said.</summary>
    public bool PeerTakesUpdates { get; set; }

    /// <summary>Whether the peer allows INFO, as far as it said.</summary>
    public bool PeerTakesInfo { get; set; }

    /// <summary>The other end is to be taken up too, by this node or another one, and may not be there yet.</summary>
    public bool IsPeerOnItsWay { get; set; }

    /// <summary>The dialog; while our INVITE is unanswered the early one of the fork that spoke last.</summary>
    public SipDialog? Dialog
    {
        get => _early.Focus?.Dialog ?? _dialog;
        private set
        {
            if (_early.Focus is { } fork) fork.Dialog = value!;
            else _dialog = value;
        }
    }

    public bool IsEnded => _isEnded;

    public bool AwaitsAck => _unacknowledged is not null;

    /// <summary>No offer of either side is open in the dialog.</summary>
    public bool CanOffer => (IsConfirmed || IsEarlyAnswered) && !AwaitsAck && !_reinvited.IsPending;

    /// <summary>Before the 2xx, with the first offer answered for sure: UPDATE may offer again (RFC 3311 §5.1).</summary>
    public bool IsEarlyAnswered => !_isEnded &&
        ((_outgoing?.IsPending == true && _early.Focus?.IsAnswered == true) || _incoming is { IsPending: true, IsAnswered: true });

    /// <summary>The dialog stands: the INVITE got its 2xx.</summary>
    public bool IsConfirmed => !_isEnded && Dialog is not null && _outgoing?.IsPending != true && _incoming?.IsPending != true;

    /// <summary>The offer of our INVITE has no answer yet in the dialog in focus.</summary>
    public bool AwaitsFirstAnswer => _outgoing?.IsPending == true && _early.Focus?.IsAnswered != true;

    /// <summary>As watchers see it.</summary>
    public DialogView View => new(
        $"c{Id.Value}", Dialog?.CallId, Dialog?.LocalTag, Dialog?.RemoteTag, IsCaller,
        _isEnded ? DialogState.Terminated : IsConfirmed ? DialogState.Confirmed : Dialog is null || (!IsCaller && !_rings) ? DialogState.Trying : DialogState.Early);

    public Instant? NextTimeout
    {
        get
        {
            var acknowledge = _unacknowledged?.NextTimeout;
            if (_isEnded) return acknowledge;
            return Instant.Earliest(
                Instant.Earliest(Instant.Earliest(acknowledge, _reinviting.NextTimeout), IsConfirmed ? Timer.NextTimeout : null),
                Instant.Earliest(_outgoing?.NextTimeout, _incoming?.NextTimeout));
        }
    }

    /// <summary>The early dialog of a provisional response; null where it names none or there are too many.</summary>
    public EarlyDialog? Early(Instant now, SipRequest invite, SipResponse response) => _early.Of(now, invite, response);

    public void Place(Instant now, SipInviteRequest request)
    {
        LocalSdp = request.Offer;
        _outgoing = new OutgoingInvite(_core, this);
        _outgoing.Start(now, request);
    }

    public void Take(InviteServerTransaction transaction)
    {
        _incoming = new IncomingInvite(_core, this, transaction);
        Learn(transaction.Request);
        transaction.Cancelled = Cancelled;
        Confirm(SipDialog.FromRequest(transaction.Request, _core.Entropy.NextToken(8)) with
        {
            SessionId = SessionIdentifier.New(_core.Entropy).Hear(transaction.Request),
        });
    }

    public void DropEarly(string tag) => _early.Drop(tag);

    public string? EarlyAnswer(string tag) => _early.AnswerOf(tag);

    /// <summary>The dialog a 2xx makes or confirms: routes and target are those of the 2xx, numbers go on (RFC 3261 §13.2.2.4).</summary>
    public SipDialog Joined(SipDialog dialog) => _early.Joined(dialog);

    /// <summary>Gives the session its dialog: requests of the peer find it from now on. Early ones of other forks are over.</summary>
    public void Confirm(SipDialog dialog)
    {
        _early.Close();
        Dialog = dialog;
        _core.Dialogs[dialog.Id] = this;
        _core.Watchers.Changed(this);
    }

    public void Progress(Instant now, int status, string? sdp)
    {
        LocalSdp = sdp ?? LocalSdp;
        _rings = true;
        _core.Watchers.Changed(this);
        _incoming?.Progress(now, status, sdp);
    }

    public void Answer(Instant now, string sdp)
    {
        LocalSdp = sdp;
        if (_incoming?.Answer(now, sdp) is { } answer) _unacknowledged = answer;
        _core.Watchers.Changed(this);
    }

    public void Reinvite(Instant now, string offer)
    {
        if (IsConfirmed || IsEarlyAnswered) _reinviting.Offer(now, offer);
    }

    public void SeekPeerAt(Instant now, IPEndPoint node)
    {
        Dialog = Dialog! with { RemoteTarget = SipAgentCore.ContactUriOf(Dialog!.RemoteTarget.User ?? "", Line.NextHop, node) };
        _reinviting.SeekAgain(now);
    }

    public void AcceptReinvite(Instant now, string sdp)
    {
        Agreed();
        LocalSdp = sdp;
        if (_reinvited.Accept(now, sdp) is { } answer) _unacknowledged = answer;
        else _reinviting.TrySend(now);
    }

    public void SendKey(Instant now, char key, TimeSpan duration)
    {
        if (!IsConfirmed) return;
        _key ??= new OutgoingKey(_core, this);
        _key.Start(now, key, duration);
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
            Finish(now, new SipEnding(SipEndingKind.Local, rejectStatus, SipPhrases.Of(rejectStatus)));
        }
        else
        {
            Hangup(now, new SipEnding(SipEndingKind.Local, 0, "Hung up"));
        }
    }

    /// <summary>The peer does not know the dialog any more, or does not answer in it.</summary>
    public void Lose(Instant now, SipEnding ending)
    {
        if (_outgoing?.IsPending == true)
        {
            _outgoing.Cancel(now, ending);
        }
        else if (_incoming?.IsPending == true)
        {
            // An UPDATE of ours in the early dialog told so: the INVITE still wants its final response.
            _incoming.Reject(now, 504);
            Finish(now, ending);
        }
        else
        {
            Hangup(now, ending);
        }
    }

    /// <summary>An offer was answered in the dialog after the first one: what the first answer said is out of date.</summary>
    public void Agreed()
    {
        if (_early.Focus is { } fork) fork.Answer = null;
    }

    /// <summary>Ends a confirmed dialog with BYE; before the ACK of our 2xx the BYE has to wait for it (RFC 3261 §15).</summary>
    public void Hangup(Instant now, SipEnding ending)
    {
        if (_isEnded) return;
        Finish(now, ending);
        if (ending.Kind == SipEndingKind.Timeout) _farewell = SipReason.Of(408, ending.Phrase);
        if (!AwaitsAck) SendBye(now);
    }

    /// <summary>Tells the end, once; the first cause wins.</summary>
    public void Finish(Instant now, SipEnding ending)
    {
        if (_isEnded) return;
        // What the peer still asks in the dialog ends with it.
        _reinvited.Reject(now, 487);
        _referred?.Reject(now, 481);
        _isEnded = true;
        _core.Sessions.Remove(Id);
        if (!AwaitsAck) Release();
        _core.Watchers.Changed(this);
        _core.Tell(new SessionEnded(Id, ending));
    }

    /// <summary>Ends here and nowhere else: nobody is told.</summary>
    public void LetGo()
    {
        if (_isEnded) return;
        _isEnded = true;
        _unacknowledged = null;
        _core.Sessions.Remove(Id);
        Release();
        _core.Watchers.Changed(this);
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
        if (_incoming?.HandleTimeout(now) == true) Unacknowledged(now);
        _reinviting.HandleTimeout(now);
        if (IsConfirmed) HandleSessionTimer(now);
    }

    private void HandleSessionTimer(Instant now)
    {
        switch (Timer.HandleTimeout(now))
        {
            case SessionTimer.Due.Refresh: _reinviting.Refresh(now); break;
            case SessionTimer.Due.End: Hangup(now, new SipEnding(SipEndingKind.Timeout, 0, "The session was not refreshed")); break;
        }
    }

    /// <summary>What a message of the peer says of itself.</summary>
    public void Learn(SipMessage message)
    {
        if (!message.Headers.Has("Allow")) return;
        PeerTakesUpdates = message.Headers.Lists("Allow", SipMethods.Update);
        PeerTakesInfo = message.Headers.Lists("Allow", SipMethods.Info);
    }

    public uint NextCSeq()
    {
        Dialog = Dialog! with { LocalCSeq = Dialog!.LocalCSeq + 1 };
        return Dialog.LocalCSeq;
    }

    public void Retarget(SipMessage message) => Dialog = Dialog!.Retarget(message);

    /// <summary>A response of ours, with what the responses that make or refresh the dialog carry (§12.1.1).</summary>
    public SipResponse Reply(Instant now, SipRequest request, int status)
    {
        var response = SipResponse.For(request, status, Dialog!.LocalTag);
        if (Dialog.SessionId is { } name) response.Headers.Set(SessionIdentifier.Header, name.ToString());
        if (request.Method is not (SipMethods.Invite or SipMethods.Update) || status is <= 100 or >= 300) return response;
        foreach (var route in request.Headers.Lines("Record-Route")) response.Headers.Add("Record-Route", route);
        _core.AddCapabilities(response, Line);
        if (response.IsSuccess && (request.Method == SipMethods.Invite || IsConfirmed)) Timer.Grant(now, request, response);
        return response;
    }

    /// <summary>The answer to what the 2xx of our INVITE offered.</summary>
    public void Acknowledge(Instant now, string answer)
    {
        LocalSdp = answer;
        _outgoing?.Acknowledge(now, answer);
        _reinviting.TrySend(now);
    }

    private void SendBye(Instant now)
    {
        _outgoing?.Acknowledge(now, null);
        Release();
        Farewell.Say(now, _core, Line, Digest, Dialog!, _farewell);
    }

    private void Release()
    {
        _early.Close();
        if (Dialog is not null) _core.Dialogs.Remove(Dialog.Id);
        _core.Wakes.Set(this, null);
    }
}
