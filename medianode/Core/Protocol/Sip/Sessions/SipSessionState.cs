namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>A confirmed session as a value: its dialog can be continued by another node.</summary>
/// <param name="Timer">Null where neither side asked for a session timer.</param>
/// <param name="LocalSdp">Our newest SDP, to be offered again by a refresh.</param>
public sealed record SipSessionState(
    SipDialog Dialog, SipLine Line, bool IsCaller, SessionTimerState? Timer = null, string? LocalSdp = null, bool PeerTakesUpdates = false)
{
    public bool PeerTakesInfo { get; init; }

    /// <summary>Where the node that saved it is reached: our Contact.</summary>
    public SipUri? Contact { get; init; }

    /// <summary>Where the other end of the call is reached, if that is the same node; null where it is not.</summary>
    public SipUri? PeerOnSameNode =>
        Contact is { } contact && Dialog.RemoteTarget is var target && (target.Host, target.Port) == (contact.Host, contact.Port) ? target : null;
}
