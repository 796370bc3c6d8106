namespace Byon.MediaNode.Core.Calls;

/// <summary>
/// A connected call as a value: with the SIP dialog and the media session's own state it is all another node needs to carry the
/// call on. Deadlines are not part of it, since a connected call has none; a hold that waits for the network is not either, since
/// its command died with the node that was asked.
/// </summary>
/// <param name="HeldHere">This side holds the call.</param>
/// <param name="FarSideHolds">The far side holds the call.</param>
/// <param name="WasEverHeld">Decides between Connected and Resume.</param>
public sealed record CallSnapshot(
    CallDescription Description, WebRtcLeg WebRtc, ImsLeg Ims, bool Alerted, bool HeldHere, bool FarSideHolds, bool WasEverHeld,
    bool AwaitsAnswerInAck)
{
    /// <summary>Keys that are yet to be pressed; null where there are none.</summary>
    public KeyQueueState? Keys { get; init; }

    /// <summary>The peer does not take keys by INFO.</summary>
    public bool RefusedInfo { get; init; }
}
