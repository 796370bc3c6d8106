using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Byon.MediaNode.Core.Protocol.Dtls;

namespace Byon.MediaNode.Native;

/// <summary>
/// The node's DTLS identity: a self-signed P-256 certificate and its key, as bytes, so that another node can be given them together
/// with a call. Browsers know it only by its fingerprint in our SDP (RFC 8122).
/// </summary>
/// <param name="certificate">DER.</param>
/// <param name="privateKey">ECPrivateKey in DER (RFC 5915). A secret.</param>
public sealed class DtlsCertificate(ReadOnlyMemory<byte> certificate, ReadOnlyMemory<byte> privateKey)
{
    public ReadOnlyMemory<byte> Certificate { get; } = certificate;

    public ReadOnlyMemory<byte> PrivateKey { get; } = privateKey;

    public DtlsFingerprint Fingerprint { get; } = DtlsFingerprint.Of(certificate.Span);

    /// <summary>A new key and certificate. The name tells nothing of the node, since it goes over the wire in clear.</summary>
    public static DtlsCertificate Create(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=WebRTC", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(1));
        return new DtlsCertificate(certificate.RawData, key.ExportECPrivateKey());
    }
}
