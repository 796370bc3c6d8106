namespace Byon.MediaNode.Core.Protocol.Sip.Transactions;

/// <summary>The timers of RFC 3261 table 4 and RFC 6026 §7, by their letters.</summary>
internal enum TransactionTimer
{
    /// <summary>INVITE client: retransmit.</summary>
    A,

    /// <summary>INVITE client: give up.</summary>
    B,

    /// <summary>INVITE client: absorb repeated final responses.</summary>
    D,

    /// <summary>Non-INVITE client: retransmit.</summary>
    E,

    /// <summary>Non-INVITE client: give up.</summary>
    F,

    /// <summary>INVITE server: repeat the final response.</summary>
    G,

    /// <summary>INVITE server: give up waiting for ACK.</summary>
    H,

    /// <summary>INVITE server: absorb repeated ACKs.</summary>
    I,

    /// <summary>Non-INVITE server: absorb repeated requests.</summary>
    J,

    /// <summary>Non-INVITE client: absorb repeated responses.</summary>
    K,

    /// <summary>INVITE server: absorb repeated INVITEs after a 2xx.</summary>
    L,

    /// <summary>INVITE client: pass on 2xx responses of further forks.</summary>
    M,
}
