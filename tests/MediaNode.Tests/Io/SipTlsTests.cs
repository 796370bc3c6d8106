using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Io;
using Byon.MediaNode.Telemetry;
using Byon.Tests.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Byon.Tests.MediaNode.Tests.Io;

/// <summary>SIP over TLS between two nodes, with certificates that are right and wrong.</summary>
public sealed class SipTlsTests : IDisposable
{
    private const string Options = "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\n"
        + "Call-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";

    private static readonly X509Certificate2 Authority = SelfSigned("CN=authority");
    private static readonly X509Certificate2 Stranger = SelfSigned("CN=stranger");

    private readonly NodeMetrics _metrics = new();
    private readonly List<SipSockets> _all = [];
    private readonly IPEndPoint _server = new(IPAddress.Loopback, FreePorts.Next());
    private readonly ConcurrentQueue<(SipFlow Flow, string Text)> _atServer = new();
    private readonly ConcurrentQueue<string> _atClient = new();
    private readonly ConcurrentQueue<SipFlow> _failed = new();

    private SipFlow ServerFlow => new(SipTransport.Tls, _server);

    [Fact]
    public async Task Two_nodes_that_show_certificates_talk_both_ways_on_one_connection()
    {
        var server = Listen(Signed("pcscf.test", Authority));
        var client = Client(Signed("node.test", Authority), "pcscf.test");
        client.Send(new SipTransmit(ServerFlow, Encoding.UTF8.GetBytes(Options)));
        client.Send(new SipTransmit(ServerFlow, Encoding.UTF8.GetBytes(Options)));
        await WaitFor.TrueAsync(() => _atServer.Count == 2);
        var flow = Assert.Single(_atServer.Select(m => m.Flow).Distinct());
        Assert.Equal(SipTransport.Tls, flow.Transport);
        server.Send(new SipTransmit(flow, Encoding.UTF8.GetBytes(Options)));
        await WaitFor.TrueAsync(() => _atClient.Count == 1);
        Assert.Empty(_failed);
    }

    [Theory]
    [InlineData("other.test", true, true)]
    [InlineData("pcscf.test", false, true)]
    [InlineData("pcscf.test", true, false)]
    public async Task A_certificate_of_another_name_or_signer_or_none_at_all_gets_nowhere(string name, bool rightSigner, bool shows)
    {
        Listen(Signed(name, rightSigner ? Authority : Stranger));
        var client = Client(shows ? Signed("node.test", Authority) : null, "pcscf.test");
        client.Send(new SipTransmit(ServerFlow, Encoding.UTF8.GetBytes(Options)));
        await WaitFor.TrueAsync(() => _failed.Contains(ServerFlow));
        Assert.Empty(_atServer);
    }

    [Fact]
    public async Task Without_TLS_set_up_a_flow_that_needs_it_fails()
    {
        var client = Start(new SipSockets(Anywhere, _metrics, NullLogger<SipSockets>.Instance), _ => { });
        client.Send(new SipTransmit(ServerFlow, Encoding.UTF8.GetBytes(Options)));
        await WaitFor.TrueAsync(() => _failed.Contains(ServerFlow));
    }

    public void Dispose()
    {
        foreach (var sockets in _all) sockets.Dispose();
        _metrics.Dispose();
    }

    private static IPEndPoint Anywhere => new(IPAddress.Loopback, FreePorts.Next());

    private SipSockets Listen(X509Certificate2 own) => Start(
        new SipSockets(Anywhere, _metrics, NullLogger<SipSockets>.Instance, Tls(own), _server.Port), _atServer.Enqueue);

    private SipSockets Client(X509Certificate2? own, string name) => Start(
        new SipSockets(Anywhere, _metrics, NullLogger<SipSockets>.Instance, Tls(own, name)), m => _atClient.Enqueue(m.Text));

    private SipSockets Start(SipSockets sockets, Action<(SipFlow Flow, string Text)> hear)
    {
        _all.Add(sockets);
        sockets.Start(new SipSocketEvents(
            (flow, message) =>
            {
                hear((flow, Encoding.UTF8.GetString(message.Span)));
                return true;
            },
            _failed.Enqueue));
        return sockets;
    }

    private SipTls Tls(X509Certificate2? own, string? serverName = null)
    {
        var tls = new SipTls(
            own is null ? null : SslStreamCertificateContext.Create(own, null, offline: true), [X509CertificateLoader.LoadCertificate(Authority.RawData)], isMutual: true);
        if (serverName is not null) tls.Expect(_server, serverName);
        return tls;
    }

    private static X509Certificate2 SelfSigned(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static X509Certificate2 Signed(string name, X509Certificate2 by)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var serial = RandomNumberGenerator.GetBytes(8);
        using var signed = request.Create(by, DateTimeOffset.UtcNow.AddHours(-12), DateTimeOffset.UtcNow.AddHours(12), serial);
        using var whole = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }
}
