namespace Byon.MediaNode.Core.Calls;

/// <summary>The device's own step in a call, as it came through the API.</summary>
public sealed record CallStatusChange(CallState State, string? OfferSdp = null, string? AnswerSdp = null);

/// <summary>Why a call did not do as told.</summary>
public enum CallFault
{
    /// <summary>The command makes no sense in the call's state.</summary>
    IncompatibleState,

    /// <summary>The SDP cannot be used.</summary>
    UnacceptableSdp,

    /// <summary>The network refused the change; the call goes on as before.</summary>
    RefusedByNetwork,

    /// <summary>The network did not answer in time.</summary>
    NetworkSilent,

    /// <summary>More keys than may wait.</summary>
    TooManyKeys,

    /// <summary>The client's mark was used for something else.</summary>
    CorrelatorInUse,
}

/// <summary>Outcome of a command: done, or a fault with one sentence for people.</summary>
public sealed record CallCommandResult(CallFault? Fault, string? Detail)
{
    public static CallCommandResult Done { get; } = new(null, null);

    public static CallCommandResult Incompatible(string detail) => new(CallFault.IncompatibleState, detail);
}

/// <param name="BrowserCodecs">What browsers are offered and answered with, in order of preference.</param>
/// <param name="Codecs">What the IMS is offered, in order of preference; Opus only where the browser speaks it too.</param>
/// <param name="RingTime">How long a call may stay unanswered.</param>
/// <param name="ReinviteTime">How long a Hold or Resume waits for the network before its command fails.</param>
public sealed record CallOptions(
    IReadOnlyList<Media.AudioCodec> BrowserCodecs, IReadOnlyList<Media.AudioCodec> Codecs, TimeSpan RingTime, TimeSpan ReinviteTime)
{
    /// <summary>Our offers to the network name the state of resources (RFC 3312); offers that do so are always answered in kind.</summary>
    public bool OffersPreconditions { get; init; }

    /// <summary>The far side may have the subscriber call somebody else in its place (REFER); the subscriber pays for that call.</summary>
    public bool TakesReferrals { get; init; }

    /// <summary>What declining tells the caller: 603 for the number as a whole; 486 or 480 for this device only.</summary>
    public int DeclineStatus { get; init; } = SipStatus.Decline;

    /// <summary>The far side is asked to call the phone (REFER); else this node puts both together and stays between them.</summary>
    public bool TransfersByRefer { get; init; }

    /// <summary>How long the subscriber's phone may ring for a call that is handed over to it.</summary>
    public TimeSpan TransferTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Keys go by INFO to a peer that takes no telephone events but INFO; else it hears tones.</summary>
    public bool KeysByInfo { get; init; }

    /// <summary>How long a device may take to say whether it wants the video that the far side adds; less than a proxy waits (timer C).</summary>
    public TimeSpan VideoRequestTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long both sides of a call that another node carried have to follow it here.</summary>
    public TimeSpan MoveTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The most that video may take each way, in kbit/s; 0 refuses all video.</summary>
    public int VideoKilobits { get; init; }
}
