namespace Byon.MediaNode.Core.Protocol.Sip;

/// <summary>
/// The SIP engine's front door: owns transactions, dialogs, INVITE sessions and registrations. Fed with whole messages and
/// time, drained for transmits and events; see RFC 3261.
/// </summary>
public sealed class SipAgent(SipAgentOptions options, EntropySource entropy)
{
    public SipAgentOptions Options { get; } = options;

    private readonly EntropySource _entropy = entropy;

    public Instant? NextTimeout => throw new NotImplementedException(_entropy.ToString());

    public void Receive(Instant now, SipFlow flow, ReadOnlySpan<byte> message) => throw new NotImplementedException();

    public void FlowFailed(Instant now, SipFlow flow) => throw new NotImplementedException();

    public void HandleTimeout(Instant now) => throw new NotImplementedException();

    public bool TryDequeue(out SipTransmit transmit) => throw new NotImplementedException();

    public bool TryDequeue([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SipEvent? sipEvent) => throw new NotImplementedException();

    public SipRegistrationId Register(Instant now, SipRegistrationRequest request) => throw new NotImplementedException();

    /// <summary>Registers again at once with another lifetime; answered by RegistrationAccepted or RegistrationFailed.</summary>
    public void Refresh(Instant now, SipRegistrationId registration, TimeSpan expires) => throw new NotImplementedException();

    public void Unregister(Instant now, SipRegistrationId registration) => throw new NotImplementedException();

    public SipSessionId Invite(Instant now, SipInviteRequest request) => throw new NotImplementedException();

    /// <summary>Sends 180 or 183 for an incoming INVITE. The SDP is our answer (or, for an INVITE without offer, our offer).</summary>
    public void Progress(Instant now, SipSessionId session, int status, string? sdp) => throw new NotImplementedException();

    public void Answer(Instant now, SipSessionId session, string sdp) => throw new NotImplementedException();

    public void Reinvite(Instant now, SipSessionId session, string offer) => throw new NotImplementedException();

    public void AcceptReinvite(Instant now, SipSessionId session, string sdp) => throw new NotImplementedException();

    public void RejectReinvite(Instant now, SipSessionId session, int status) => throw new NotImplementedException();

    /// <summary>
    /// Ends a session the way its state asks for: CANCEL before our INVITE is answered (ACK and BYE if a 2xx crosses it), the
    /// given final status for an INVITE we have not answered, BYE in a confirmed dialog. SessionEnded follows.
    /// </summary>
    public void End(Instant now, SipSessionId session, int rejectStatus = 603) => throw new NotImplementedException();
}
