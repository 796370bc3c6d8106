using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Transactions;

/// <summary>A request that no running transaction absorbed.</summary>
/// <param name="Transaction">What it is answered through; null for an ACK, which has no answer.</param>
/// <param name="IsMerged">The same request is worked on already: it came on another path (§8.2.2.2).</param>
internal sealed record RequestArrival(SipRequest Request, ServerTransaction? Transaction, bool IsMerged);
