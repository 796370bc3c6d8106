using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Byon.MediaNode.Core.Protocol.Dtls;
using Byon.MediaNode.Native;

namespace Byon.Tests.MediaNode.Tests.Native;

/// <summary>The algorithms that were left are enough for every certificate a browser may show.</summary>
public sealed partial class DtlsAlgorithmsTests
{
    [Theory]
    [InlineData("P-256")]
    [InlineData("P-384")]
    [InlineData("P-521")]
    [InlineData("RSA")]
    [InlineData("RSA-PSS")]
    public void A_certificate_of_any_usual_kind_is_read_and_its_signature_verified(string kind)
    {
        var certificate = OpenSslCertificate.X509_new_ex(DtlsAlgorithms.Context, 0);
        var der = SelfSigned(kind);
        Assert.True(OpenSslCertificate.Read(ref certificate, der));
        Assert.Equal(1, OpenSslCertificate.X509_verify(certificate, OpenSslCertificate.X509_get0_pubkey(certificate)));
        OpenSsl.X509_free(certificate);

        // One bit of the signature, which is what a certificate ends with.
        der[^1] ^= 1;
        certificate = OpenSslCertificate.X509_new_ex(DtlsAlgorithms.Context, 0);
        Assert.True(OpenSslCertificate.Read(ref certificate, der));
        Assert.NotEqual(1, OpenSslCertificate.X509_verify(certificate, OpenSslCertificate.X509_get0_pubkey(certificate)));
        OpenSsl.X509_free(certificate);
    }

    [Fact]
    public void Handshakes_use_a_context_of_their_own() => Assert.NotEqual(0, DtlsAlgorithms.Context);

    [Theory]
    [InlineData("sha-256")]
    [InlineData("sha-384")]
    [InlineData("sha-512")]
    public void A_fingerprint_names_one_certificate_whatever_its_hash(string hash)
    {
        var certificate = SelfSigned("P-256");
        var fingerprint = DtlsFingerprint.Of(certificate, hash);
        Assert.Equal(fingerprint, DtlsFingerprint.Parse($"{hash} {fingerprint.Value.ToLowerInvariant()}"));
        Assert.True(fingerprint.Matches(certificate));
        certificate[^1] ^= 1;
        Assert.False(fingerprint.Matches(certificate));
    }

    private static byte[] SelfSigned(string kind)
    {
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(kind switch
        {
            "P-384" => ECCurve.NamedCurves.nistP384,
            "P-521" => ECCurve.NamedCurves.nistP521,
            _ => ECCurve.NamedCurves.nistP256,
        });
        var request = kind switch
        {
            "RSA" => new CertificateRequest("CN=x", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            "RSA-PSS" => new CertificateRequest("CN=x", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            _ => new CertificateRequest("CN=x", ec, HashAlgorithmName.SHA256),
        };
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return certificate.RawData;
    }

    private static unsafe partial class OpenSslCertificate
    {
        private const string Crypto = "libcrypto.so.3";

        public static bool Read(ref nint certificate, byte[] der)
        {
            fixed (byte* start = der)
            fixed (nint* target = &certificate)
            {
                var at = start;
                return d2i_X509(target, &at, der.Length) != 0;
            }
        }

        [LibraryImport(Crypto)]
        public static partial nint X509_new_ex(nint libraryContext, nint properties);

        [LibraryImport(Crypto)]
        public static partial nint X509_get0_pubkey(nint certificate);

        [LibraryImport(Crypto)]
        public static partial int X509_verify(nint certificate, nint key);

        [LibraryImport(Crypto)]
        private static partial nint d2i_X509(nint* certificate, byte** der, nint length);
    }
}
