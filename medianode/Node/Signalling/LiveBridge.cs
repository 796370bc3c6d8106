using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.Platform.Records;

namespace Byon.MediaNode.Signalling;

/// <summary>A call on its way to the subscriber's phone, or there: the state machine, its two SIP sessions, its row.</summary>
internal sealed class LiveBridge(PhoneBridge bridge, LiveCall call, SipSessionId far)
{
    public string Id { get; } = Guid.NewGuid().ToString();

    public PhoneBridge Bridge { get; } = bridge;

    public LiveRegistration Owner { get; } = call.Owner;

    /// <summary>The call as it was when it left the browser.</summary>
    public CallDescription Description { get; } = call.Call.Description;

    public SipSessionId Far { get; } = far;

    public SipSessionId? Phone { get; set; }

    /// <summary>The browser's call, until the phone has it.</summary>
    public LiveCall? Call { get; set; } = call;

    /// <summary>The browser's call that wants it back.</summary>
    public LiveCall? Retriever { get; set; }

    /// <summary>Since when the phone has it.</summary>
    public DateTimeOffset? JoinedAt { get; set; }

    public CallParty OtherParty =>
        Description.Direction == Core.Calls.CallDirection.Outgoing ? Description.Receiver : Description.Originator;

    /// <summary>Lets functions find the call; it is gone once the call is.</summary>
    public CallRecord ToRecord(string nodeId)
    {
        var owner = Owner.Record;
        return new CallRecord(
            Id, owner.PhoneNumber, owner.RegistrationId, owner.DeviceId, owner.ClientId, owner.Subject, nodeId,
            Description.Direction == Core.Calls.CallDirection.Outgoing ? Platform.Records.CallDirection.Outgoing : Platform.Records.CallDirection.Incoming,
            CallStatus.Connected, Description.Originator.Address, Description.Originator.Name, Description.Receiver.Address,
            Description.Receiver.Name, null, null, null, null, 0, JoinedAt!.Value, null)
        {
            IsOnPhone = true,
        };
    }
}
