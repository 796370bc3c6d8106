namespace Byon.Tests.Rig;

/// <summary>Something baresip told over its control connection.</summary>
/// <param name="Type">baresip's name: CALL_INCOMING, CALL_RINGING, CALL_ESTABLISHED, CALL_CLOSED, CALL_DTMF_START, REGISTER_OK, …</param>
/// <param name="PeerUri">The other party's SIP URI, for call events.</param>
/// <param name="Parameter">The digit of a DTMF event, the reason of a close.</param>
public sealed record PhoneEvent(string Type, string? PeerUri, string? Parameter);
