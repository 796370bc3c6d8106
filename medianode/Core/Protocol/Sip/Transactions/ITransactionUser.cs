using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Transactions;

/// <summary>The TU of RFC 3261 §17: a registration, or one piece of an INVITE session.</summary>
internal interface ITransactionUser
{
    /// <summary>Whose deadline may have changed; null for a user that keeps none.</summary>
    ITimed? Timed { get; }

    void Receive(Instant now, SipRequest request, SipResponse response);

    /// <summary>Timer B or F.</summary>
    void TimedOut(Instant now, SipRequest request);

    void Unreachable(Instant now, SipRequest request);
}
