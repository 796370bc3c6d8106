using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Journaling;
using Byon.Platform.Events;
using Byon.Platform.Records;

namespace Byon.MediaNode.Signalling;

/// <summary>A call that this node carries: the state machine, its SIP session, its row.</summary>
internal sealed class LiveCall(Call call, LiveRegistration owner, DateTimeOffset createdAt) : Sleeper
{
    public Call Call { get; } = call;

    public LiveRegistration Owner { get; } = owner;

    public DateTimeOffset CreatedAt { get; } = createdAt;

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Null while the INVITE of an incoming call is unanswered: then the fork has it.</summary>
    public SipSessionId? Session { get; set; }

    /// <summary>The session that is to take its place, or null.</summary>
    public SipSessionId? Successor { get; set; }

    /// <summary>Where it is on its way to the subscriber's phone.</summary>
    public LiveBridge? Bridge { get; set; }

    /// <summary>Where it is to come back from the subscriber's phone, until it has.</summary>
    public LiveBridge? Retrieves { get; set; }

    /// <summary>The unanswered INVITE that this call is a leg of.</summary>
    public LiveFork? Fork { get; set; }

    /// <summary>Somebody calls, and the device has not answered yet.</summary>
    public bool IsRinging => Call.Description is
    {
        Direction: Core.Calls.CallDirection.Incoming,
        State: CallState.Initial or CallState.InProgress or CallState.Ringing or CallState.Proceeding or CallState.Waiting,
    };

    /// <summary>Whom an outgoing call invites; null for one that began elsewhere.</summary>
    public SipUri? Target { get; init; }

    /// <summary>As whom the subscriber calls; null where the subscriber was called.</summary>
    public CallerPresentation? Presentation { get; init; }

    public string? ClientCorrelator { get; init; }

    /// <summary>It outlives its registration: nobody who calls for help is cut off by a timer.</summary>
    public bool IsEmergency { get; init; }

    /// <summary>Where the caller was when the call began.</summary>
    public CallLocation? Location { get; init; }

    /// <summary>How it sounded; null until its media was released.</summary>
    public CallQuality? Quality { get; set; }

    /// <summary>What the newest row was written from.</summary>
    public CallDescription? Written { get; set; }

    /// <summary>What another node could go on with, as the newest row has it; null while the call is not connected.</summary>
    public SavedCall? Saved { get; set; }

    /// <summary>When it came here from another node; null for a call that began here.</summary>
    public Instant? TakenUpAt { get; init; }

    /// <summary>What came for it while another node is asked to go on with it; null while nobody is.</summary>
    public List<Action<Instant>>? Missed { get; set; }

    /// <summary>Completes when the newest row is stored; false where it never will be.</summary>
    public Task<bool> RowStored { get; set; } = Task.FromResult(true);

    /// <summary>The change whose outcome the network decides.</summary>
    public TaskCompletionSource<CallOutcome>? Pending { get; set; }
}

/// <summary>A call that has ended and whose row is deleted when its grace time is over.</summary>
internal sealed class EndedCall(string callId, DeviceKey device) : Sleeper
{
    public string CallId { get; } = callId;

    public DeviceKey Device { get; } = device;
}
