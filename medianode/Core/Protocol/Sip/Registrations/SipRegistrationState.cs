using Byon.MediaNode.Core.Protocol.Sip.Sessions;

namespace Byon.MediaNode.Core.Protocol.Sip.Registrations;

/// <summary>A registration as a value: written down, it can be taken up by another node, which goes on refreshing it.</summary>
/// <param name="CSeq">Of the last REGISTER; the Call-ID stays the same for all (RFC 3261 §10.2).</param>
/// <param name="Remaining">What is left of the granted lifetime; zero before the first grant.</param>
public sealed record SipRegistrationState(
    SipRegistrationRequest Request, string CallId, string FromTag, uint CSeq, SipLine Line, TimeSpan Remaining)
{
    /// <summary>The highest sequence number the network has shown with AKA (SQN of TS 33.102); 0 before the first.</summary>
    public ulong AkaSequence { get; init; }
}
