using Byon.MediaNode.Core.Protocol.Pidf;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip;

/// <summary>Names one INVITE session of a <see cref="SipAgent"/>: the life of a dialog from the INVITE to its end.</summary>
public readonly record struct SipSessionId(long Value);

/// <summary>Names one registration of a <see cref="SipAgent"/>.</summary>
public readonly record struct SipRegistrationId(long Value);

/// <summary>What a <see cref="SipAgent"/> tells its owner.</summary>
public abstract record SipEvent;

/// <summary>What a <see cref="SipAgent"/> tells about one INVITE session.</summary>
public abstract record SipSessionEvent(SipSessionId Session) : SipEvent;

/// <summary>An INVITE arrived outside a dialog and matched the contact of a registration. 100 has been sent.</summary>
/// <param name="Caller">P-Asserted-Identity if present, else From (RFC 3325 §9).</param>
/// <param name="CanAnswerEarly">The caller acknowledges provisional responses (RFC 3262), so an answer in a 183 arrives.</param>
/// <param name="Offer">Null for an INVITE without SDP: our 200 carries the offer, the ACK the answer.</param>
public sealed record SessionInvited(
    SipSessionId Session, SipRegistrationId Registration, SipUri Caller, string? CallerName, bool CallerWithheld,
    SipUri Called, string CallId, string? Offer, bool CanAnswerEarly = false) : SipSessionEvent(Session)
{
    /// <summary>Where the caller is, if the INVITE carried it by value (RFC 6442).</summary>
    public GeoLocation? Location { get; init; }

    /// <summary>What operators trace the call by (RFC 7989).</summary>
    public SessionIdentifier? SessionId { get; init; }

    /// <summary>The session whose place it takes (RFC 3891), allowed to: answer it in that session's stead, and end that one.</summary>
    public SipSessionId? Replaced { get; init; }
}

/// <summary>The INVITE we sent left for the network (first transmission).</summary>
/// <param name="SessionId">What operators trace the call by, through every B2BUA on its way (RFC 7989).</param>
public sealed record SessionInviteSent(SipSessionId Session, string CallId, SessionIdentifier SessionId) : SipSessionEvent(Session);

/// <summary>
/// A provisional response above 100 to our INVITE; a reliable one is acknowledged already. SDP in it is an answer to the first
/// offer (early media), each fork's own.
/// </summary>
/// <param name="MayBeHeard">False where the network forbids to play what comes before the answer (RFC 5009).</param>
public sealed record SessionProgressed(
    SipSessionId Session, int Status, string Phrase, string? Sdp, bool MayBeHeard = true) : SipSessionEvent(Session);

/// <summary>
/// Our INVITE got its 2xx, and the ACK is on its way; for an INVITE without offer the SDP is the peer's, and the ACK waits for
/// <c>SipAgent.Acknowledge</c>. The SDP is the one of the 2xx, else of the same fork's earlier 18x; null
/// where an UPDATE agreed on something since, or where there never was one.
/// </summary>
public sealed record SessionAnswered(SipSessionId Session, int Status, string Phrase, string? Sdp) : SipSessionEvent(Session);

/// <summary>The ACK for our 2xx arrived. SDP in it is the answer to an offer we made in the 2xx.</summary>
public sealed record SessionAcknowledged(SipSessionId Session, string? Sdp) : SipSessionEvent(Session);

/// <summary>A re-INVITE, UPDATE or PRACK with an offer arrived, before or after the 2xx: answer with AcceptReinvite or RejectReinvite. Null offer: the peer wants ours.</summary>
public sealed record SessionReinvited(SipSessionId Session, string? Offer) : SipSessionEvent(Session)
{
    /// <summary>True for a re-INVITE: somebody may be asked before it is answered, as may not be done with UPDATE and PRACK (RFC 3311 §5.2).</summary>
    public bool MayWait { get; init; }
}

/// <summary>The peer took its re-INVITE back before it was answered; there is nothing to answer any more.</summary>
public sealed record SessionReinviteWithdrawn(SipSessionId Session) : SipSessionEvent(Session);

/// <summary>What the caller was told early is not what this side can do: offer anew as soon as the dialog allows it.</summary>
public sealed record SessionNeedsOffer(SipSessionId Session) : SipSessionEvent(Session);

/// <summary>Our re-INVITE was accepted.</summary>
public sealed record SessionReinviteAnswered(SipSessionId Session, string Answer) : SipSessionEvent(Session);

/// <summary>The agent refreshed the session by offering again what stood (RFC 4028); the peer's answer may have changed.</summary>
public sealed record SessionRefreshed(SipSessionId Session, string Answer) : SipSessionEvent(Session);

/// <summary>Our re-INVITE was refused (and, after 491, not retried with success): the session goes on as before.</summary>
public sealed record SessionReinviteRejected(SipSessionId Session, int Status, string Phrase) : SipSessionEvent(Session);

/// <summary>DTMF in an INFO body (application/dtmf-relay), already answered with 200.</summary>
public sealed record SessionInfoDigit(SipSessionId Session, char Digit, TimeSpan Duration) : SipSessionEvent(Session);

/// <summary>What came of a key that was sent by INFO: the status of its response, 408 where none came, 405 where the peer takes no INFO at all.</summary>
public sealed record SessionKeyAnswered(SipSessionId Session, int Status) : SipSessionEvent(Session);

/// <summary>
/// The peer wants the subscriber to call somebody in its place (REFER): answer with AcceptRefer or RejectRefer, and tell by
/// NotifyRefer how the call goes.
/// </summary>
/// <param name="By">Referred-By (RFC 3892), as the peer wrote it.</param>
public sealed record SessionReferred(SipSessionId Session, ReferTarget Target, SipUri? By) : SipSessionEvent(Session);

/// <summary>How the call that our REFER asked for goes: a status of its INVITE, or why the REFER was refused.</summary>
public sealed record SessionReferNotified(SipSessionId Session, int Status, bool IsFinal) : SipSessionEvent(Session);

/// <summary>The session is over. It comes exactly once for each session; the id means nothing afterwards.</summary>
public sealed record SessionEnded(SipSessionId Session, SipEnding Ending) : SipSessionEvent(Session);

/// <summary>Who or what ended an INVITE session.</summary>
public enum SipEndingKind
{
    /// <summary>A final response of 300 or above to our INVITE.</summary>
    Rejected,

    /// <summary>The peer sent BYE.</summary>
    RemoteBye,

    /// <summary>The peer sent CANCEL before we answered (Reason tells whether another fork answered).</summary>
    RemoteCancel,

    /// <summary>We ended it: CANCEL and 487, BYE, or our own final response.</summary>
    Local,

    /// <summary>
    /// No response (timer B or F; status 0), not answered within the ring timeout (status 408), or no ACK for our 2xx
    /// (RFC 3261 §13.3.1.4; status 0).
    /// </summary>
    Timeout,

    /// <summary>The transport told that the peer cannot be reached.</summary>
    Unreachable,
}

/// <param name="Status">The SIP status that ended it (486, 487, …); 0 where no response did.</param>
/// <param name="Phrase">The reason phrase as received, or our own words.</param>
/// <param name="ReasonCause">The cause of a Reason header with protocol SIP (RFC 3326); 200 in a CANCEL means answered elsewhere.</param>
public sealed record SipEnding(SipEndingKind Kind, int Status, string Phrase, int? ReasonCause = null);

/// <summary>What a <see cref="SipAgent"/> tells about one registration.</summary>
public abstract record SipRegistrationEvent(SipRegistrationId Registration) : SipEvent;

/// <summary>A REGISTER (the first one or a refresh) was accepted; the agent refreshes by itself.</summary>
/// <param name="Expires">Granted lifetime from now.</param>
/// <param name="AssociatedUris">P-Associated-URI (RFC 7315 §4.1); empty where absent.</param>
public sealed record RegistrationAccepted(
    SipRegistrationId Registration, TimeSpan Expires, IReadOnlyList<SipUri> AssociatedUris) : SipRegistrationEvent(Registration);

/// <summary>A REGISTER failed for good, and the registration is gone from the agent.</summary>
/// <param name="Status">The SIP status; 0 for a timeout or transport failure.</param>
/// <param name="CredentialsRefused">The registrar challenged again after our digest: the password is wrong.</param>
public sealed record RegistrationFailed(
    SipRegistrationId Registration, int Status, string Phrase, bool CredentialsRefused) : SipRegistrationEvent(Registration);

/// <summary>
/// A refresh that was asked for did not succeed (no answer, 408, 480 or 5xx). The registration stands until its granted lifetime
/// ends, and the agent goes on trying; RegistrationAccepted or RegistrationFailed follows.
/// </summary>
/// <param name="Status">The SIP status; 0 for a timeout or transport failure.</param>
public sealed record RegistrationRefreshFailed(SipRegistrationId Registration, int Status, string Phrase) : SipRegistrationEvent(Registration);

/// <summary>The de-REGISTER is done: accepted, or given up after its timeout.</summary>
public sealed record RegistrationRemoved(SipRegistrationId Registration) : SipRegistrationEvent(Registration);
