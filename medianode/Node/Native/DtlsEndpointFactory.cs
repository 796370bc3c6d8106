using System.Runtime.InteropServices;
using Byon.MediaNode.Core.Protocol.Dtls;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Native;

/// <summary>
/// DTLS 1.2 endpoints on libssl, all showing one certificate. Any thread may create endpoints; each endpoint belongs to the thread
/// that uses it.
/// </summary>
public sealed unsafe class DtlsEndpointFactory : IDtlsEndpointFactory, IDisposable
{
    /// <summary>Enough for any certificate a browser makes for itself, and a bound on what a handshake can make us hold.</summary>
    private const int MaxCertificateList = 16 * 1024;

    /// <summary>Those of our kind of certificate; the shorter key first, which is no weaker link here and the faster one.</summary>
    private const string CipherSuites = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305";

    private static readonly SrtpProfile[] AllProfiles = [SrtpProfile.AeadAes128Gcm, SrtpProfile.Aes128CmHmacSha1, SrtpProfile.Aes128CmHmacSha1Short];

    private readonly SslContextHandle _context;

    /// <param name="profiles">Of SRTP, to be offered or taken, the best first; null for all that the node speaks.</param>
    public DtlsEndpointFactory(DtlsCertificate certificate, IReadOnlyList<SrtpProfile>? profiles = null)
    {
        _context = OpenSsl.SSL_CTX_new_ex(DtlsAlgorithms.Context, 0, OpenSsl.DTLS_method());
        if (_context.IsInvalid) throw new InvalidOperationException("libssl gave no context.");
        OpenSsl.SSL_CTX_set_options(_context, OpenSsl.OptionNoQueryMtu | OpenSsl.OptionNoTicket | OpenSsl.OptionNoRenegotiation);
        OpenSsl.SSL_CTX_ctrl(_context, OpenSsl.ControlSetSessionCacheMode, 0, 0);
        OpenSsl.SSL_CTX_ctrl(_context, OpenSsl.ControlSetMaxCertificateList, MaxCertificateList, 0);
        OpenSsl.SSL_CTX_set_verify(_context, OpenSsl.VerifyPeer | OpenSsl.VerifyFailIfNoPeerCertificate, 0);
        OpenSsl.SSL_CTX_set_cert_verify_callback(_context, &AcceptAnyChain, 0);

        var isSet = OpenSsl.SSL_CTX_ctrl(_context, OpenSsl.ControlSetMinimumVersion, OpenSsl.Dtls12, 0) == 1
            && OpenSsl.SSL_CTX_set_cipher_list(_context, CipherSuites) == 1
            && OpenSsl.SSL_CTX_set_tlsext_use_srtp(_context, string.Join(':', (profiles ?? AllProfiles).Select(NameOf))) == 0
            && OpenSsl.SSL_CTX_use_certificate_ASN1(_context, certificate.Certificate.Length, certificate.Certificate.Span) == 1
            && OpenSsl.SSL_CTX_use_PrivateKey_ASN1(OpenSsl.KeyTypeEc, _context, certificate.PrivateKey.Span, certificate.PrivateKey.Length) == 1;
        if (!isSet) throw new InvalidOperationException($"libssl refused the DTLS settings: {DtlsEndpoint.LastError()}");
    }

    public IDtlsEndpoint Create(bool client) => new DtlsEndpoint(_context, client);

    public void Dispose() => _context.Dispose();

    /// <summary>As libssl has it (SSL_CTX_set_tlsext_use_srtp(3)).</summary>
    private static string NameOf(SrtpProfile profile) => profile switch
    {
        SrtpProfile.AeadAes128Gcm => "SRTP_AEAD_AES_128_GCM",
        SrtpProfile.Aes128CmHmacSha1 => "SRTP_AES128_CM_SHA1_80",
        _ => "SRTP_AES128_CM_SHA1_32",
    };

    /// <summary>
    /// Certificates of WebRTC are self-signed and named by their fingerprint (RFC 8122): the chain says nothing. libssl still checks
    /// that the peer has the private key.
    /// </summary>
    [UnmanagedCallersOnly]
    private static int AcceptAnyChain(nint store, nint argument) => 1;
}
