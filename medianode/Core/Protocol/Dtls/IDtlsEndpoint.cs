using System.Diagnostics.CodeAnalysis;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Protocol.Dtls;

public enum DtlsState
{
    Handshaking,

    /// <summary>The handshake finished and SRTP keys are there. Whose certificate it was is for the owner to compare.</summary>
    Connected,

    /// <summary>The peer said goodbye (close_notify).</summary>
    Closed,

    /// <summary>The handshake, or a record after it, failed for good; <see cref="IDtlsEndpoint.Failure"/> says why.</summary>
    Failed,
}

/// <summary>
/// One side of a DTLS-SRTP association (RFC 6347, RFC 5764) as bytes in and bytes out. Core knows no more of it; the shell gives an
/// implementation that stands on a TLS library, and tests give a scripted one.
/// </summary>
public interface IDtlsEndpoint : IDisposable
{
    DtlsState State { get; }

    /// <summary>Why the state is <see cref="DtlsState.Failed"/>: the library's words, without anything of the peer's.</summary>
    string? Failure { get; }

    /// <summary>Set once connected.</summary>
    SrtpKeys? SrtpKeys { get; }

    /// <summary>The peer's certificate in DER, once connected: compare it with the fingerprint before any key is used.</summary>
    ReadOnlyMemory<byte> PeerCertificate { get; }

    /// <summary>When the current flight must be sent again; null when nothing is outstanding.</summary>
    Instant? NextTimeout { get; }

    /// <summary>A client sends its first flight; a server does nothing.</summary>
    void Start(Instant now);

    /// <summary>Takes one datagram from the peer. Whatever it holds, this does not throw.</summary>
    void Receive(Instant now, ReadOnlySpan<byte> datagram);

    void HandleTimeout(Instant now);

    /// <summary>The next datagram to send.</summary>
    bool TryDequeue([NotNullWhen(true)] out byte[]? datagram);

    /// <summary>Says goodbye if connected: one last datagram to send.</summary>
    void Close();
}

/// <summary>Makes endpoints that show this node's certificate.</summary>
public interface IDtlsEndpointFactory
{
    IDtlsEndpoint Create(bool client);
}
