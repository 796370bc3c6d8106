using System.Globalization;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.MediaNode.Core.Calls;

/// <summary>
/// Keys that the device presses by command. They go out as telephone events, or where the peer takes none, as tones; by the
/// operator's setting such a peer gets INFO in place of tones, if it takes that.
/// </summary>
public sealed partial class Call
{
    private readonly KeyQueue _keys = new();

    /// <summary>The key that an INFO carries, until it is answered: the next one waits (RFC 6086 §4.2.1 knows no order of its own).</summary>
    private WaitingKey? _keyUnderWay;

    /// <summary>The peer does not take keys by INFO, whatever it lists in Allow.</summary>
    private bool _refusedInfo;

    private Instant? NextKey => _phase == CallPhase.Connected && _keyUnderWay is null ? _keys.NextTimeout : null;

    /// <summary>Presses keys towards the network. Done says that they wait for their turn, the first one excepted.</summary>
    public CallCommandResult PressKeys(Instant now, KeySequence sequence)
    {
        if (WhyNoKeys is { } why) return CallCommandResult.Incompatible(why);
        switch (_keys.Add(now, sequence))
        {
            case KeyAdmission.Full:
                return new CallCommandResult(CallFault.TooManyKeys, "Too many keys are yet to be pressed.");
            case KeyAdmission.CorrelatorInUse:
                return new CallCommandResult(CallFault.CorrelatorInUse, "was used for other keys.");
        }

        // How many, never which: keys are passwords as often as not.
        Milestone("media.keys", sequence.Keys.Length.ToString(CultureInfo.InvariantCulture));
        PressDueKeys(now);
        return CallCommandResult.Done;
    }

    private string? WhyNoKeys => this switch
    {
        { _phase: not CallPhase.Connected } => "Only a connected call takes keys.",
        { _move: not null } => "The call is moving to another gateway node.",
        { _change: not null } => "A hold or resume is still under way.",
        { _heldHere: true } or { _farSideHolds: true } => "The call is on hold.",
        { _ims.Plan: null } => "The other side has not agreed on media yet.",
        _ => null,
    };

    /// <summary>A hold takes what waits away: whoever holds does not want to be heard later.</summary>
    private void PressDueKeys(Instant now)
    {
        if (WhyNoKeys is not null) _keys.Clear();
        while (_keyUnderWay is null && _keys.TakeDue(now) is { } key)
        {
            if (_options.KeysByInfo && !_refusedInfo && _ims.Plan is { Audio.TelephoneEvent: null })
            {
                _keyUnderWay = key;
                _actions.Enqueue(new SendKey(key.Key, key.Duration));
            }
            else
            {
                PressOnMedia(key);
            }
        }
    }

    private void KeyAnswered(Instant now, SessionKeyAnswered answered)
    {
        if (_keyUnderWay is not { } key) return;
        _keyUnderWay = null;
        if (answered.Status is < 200 or >= 300)
        {
            _refusedInfo = true;
            Milestone("sip.info-refused", answered.Status.ToString(CultureInfo.InvariantCulture));
            if (WhyNoKeys is null) PressOnMedia(key);
        }

        PressDueKeys(now);
    }

    private void PressOnMedia(WaitingKey key) => _actions.Enqueue(new PressKey(new KeyPress(key.Key, key.Duration, ToWebRtc: false)));
}
