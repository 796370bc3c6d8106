using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Protocol.Sdp;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Telemetry;

namespace Byon.MediaNode.Signalling;

/// <summary>
/// INVITEs of the network until they are answered. Devices that are registered when one comes get an INVITE each from the IMS,
/// which forks by itself; a device that registers while one is open joins it here.
/// </summary>
public sealed partial class CallControl
{
    private void Invited(Instant now, SessionInvited invited)
    {
        if (invited.Replaced is { } replaced)
        {
            TakeOver(now, invited, replaced);
            return;
        }

        if (Refusal(invited) is { } refusal)
        {
            Refuse(now, invited, refusal.Status, refusal.Why);
            return;
        }

        var owner = _registrationsBySip[invited.Registration];
        var fork = new LiveFork(new IncomingFork(invited.Session, now + options.RingTime), invited, owner.Record.PhoneNumber);
        _forks.Add(invited.Session, fork);
        if (Ring(now, fork, owner) is not { } problem) return;
        _forks.Remove(invited.Session);
        Refuse(now, invited, problem.Status, problem.Why);
    }

    /// <summary>Why the node itself turns an INVITE away, before any device hears of it.</summary>
    private (int Status, string Why)? Refusal(SessionInvited invited)
    {
        if (!_registrationsBySip.TryGetValue(invited.Registration, out var owner) || !owner.Registration.IsRegistered)
            return (SipStatus.TemporarilyUnavailable, "its registration is not up");
        // The IMS knew the device a moment before we did: it has joined the call by another device's INVITE.
        if (_forks.Values.Any(fork => fork.Invitation.CallId == invited.CallId && fork.Asked.Contains(owner.Device)))
            return (SipStatus.TemporarilyUnavailable, "the device has it already");
        return NoRoomFor(owner);
    }

    private (int Status, string Why)? NoRoomFor(LiveRegistration owner)
    {
        if (!HasRoomFor(1)) return (SipStatus.ServiceUnavailable, "the node takes no more calls");
        var calls = owner.CallsUnderWay.ToList();
        if (options.Calls.BusyStatus is { } busy && calls.Exists(call => call.Fork is null)) return (busy, "the device is in a call");
        return calls.Count >= MostCallsOfOneRegistration ? (SipStatus.BusyHere, "the device has too many calls") : null;
    }

    private void Refuse(Instant now, SessionInvited invited, int status, string why)
    {
        log.InvitationRefused(why);
        agent.End(now, invited.Session, status);
    }

    /// <summary>A device that has just registered rings for what its number is being called for.</summary>
    private void JoinRingingCalls(Instant now, LiveRegistration arrived)
    {
        var open = _forks.Values
            .Where(fork => fork.PhoneNumber == arrived.Record.PhoneNumber && fork.Fork.TakesMore && !fork.Asked.Contains(arrived.Device))
            .ToList();
        foreach (var fork in open)
        {
            var problem = NoRoomFor(arrived) ?? Ring(now, fork, arrived);
            if (problem is { } why) log.InvitationRefused(why.Why);
            else metrics.CallsJoinedLate.Add(1);
        }
    }

    /// <summary>Offers the call to one device, with media of its own. Null: it rings.</summary>
    private (int Status, string Why)? Ring(Instant now, LiveFork fork, LiveRegistration owner)
    {
        var invited = fork.Invitation;
        var callId = Guid.NewGuid().ToString();
        if (media.TryAllocate(callId) is not { } allocation) return (SipStatus.ServiceUnavailable, "no media port is free");
        var imsOffer = fork.Fork.NewerOffer ?? invited.Offer;
        if (imsOffer is not null && ImsOfferAnswer.OfferedVideo(imsOffer, allocation.Sdes).Count > 0) allocation = WithVideo(callId, allocation);
        var caller = CallerOf(invited);
        var call = Call.TryInvite(
            now, callId, caller, new CallParty(PartyAddress.OfNumber(fork.PhoneNumber), null), imsOffer, allocation,
            _callOptions with { RingTime = fork.Fork.RingsUntil - now }, entropy, out var why, invited.CanAnswerEarly);
        if (call is null)
        {
            media.Release(callId);
            return (SipStatus.NotAcceptableHere, $"its offer cannot be used ({why?.Fault})");
        }

        var live = new LiveCall(call, owner, WallNow) { Fork = fork, Location = invited.Location?.ToRecord() };
        fork.Asked.Add(owner.Device);
        fork.Legs.Add(callId, live);
        fork.Fork.Join(callId);
        Add(now, live);
        if (invited.SessionId is { } name) log.CallNamed(callId, name.ToString());
        return null;
    }

    private static CallParty CallerOf(SessionInvited invited) => new(
        PartyAddress.FromIms(invited.Caller, invited.CallerWithheld), invited.CallerWithheld ? null : Shortened(invited.CallerName));

    private void Drain(Instant now, LiveFork fork)
    {
        while (fork.Fork.TryDequeue(out var action)) Do(now, fork, action);
    }

    private void Do(Instant now, LiveFork fork, ForkAction action)
    {
        switch (action)
        {
            case ForwardProgress forwarded: agent.Progress(now, fork.Session, forwarded.Progress.Status, forwarded.Progress.Sdp); break;
            case ForwardReply { Reply: AcceptReinvite accepted }: agent.AcceptReinvite(now, fork.Session, accepted.Sdp); break;
            case ForwardReply { Reply: RejectReinvite rejected }: agent.RejectReinvite(now, fork.Session, rejected.Status); break;
            case RefuseInvite refused: agent.End(now, fork.Session, refused.Status); break;
            case GiveDialog given when fork.Legs.TryGetValue(given.CallId, out var winner): GiveDialog(now, fork, winner, given); break;
            case EndLeg ended when fork.Legs.TryGetValue(ended.CallId, out var leg): Guarded(now, leg, call => call.Abort(now, ended.End)); break;
            case TellLeg told when fork.Legs.TryGetValue(told.CallId, out var leg): Guarded(now, leg, call => call.Receive(now, told.Event)); break;
        }
    }

    private void GiveDialog(Instant now, LiveFork fork, LiveCall winner, GiveDialog given)
    {
        _forks.Remove(fork.Session);
        fork.Legs.Remove(winner.Call.Description.CallId);
        winner.Fork = null;
        winner.Session = fork.Session;
        _callsBySession[fork.Session] = winner;
        agent.Answer(now, fork.Session, given.Answer.Sdp);
        if (given.NeedsOffer) Guarded(now, winner, call => call.Receive(now, new SessionNeedsOffer(fork.Session)));
    }
}
