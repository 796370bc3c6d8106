using System.Net;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Pidf;
using Byon.MediaNode.Core.Protocol.Sdp;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Journaling;
using Byon.MediaNode.Telemetry;
using Byon.Platform.Control;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.MediaNode.Signalling;

/// <summary>A command's outcome on the loop: the row as it is being written, or why not.</summary>
/// <param name="Stored">Completes when the row is stored.</param>
public sealed record CallOutcome(CallRecord? Record, Task<bool> Stored, ControlProblem? Problem)
{
    public static CallOutcome Failed(ControlFault fault, string detail) => new(null, Task.FromResult(false), new ControlProblem(fault, detail));
}

/// <summary>The calls this node carries.</summary>
public sealed partial class CallControl
{
    /// <summary>A device rings for one and talks on one; some may wait. More is refused as busy.</summary>
    private const int MostCallsOfOneRegistration = 4;

    private const int LongestName = 256;

    public CallOutcome StartCall(Instant now, StartCallCommand command)
    {
        if (Registered(command.RegistrationId) is not { } owner || owner.Record.PhoneNumber != command.PhoneNumber)
            return CallOutcome.Failed(ControlFault.NotFound, "This node does not hold the registration.");
        if (_calls.ContainsKey(command.CallId))
            return CallOutcome.Failed(ControlFault.AlreadyExists, "A call with this id exists.");
        if (PartyAddress.ToRequestUri(command.ReceiverAddress, options.ImsDomain) is not { } target)
            return CallOutcome.Failed(ControlFault.RefusedByIms, "The receiver's address means nothing to this network.");
        if ((!HasRoomFor(1) && !command.Emergency) || media.TryAllocate(command.CallId) is not { } allocation)
            return CallOutcome.Failed(ControlFault.AtCapacity, "The node takes no more calls.");
        if (WebRtcOfferAnswer.OffersVideo(command.OfferSdp)) allocation = WithVideo(command.CallId, allocation);

        var call = Call.TryStart(
            now, command.CallId, new CallParty(command.OriginatorAddress, command.OriginatorName),
            new CallParty(command.ReceiverAddress, command.ReceiverName), command.OfferSdp, allocation, _callOptions, entropy, out var why);
        if (call is null)
        {
            media.Release(command.CallId);
            return CallOutcome.Failed(ControlFault.UnacceptableSdp, $"offer.sdp cannot be used: {why?.Fault}: {why?.Detail}");
        }

        var live = new LiveCall(call, owner, WallNow)
        {
            Target = target,
            Presentation = new CallerPresentation(command.Anonymous && !command.Emergency, command.OriginatorName),
            IsEmergency = command.Emergency,
            Location = command.Location,
            ClientCorrelator = command.ClientCorrelator,
        };
        Add(now, live);
        return Outcome(live);
    }

    /// <summary>The device's own step. The task completes when the network has decided, where it has a say.</summary>
    public Task<CallOutcome> ChangeStatus(Instant now, string callId, ChangeStatusCommand command)
    {
        if (!_calls.TryGetValue(callId, out var live) || live.Call.HasEnded)
            return Task.FromResult(CallOutcome.Failed(ControlFault.NotFound, "This node does not carry the call."));
        if (command.Status.ToRequestedState() is not { } state)
            return Task.FromResult(CallOutcome.Failed(ControlFault.IncompatibleState, $"A device cannot make a call {command.Status}."));

        if (command.OfferSdp is { } offer && !live.Call.HasVideoPorts && WebRtcOfferAnswer.OffersVideo(offer) && TryAddVideo(callId) is { } video)
            live.Call.AddVideoPorts(video);
        CallCommandResult? result = null;
        Guarded(now, live, call => result = call.ChangeStatus(now, new CallStatusChange(state, command.OfferSdp, command.AnswerSdp)));
        if (result is null && !live.Call.HasEnded)
        {
            live.Pending = new TaskCompletionSource<CallOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
            return live.Pending.Task;
        }

        return Task.FromResult(Outcome(live, result ?? CallCommandResult.Incompatible("The call has ended.")));
    }

    /// <summary>The network adds video to a call that has no ports for it yet.</summary>
    private void AddVideo(LiveCall live, string imsOffer)
    {
        if (live.Call.NeedsVideoPorts(imsOffer) && TryAddVideo(live.Call.Description.CallId) is { } video) live.Call.AddVideoPorts(video);
    }

    private MediaAllocation WithVideo(string callId, MediaAllocation allocation) => allocation with { ImsVideo = TryAddVideo(callId) };

    /// <summary>Null where this node has no video, or no ports for it: the call goes on without.</summary>
    private IPEndPoint? TryAddVideo(string callId) => options.Media.VideoKilobits > 0 ? media.TryAddVideo(callId) : null;

    /// <summary>Presses keys towards the network; what does not go out at once waits for its turn.</summary>
    public CallOutcome PressKeys(Instant now, string callId, PressKeysCommand command)
    {
        if (!_calls.TryGetValue(callId, out var live) || live.Call.HasEnded)
            return CallOutcome.Failed(ControlFault.NotFound, "This node does not carry the call.");
        var keys = new KeySequence(command.Keys, TimeSpan.FromMilliseconds(command.Duration), TimeSpan.FromMilliseconds(command.Gap), command.ClientCorrelator);
        CallCommandResult? result = null;
        Guarded(now, live, call => result = call.PressKeys(now, keys));
        return Outcome(live, result ?? CallCommandResult.Incompatible("The call has ended."));
    }

    /// <summary>The device ends its call.</summary>
    public CallOutcome EndCall(Instant now, string callId)
    {
        if (!_calls.TryGetValue(callId, out var live) || live.Call.HasEnded)
            return CallOutcome.Failed(ControlFault.NotFound, "This node does not carry the call.");
        Guarded(now, live, call => call.End(now));
        return Outcome(live);
    }

    /// <summary>Ends a call for a reason of the node's; nothing happens where it has ended.</summary>
    public void Abort(Instant now, string callId, CallEnd end)
    {
        if (_calls.TryGetValue(callId, out var live)) Guarded(now, live, call => call.Abort(now, end));
    }

    public void AbortAll(Instant now, CallEnd end)
    {
        foreach (var live in _calls.Values.ToList()) Guarded(now, live, call => call.Abort(now, end));
        EndBridges(now);
    }

    public void Receive(Instant now, string callId, MediaEvent mediaEvent)
    {
        if (_leaving.TryGetValue(callId, out var leaving)) leaving.Missed!.Add(at => Receive(at, callId, mediaEvent));
        if (!_calls.TryGetValue(callId, out var live) || live.IsEmergency && mediaEvent is NetworkMediaLost) return;
        if (live.TakenUpAt is { } since && mediaEvent is FirstWebRtcAudio or FirstImsAudio) metrics.HeardAfterMove(now - since, mediaEvent is FirstWebRtcAudio);
        Guarded(now, live, call => call.Receive(now, mediaEvent));
    }

    /// <summary>Deletes the row of a call that another node left behind, when its grace time is over.</summary>
    public void ForgetLater(Instant now, CallRecord record) => _wakeups.Set(
        new EndedCall(record.CallId, new DeviceKey(record.PhoneNumber, record.DeviceId)), now + CallStore.KeptAfterEnd);

    private CallOutcome Outcome(LiveCall live) => new(live.ToRecord(live.Call.Description, options.Id), live.RowStored, null);

    private CallOutcome Outcome(LiveCall live, CallCommandResult result) =>
        result.Fault is null ? Outcome(live) : new CallOutcome(null, live.RowStored, result.ToProblem());

    /// <summary>Decides the change that waits for the network. The row it answers with goes out first.</summary>
    private void Complete(Instant now, LiveCall live, CallCommandResult result)
    {
        if (live.Pending is not { } pending) return;
        live.Pending = null;
        Write(now, live);
        pending.TrySetResult(Outcome(live, result));
    }

    private static string? Shortened(string? name) => name is { Length: > LongestName } ? name[..LongestName] : name;

    private void Add(Instant now, LiveCall live)
    {
        var direction = live.Call.Description.Direction.ToString();
        metrics.CallsStarted.Add(1, new KeyValuePair<string, object?>("direction", direction));
        log.CallStarted(live.Call.Description.CallId, direction);
        _calls.Add(live.Call.Description.CallId, live);
        live.Owner.Calls.Add(live);
        Guarded(now, live, _ => { });
    }

    private void Drain(Instant now, LiveCall live)
    {
        while (live.Call.TryDequeue(out var action)) Do(now, live, action);
        if (live.Call.HasEnded) Leave(now, live);
        Write(now, live);
        if (live.Call.IsOver) Forget(now, live);
        else _wakeups.Set(live, live.Call.NextTimeout);
    }

    private void Do(Instant now, LiveCall live, CallAction action)
    {
        var callId = live.Call.Description.CallId;
        switch (action)
        {
            case SendInvite invite when live.Retrieves is { } bridge:
                bridge.Bridge.Retrieve(invite.Offer);
                Drain(now, bridge);
                break;
            case SendInvite invite: Invite(now, live, invite.Offer); break;
            case SendProgress or SendAnswer or EndSession or AcceptReinvite or RejectReinvite when live.Fork is { } fork:
                fork.Fork.Receive(callId, action);
                Drain(now, fork);
                break;
            case SendReinvite reinvite when live.Session is { } session: agent.Reinvite(now, session, reinvite.Offer); break;
            case AcceptReinvite accepted when live.Session is { } session: agent.AcceptReinvite(now, session, accepted.Sdp); break;
            case RejectReinvite rejected when live.Session is { } session: agent.RejectReinvite(now, session, rejected.Status); break;
            case EndSession end when live.Session is { } session: agent.End(now, session, end.RejectStatus); break;
            case InviteReferred referred: InviteReferred(now, live, referred); break;
            case RefuseReferral refused when live.Session is { } session: agent.RejectRefer(now, session, refused.Status); break;
            case NotifyReferrer notified when live.Session is { } session: agent.NotifyRefer(now, session, notified.Status); break;
            case Core.Calls.ReferToPhone when live.Session is { } session: ReferToPhone(now, live, session); break;
            case OnSuccessor it when live.Successor is { } successor: Do(now, live, successor, it.Action); break;
            case AdoptSuccessor when live.Successor is { } successor: Adopt(now, live, successor); break;
            case ApplyMedia apply: media.Apply(callId, apply.Plan); break;
            case SendKey key when live.Session is { } session: agent.SendKey(now, session, key.Key, key.Duration); break;
            case PressKey pressed: media.Press(callId, pressed.Press); break;
            case ReleaseMedia:
                Judge(live, callId);
                media.Release(callId);
                break;
            case TellEvent told: Tell(now, live, told); break;
            case TellMilestone milestone:
                milestones.Tell(live.Owner.Device, new(callId, milestone.Milestone, milestone.Detail), WallNow);
                break;
            case CompleteCommand completed: Complete(now, live, completed.Result); break;
        }
    }

    private void Invite(Instant now, LiveCall live, string offer)
    {
        var caller = live.Presentation!;
        var request = new SipInviteRequest(
            live.Owner.Sip!.Value, live.Target!, offer, caller.IsAnonymous, caller.Name,
            // The call's own timer decides; this one is for the case that the call is gone.
            options.RingTime + TimeSpan.FromSeconds(15))
        {
            IsEmergency = live.IsEmergency,
            Location = SipLocationOf(live),
        };
        // The one before, where there was one, was refused with what it offered.
        if (live.Session is { } refused) _callsBySession.Remove(refused);
        var session = agent.Invite(now, request);
        live.Session = session;
        _callsBySession[session] = live;
    }

    /// <summary>A caller who withholds the number is not named by the location either.</summary>
    private static SipLocation? SipLocationOf(LiveCall live)
    {
        if (live.Location?.ToGeo() is not { } location) return null;
        var document = live.Presentation!.IsAnonymous
            ? PidfLoWriter.Write(location, "pres:anonymous@anonymous.invalid", InstanceOf(live.Call.Description.CallId))
            : PidfLoWriter.Write(location, live.Owner.Subscriber.PublicIdentity, InstanceOf(live.Owner.Record.DeviceId));
        return new SipLocation(document, MayRoute: live.IsEmergency);
    }

    /// <summary>Notes how a call sounded, while its media still knows.</summary>
    private void Judge(LiveCall live, string callId)
    {
        live.Quality = media.Statistics(callId)?.ToQuality();
        if (live.Quality is not { } quality) return;
        metrics.Judge("browser", quality.Browser);
        metrics.Judge("network", quality.Network);
    }

    private void Tell(Instant now, LiveCall live, TellEvent told)
    {
        if (told.Call.End is { } end)
        {
            metrics.CallsEnded.Add(1, new("class", end.Class.ToString()), new("reason", end.Reason));
            log.CallEnded(told.Call.CallId, end.Class.ToString(), end.Reason);
        }

        // The row first: who is told of a state must be able to read it.
        Write(live, told.Call, SavedOf(now, live));
        _ = journal.TellAsync(live.Owner.Device, live.ToEventData(told) with { Line = NewLineOf(live.Owner) }, WallNow);
    }

    /// <summary>Null where it is what was told last.</summary>
    private static LineStatus? NewLineOf(LiveRegistration owner)
    {
        var line = LineStatus.Idle;
        foreach (var call in owner.CallsUnderWay)
        {
            var one = call.IsRinging ? LineStatus.Ringing : LineStatus.OnThePhone;
            if (one > line) line = one;
        }

        if (owner.Line == line) return null;
        owner.Line = line;
        return line;
    }

    private void Write(Instant now, LiveCall live) => Write(live, live.Call.Description, SavedOf(now, live));

    private void Write(LiveCall live, CallDescription description, SavedCall? saved)
    {
        if (live.Written == description && SavedCall.AreAlike(live.Saved, saved)) return;
        (live.Written, live.Saved) = (description, saved);
        if (description.End is not null) live.EndedAt ??= WallNow;
        live.RowStored = journal.PutAsync(live.Owner.Device, live.ToRecord(description, options.Id), saved);
    }

    private void Forget(Instant now, LiveCall live)
    {
        if (!_calls.Remove(live.Call.Description.CallId)) return;
        live.Owner.Calls.Remove(live);
        _wakeups.Set(live, null);
        if (live.Session is { } session) _callsBySession.Remove(session);
        DropSuccessor(live);
        live.Fork?.Legs.Remove(live.Call.Description.CallId);
        Complete(now, live, CallCommandResult.Incompatible("The call has ended."));
        _wakeups.Set(new EndedCall(live.Call.Description.CallId, live.Owner.Device), now + CallStore.KeptAfterEnd);
    }
}
