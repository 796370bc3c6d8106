using System.Diagnostics.CodeAnalysis;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.MediaNode.Core.Calls;

/// <summary>
/// One unanswered INVITE and the devices it rings: each device has a call of its own, here a leg, and the network sees one
/// callee. A device that registers while the INVITE is open joins late. The network hears of the first device that rings and
/// of the first that answers, who gets the dialog; it gets one refusal, once every leg has left. Fed with what the legs want
/// of the network and with what the network says; drained for <see cref="ForkAction"/>s.
/// </summary>
/// <param name="session">The SIP session of the INVITE.</param>
/// <param name="ringsUntil">When the INVITE's time is over, for whoever joins as well.</param>
public sealed class IncomingFork(SipSessionId session, Instant ringsUntil)
{
    private readonly List<string> _legs = [];
    private readonly Queue<ForkAction> _actions = new();
    private bool _hasAlerted;
    private bool _hasAnsweredEarly;
    private string? _spokesman;
    private bool _isDecided;
    private int? _refusal;

    public Instant RingsUntil { get; } = ringsUntil;

    /// <summary>Whether one more device may ring: not once the INVITE is answered, refused or cancelled.</summary>
    public bool TakesMore => !_isDecided;

    /// <summary>What the caller offered after its INVITE: the offer for whoever joins from now on. Null where it did not.</summary>
    public string? NewerOffer { get; private set; }

    public bool TryDequeue([NotNullWhen(true)] out ForkAction? action) => _actions.TryDequeue(out action);

    public void Join(string callId)
    {
        if (_isDecided) throw new InvalidOperationException("The INVITE is decided.");
        _legs.Add(callId);
    }

    /// <summary>
    /// What a leg wants of the network: <see cref="SendProgress"/>, <see cref="SendAnswer"/>, <see cref="AcceptReinvite"/>,
    /// <see cref="RejectReinvite"/> or <see cref="EndSession"/>.
    /// </summary>
    public void Receive(string callId, CallAction wish)
    {
        switch (wish)
        {
            case SendProgress progress when IsIn(callId): Progress(callId, progress); break;
            case AcceptReinvite or RejectReinvite when IsIn(callId) && callId == _spokesman: _actions.Enqueue(new ForwardReply(wish)); break;
            case SendAnswer answer when IsIn(callId): Answer(callId, answer); break;
            case EndSession end: Leave(callId, end.RejectStatus); break;
        }
    }

    /// <summary>What the network says concerns every leg; its end ends them all.</summary>
    public void Receive(SipSessionEvent sipEvent)
    {
        // What is offered before the answer concerns every leg, and one of them speaks for all.
        if (sipEvent is SessionReinvited reinvited && !_isDecided)
        {
            _spokesman ??= _legs[0];
            NewerOffer = reinvited.Offer ?? NewerOffer;
        }

        foreach (var leg in _legs) _actions.Enqueue(new TellLeg(leg, sipEvent));
        if (sipEvent is not SessionEnded) return;
        _isDecided = true;
        _legs.Clear();
    }

    private bool IsIn(string callId) => !_isDecided && _legs.Contains(callId);

    /// <summary>The caller hears once that it rings, wherever that is.</summary>
    private void Progress(string callId, SendProgress progress)
    {
        if (progress.Sdp is not null)
        {
            if (_hasAnsweredEarly) return;
            (_hasAnsweredEarly, _spokesman) = (true, callId);
        }

        if (progress.Status == SipStatus.Ringing && _hasAlerted) return;
        _hasAlerted |= progress.Status == SipStatus.Ringing;
        _actions.Enqueue(new ForwardProgress(progress));
    }

    private void Answer(string callId, SendAnswer answer)
    {
        _isDecided = true;
        _actions.Enqueue(new GiveDialog(callId, answer, NeedsOffer: _hasAnsweredEarly && callId != _spokesman));
        foreach (var other in _legs.Where(leg => leg != callId)) _actions.Enqueue(new EndLeg(other, CallEnd.AnsweredElsewhere));
        _legs.Clear();
    }

    /// <summary>A leg that leaves is done with; the last one takes the INVITE along and hears of its end.</summary>
    private void Leave(string callId, int status)
    {
        if (IsIn(callId))
        {
            // Of several refusals a person's decline says most, then that somebody is busy (RFC 3261 §16.7 prefers 6xx too).
            if (_refusal is null || Weight(status) > Weight(_refusal.Value)) _refusal = status;
            if (_legs.Count == 1)
            {
                _isDecided = true;
                _actions.Enqueue(new RefuseInvite(_refusal.Value));
                return;
            }

            _legs.Remove(callId);
            if (_spokesman == callId) _spokesman = null;
        }
        else if (_legs.Contains(callId))
        {
            return;
        }

        _actions.Enqueue(new TellLeg(callId, new SessionEnded(session, new SipEnding(SipEndingKind.Local, status, ""))));
    }

    private static int Weight(int status) => status switch
    {
        SipStatus.Decline => 2,
        SipStatus.BusyHere => 1,
        _ => 0,
    };
}
