using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Byon.MediaNode.Io;

/// <summary>
/// TLS for SIP connections (RFC 3261 §26.2, RFC 5922): the peer's certificate is always verified, and both sides show one where
/// that is asked for.
/// </summary>
/// <param name="own">Shown to peers; null for a node that only opens connections and has none.</param>
/// <param name="authorities">Who may have signed the peers' certificates; null: the machine's own list.</param>
/// <param name="isMutual">Whoever connects has to show a certificate as well.</param>
public sealed class SipTls(SslStreamCertificateContext? own, X509Certificate2Collection? authorities, bool isMutual)
{
    private readonly ConcurrentDictionary<IPEndPoint, string> _names = new();

    /// <summary>Whether others may connect.</summary>
    public bool CanListen => own is not null;

    /// <summary>The name whose server this is: its certificate must carry it (RFC 5922 §7.2). An address without a name stands for itself.</summary>
    public void Expect(IPEndPoint remote, string name) => _names[remote] = name;

    internal async Task<Stream> ConnectAsync(Stream connection, IPEndPoint remote, CancellationToken cancel)
    {
        var secured = new SslStream(connection);
        await secured.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = _names.GetValueOrDefault(remote) ?? remote.Address.ToString(),
                ClientCertificateContext = own,
                CertificateChainPolicy = Policy(),
            },
            cancel);
        return secured;
    }

    internal async Task<Stream> AcceptAsync(Stream connection, CancellationToken cancel)
    {
        var secured = new SslStream(connection);
        await secured.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificateContext = own,
                ClientCertificateRequired = isMutual,
                CertificateChainPolicy = Policy(),
            },
            cancel);
        return secured;
    }

    private X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck };
        if (authorities is null) return policy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
