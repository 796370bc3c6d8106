using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Transactions;

internal enum ClientTransactionOutcome
{
    Response,

    /// <summary>Timer B or F.</summary>
    TimedOut,

    /// <summary>The transport failed before a final response.</summary>
    Unreachable,
}

/// <param name="Response">Set with that outcome only.</param>
internal sealed record ClientTransactionEvent(ClientTransactionOutcome Outcome, SipResponse? Response);
