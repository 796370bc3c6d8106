using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Byon.MediaNode.Io;

namespace Byon.MediaNode;

/// <summary>TLS on the SIP side.</summary>
/// <param name="Port"><c>Node__Sip__Tls__Port</c>: where others connect; 0 or nothing: nowhere.</param>
/// <param name="Certificate"><c>Node__Sip__Tls__Certificate</c>: PEM file with our chain, our own first. Needed to be connected to, and for mutual TLS.</param>
/// <param name="Key"><c>Node__Sip__Tls__Key</c>: PEM file with its key.</param>
/// <param name="Authorities"><c>Node__Sip__Tls__Authorities</c>: PEM file with those who sign peers' certificates; the machine's own list if not set.</param>
/// <param name="IsMutual"><c>Node__Sip__Tls__Mutual</c> (true): whoever connects has to show a certificate.</param>
public sealed record NodeTlsOptions(int Port, string? Certificate, string? Key, string? Authorities, bool IsMutual)
{
    internal static NodeTlsOptions Read(SettingReader settings)
    {
        var options = new NodeTlsOptions(
            (int)settings.Number("Node:Sip:Tls:Port", 0, 0, 65_535), settings.File("Node:Sip:Tls:Certificate"), settings.File("Node:Sip:Tls:Key"),
            settings.File("Node:Sip:Tls:Authorities"), settings.Flag("Node:Sip:Tls:Mutual", true));
        if (options.Port > 0 && options.Certificate is null) throw new NodeOptionsException("Node:Sip:Tls:Certificate", "is missing: Node__Sip__Tls__Port is set.");
        if (options.Certificate is not null && options.Key is null) throw new NodeOptionsException("Node:Sip:Tls:Key", "is missing: Node__Sip__Tls__Certificate is set.");
        return options;
    }

    /// <exception cref="NodeOptionsException">A file holds no certificate or key.</exception>
    internal SipTls Load() => new(Own(), Trusted(), IsMutual);

    private SslStreamCertificateContext? Own()
    {
        if (Certificate is null) return null;
        try
        {
            // By way of PKCS #12, because not every platform takes a key from PEM for TLS.
            using var pem = X509Certificate2.CreateFromPemFile(Certificate, Key);
            var own = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
            return SslStreamCertificateContext.Create(own, Read("Node:Sip:Tls:Certificate", Certificate), offline: true);
        }
        catch (CryptographicException fault)
        {
            throw new NodeOptionsException("Node:Sip:Tls:Certificate", $"cannot be used with its key: {fault.Message}");
        }
    }

    private X509Certificate2Collection? Trusted() => Authorities is null ? null : Read("Node:Sip:Tls:Authorities", Authorities);

    private static X509Certificate2Collection Read(string key, string file)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(file);
        }
        catch (CryptographicException fault)
        {
            throw new NodeOptionsException(key, $"is no PEM file of certificates: {fault.Message}");
        }

        return certificates.Count > 0 ? certificates : throw new NodeOptionsException(key, "holds no certificate.");
    }
}
