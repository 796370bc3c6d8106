using Byon.MediaNode.Core.Media;

namespace Byon.MediaNode.Core.Calls;

/// <summary>Hold and resume from this side: a re-INVITE (RFC 3264 §8.4), whose outcome is the command's outcome.</summary>
public sealed partial class Call
{
    private bool _heldHere;
    private bool _wasEverHeld;
    private DirectionChange? _change;

    /// <param name="CommandWaits">False once the command was told that the network is silent; a late answer still counts.</param>
    private sealed record DirectionChange(bool IsHold, Instant Deadline, bool CommandWaits);

    /// <summary>Direction of the network's leg as this side wants it.</summary>
    private MediaDirection WantedDirection =>
        _change?.IsHold ?? _heldHere ? MediaDirection.SendOnly : MediaDirection.SendReceive;

    private CallState CombinedState =>
        _heldHere || _farSideHolds ? CallState.Hold : _wasEverHeld ? CallState.Resume : CallState.Connected;

    private CallCommandResult? Hold(Instant now) => _heldHere ? CallCommandResult.Done : Change(now, hold: true);

    private CallCommandResult? Resume(Instant now)
    {
        if (_heldHere) return Change(now, hold: false);
        if (_farSideHolds) return CallCommandResult.Incompatible("The other side holds the call; only they can resume it.");
        return _wasEverHeld ? CallCommandResult.Done : CallCommandResult.Incompatible("The call is not on hold.");
    }

    private CallCommandResult? Change(Instant now, bool hold)
    {
        RefuseVideoRequest();
        TryTakeVideoFit();
        _change = new DirectionChange(hold, now + _options.ReinviteTime, CommandWaits: true);
        OfferNetwork(out var offer);
        _actions.Enqueue(new SendReinvite(offer));
        Milestone("sip.reinvite-sent", hold ? "hold" : "resume");
        // A hold silences the microphone at once, whatever the network says; a resume waits for the network.
        ApplyMedia();
        return null;
    }

    private void HoldAnswered(string answer)
    {
        if (_change is not { } change)
        {
            TakeUnaskedAnswer(answer);
            VideoChanged(isRejected: false);
            return;
        }

        if (!_ims.TryReadAnswer(answer, out var leg, out var why))
        {
            HoldRefused($"its answer cannot be used ({why?.Fault})");
            return;
        }

        _change = null;
        _heldHere = change.IsHold;
        _wasEverHeld = true;
        _ims = leg;
        // An answer to sendonly says recvonly or inactive, which is no hold of theirs; only an answer to sendrecv tells.
        if (!change.IsHold) _farSideHolds = leg.FarSideHolds;
        Milestone(change.IsHold ? "media.hold" : "media.resume", "by this side");
        ApplyMedia();
        var words = (_heldHere, _farSideHolds) switch
        {
            (true, _) => "The call is on hold on this side.",
            (false, true) => "The call is resumed on this side; the other side still holds it.",
            (false, false) => "The call is resumed.",
        };
        if (change.CommandWaits)
        {
            Become(CombinedState, words);
            _actions.Enqueue(new CompleteCommand(CallCommandResult.Done));
        }
        else
        {
            BecomeAndTell(CombinedState, words);
        }

        FitBrowserVideo();
    }

    private void HoldRefused(string why)
    {
        if (_change is not { } change)
        {
            VideoChanged(isRejected: true);
            return;
        }

        CompletePending(new CallCommandResult(
            CallFault.RefusedByNetwork, $"The network refused to {(change.IsHold ? "hold" : "resume")} the call: {why}."));
        _change = null;
        ApplyMedia();
        FitBrowserVideo();
    }

    private void GiveUpWaiting(DirectionChange change)
    {
        CompletePending(new CallCommandResult(CallFault.NetworkSilent, "The network did not answer in time."));
        _change = change with { CommandWaits = false };
    }

    private void CompletePending(CallCommandResult result)
    {
        if (_change is not { CommandWaits: true } change) return;
        _change = change with { CommandWaits = false };
        _actions.Enqueue(new CompleteCommand(result));
    }
}
