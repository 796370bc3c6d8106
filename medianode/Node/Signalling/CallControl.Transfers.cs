using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Protocol.Sdp;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Registrations;
using Byon.MediaNode.Telemetry;
using Byon.Platform.Control;

namespace Byon.MediaNode.Signalling;

/// <summary>Calls on their way to the subscriber's phone, there, and back.</summary>
public sealed partial class CallControl
{
    private readonly Dictionary<string, LiveBridge> _bridges = [];
    private readonly Dictionary<SipSessionId, LiveBridge> _bridgesBySession = [];

    /// <summary>Rings the subscriber's other phones for a call; events tell how it goes.</summary>
    public CallOutcome StartTransfer(Instant now, string callId)
    {
        if (!_calls.TryGetValue(callId, out var live) || live.Call.HasEnded)
            return CallOutcome.Failed(ControlFault.NotFound, "This node does not carry the call.");
        if (live.IsEmergency) return CallOutcome.Failed(ControlFault.IncompatibleState, "An emergency call is not transferred.");
        if (IsDraining) return CallOutcome.Failed(ControlFault.AtCapacity, "The node takes no new work.");

        CallCommandResult? result = null;
        SdpOrigin? towardsFar = null;
        Guarded(now, live, call => result = call.BeginTransfer(now, out towardsFar));
        if (result is { Fault: null } && !_callOptions.TransfersByRefer) Bridge(now, live, towardsFar!);
        return Outcome(live, result ?? CallCommandResult.Incompatible("The call has ended."));
    }

    /// <summary>The phones stop ringing; an event says that the call goes on.</summary>
    public CallOutcome CancelTransfer(Instant now, string callId)
    {
        if (!_calls.TryGetValue(callId, out var live) || live.Call.HasEnded)
            return CallOutcome.Failed(ControlFault.NotFound, "This node does not carry the call.");
        if (live.Bridge is not { } bridge || !bridge.Bridge.TryCancel())
            return CallOutcome.Failed(ControlFault.IncompatibleState, "The call is not being transferred, or too far along.");
        Drain(now, bridge);
        return Outcome(live);
    }

    /// <summary>Brings a call back from the phone to a browser.</summary>
    public CallOutcome RetrieveCall(Instant now, string bridgeId, RetrieveCallCommand command)
    {
        var registration = command.Registration;
        if (!_bridges.TryGetValue(bridgeId, out var bridge) || !bridge.Bridge.HasJoined || bridge.Owner.Record.PhoneNumber != registration.PhoneNumber)
            return CallOutcome.Failed(ControlFault.NotFound, "This node does not carry the call.");
        if (_calls.ContainsKey(command.CallId)) return CallOutcome.Failed(ControlFault.AlreadyExists, "A call with this id exists.");
        if (!bridge.Bridge.IsSettled) return CallOutcome.Failed(ControlFault.IncompatibleState, "The call is changing; try again in a moment.");
        if (!HasRoomFor(1) || media.TryAllocate(command.CallId) is not { } allocation)
            return CallOutcome.Failed(ControlFault.AtCapacity, "The node takes no more calls.");
        if (WebRtcOfferAnswer.OffersVideo(command.OfferSdp)) allocation = WithVideo(command.CallId, allocation);

        // The device may be registered on another node: the call is its device's all the same.
        var owner = Registered(registration.RegistrationId)
            ?? new LiveRegistration(new Registration(InstantOf(now, registration.ExpiresAt), options.RegisterExpires), registration, bridge.Owner.Subscriber);
        var call = Call.TryStart(
            now, command.CallId, new CallParty(PartyAddress.OfNumber(registration.PhoneNumber), null), bridge.OtherParty, command.OfferSdp, allocation,
            _callOptions, entropy, out var why, bridge.Bridge.TowardsFar);
        if (call is null)
        {
            media.Release(command.CallId);
            return CallOutcome.Failed(ControlFault.UnacceptableSdp, $"offer.sdp cannot be used: {why?.Fault}: {why?.Detail}");
        }

        var live = new LiveCall(call, owner, WallNow) { Retrieves = bridge };
        bridge.Retriever = live;
        Add(now, live);
        return Outcome(live);
    }

    private void Bridge(Instant now, LiveCall live, SdpOrigin towardsFar)
    {
        var bridge = new LiveBridge(new PhoneBridge(towardsFar, entropy), live, live.Session!.Value);
        live.Bridge = bridge;
        _bridges.Add(bridge.Id, bridge);
        _bridgesBySession[bridge.Far] = bridge;
        Drain(now, bridge);
    }

    /// <summary>An event of one of a bridge's sessions. Until the phone has the call, the far side's are the browser's, but for the answer to the phone's offer.</summary>
    private void Receive(Instant now, LiveBridge bridge, SipSessionEvent happened)
    {
        if (happened.Session == bridge.Far && bridge.Call is { } call && !bridge.Bridge.Awaits(happened))
        {
            Guarded(now, call, it => it.Receive(now, happened));
            return;
        }

        Guarded(now, bridge, it => it.Receive(happened.Session == bridge.Far ? BridgeSide.Far : BridgeSide.Phone, happened));
    }

    private void Guarded(Instant now, LiveBridge bridge, Action<PhoneBridge> feed)
    {
        try
        {
            feed(bridge.Bridge);
            Drain(now, bridge);
        }
        catch (Exception fault)
        {
            log.CallFault(bridge.Id, "on the phone", fault);
            if (bridge.Call is null) agent.End(now, bridge.Far);
            if (bridge.Phone is { } phone) agent.End(now, phone);
            Forget(bridge);
        }
    }

    private void Drain(Instant now, LiveBridge bridge)
    {
        while (bridge.Bridge.TryDequeue(out var action)) Do(now, bridge, action);
        if (bridge.Bridge.IsOver) Forget(bridge);
    }

    private void Do(Instant now, LiveBridge bridge, BridgeAction action)
    {
        switch (action)
        {
            case InvitePhone: Invite(now, bridge); break;
            case AcknowledgePhone acknowledged: agent.Acknowledge(now, bridge.Phone!.Value, acknowledged.Answer); break;
            case OfferTo offered when SessionOf(bridge, offered.Side) is { } session: agent.Reinvite(now, session, offered.Sdp); break;
            case AcceptOn accepted when SessionOf(bridge, accepted.Side) is { } session: agent.AcceptReinvite(now, session, accepted.Sdp); break;
            case RejectOn rejected when SessionOf(bridge, rejected.Side) is { } session: agent.RejectReinvite(now, session, rejected.Status); break;
            case RefuseReferralOn refused when SessionOf(bridge, refused.Side) is { } session: agent.RejectRefer(now, session, refused.Status); break;
            case EndSide ended when SessionOf(bridge, ended.Side) is { } session: agent.End(now, session); break;
            case Joined: Join(now, bridge); break;
            case GaveUp gaveUp: GiveUp(now, bridge, gaveUp); break;
            case Retrieved retrieved: Retrieve(now, bridge, retrieved.Answer); break;
            case RetrievalRefused refused: RefuseRetrieval(now, bridge, refused); break;
        }
    }

    /// <summary>The other way: the far side calls the number, and the gateway's devices pass.</summary>
    private void ReferToPhone(Instant now, LiveCall live, SipSessionId session)
    {
        var number = PartyAddress.ToRequestUri(PartyAddress.OfNumber(live.Owner.Record.PhoneNumber), options.ImsDomain)!;
        agent.Refer(now, session, SipAgent.ReferToPhones(number));
    }

    private static SipSessionId? SessionOf(LiveBridge bridge, BridgeSide side) => side == BridgeSide.Far ? bridge.Far : bridge.Phone;

    /// <summary>The subscriber's phones see who is on the line by name; the number that calls them is their own.</summary>
    private void Invite(Instant now, LiveBridge bridge)
    {
        var number = PartyAddress.OfNumber(bridge.Owner.Record.PhoneNumber);
        var other = bridge.OtherParty;
        var name = other.Address == PartyAddress.Anonymous ? null : other.Name ?? other.Address[(other.Address.IndexOf(':', StringComparison.Ordinal) + 1)..];
        var phone = agent.Invite(now, new SipInviteRequest(
            bridge.Owner.Sip!.Value, PartyAddress.ToRequestUri(number, options.ImsDomain)!, Offer: null, Anonymous: false, name, _callOptions.TransferTime)
        {
            NotToGateways = true,
        });
        bridge.Phone = phone;
        _bridgesBySession[phone] = bridge;
    }

    private void Join(Instant now, LiveBridge bridge)
    {
        var live = bridge.Call!;
        (bridge.Call, live.Bridge, live.Session, bridge.JoinedAt) = (null, null, null, WallNow);
        _callsBySession.Remove(bridge.Far);
        metrics.CallsTransferred.Add(1, new KeyValuePair<string, object?>("to", "phone"));
        Guarded(now, live, call => call.Transferred(now));
        _ = journal.PutAsync(bridge.Owner.Device, bridge.ToRecord(options.Id));
    }

    private void GiveUp(Instant now, LiveBridge bridge, GaveUp gaveUp)
    {
        _bridgesBySession.Remove(bridge.Far);
        if (bridge.Call is not { } live) return;
        (bridge.Call, live.Bridge) = (null, null);
        metrics.TransfersFailed.Add(1, new KeyValuePair<string, object?>("why", gaveUp.Why.ToString()));
        Guarded(now, live, call => call.TransferFailed(now, gaveUp.Why, gaveUp.HasFarSideMoved));
    }

    private void Retrieve(Instant now, LiveBridge bridge, string answer)
    {
        var live = bridge.Retriever!;
        (bridge.Retriever, live.Retrieves, live.Session) = (null, null, bridge.Far);
        _bridgesBySession.Remove(bridge.Far);
        _callsBySession[bridge.Far] = live;
        metrics.CallsTransferred.Add(1, new KeyValuePair<string, object?>("to", "browser"));
        Guarded(now, live, call => call.Receive(now, new SessionAnswered(bridge.Far, 200, "OK", answer)));
    }

    private void RefuseRetrieval(Instant now, LiveBridge bridge, RetrievalRefused refused)
    {
        if (bridge.Retriever is not { } live) return;
        (bridge.Retriever, live.Retrieves) = (null, null);
        var kind = refused.Status >= 300 ? SipEndingKind.Rejected : SipEndingKind.RemoteBye;
        Guarded(now, live, call => call.Receive(now, new SessionEnded(bridge.Far, new SipEnding(kind, refused.Status, refused.Phrase))));
    }

    /// <summary>The browser's call ended while it was being handed over, or while it was being fetched.</summary>
    private void Leave(Instant now, LiveCall live)
    {
        if (live.Bridge is { } bridge)
        {
            (live.Bridge, bridge.Call) = (null, null);
            _bridgesBySession.Remove(bridge.Far);
            bridge.Bridge.CallEnded();
            Drain(now, bridge);
        }

        if (live.Retrieves is not { } retrieved) return;
        (live.Retrieves, retrieved.Retriever) = (null, null);
        retrieved.Bridge.CancelRetrieval();
        Guarded(now, live, call => call.Receive(now, new SessionEnded(default, new SipEnding(SipEndingKind.Local, 0, "Cancelled"))));
    }

    private void EndBridges(Instant now)
    {
        foreach (var bridge in _bridges.Values.ToList())
        {
            bridge.Bridge.End();
            Drain(now, bridge);
        }
    }

    private void Forget(LiveBridge bridge)
    {
        if (!_bridges.Remove(bridge.Id)) return;
        _bridgesBySession.Remove(bridge.Far);
        if (bridge.Phone is { } phone) _bridgesBySession.Remove(phone);
        if (bridge.JoinedAt is not null) _ = journal.DeleteCallAsync(bridge.Owner.Device, bridge.Id);
    }
}
