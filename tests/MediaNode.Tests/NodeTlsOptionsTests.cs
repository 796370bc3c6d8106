using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Byon.MediaNode;
using Microsoft.Extensions.Configuration;

namespace Byon.Tests.MediaNode.Tests;

public sealed class NodeTlsOptionsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tls");

    [Fact]
    public void A_chain_and_its_key_are_loaded_from_PEM_files()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var own = new CertificateRequest("CN=node.test", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var options = Read(("Port", "5061"), ("Certificate", Write("own.pem", own.ExportCertificatePem())), ("Key", Write("key.pem", key.ExportPkcs8PrivateKeyPem())));
        Assert.True(options.Load().CanListen);
        Assert.True(options.IsMutual);
        Assert.False(Read().Load().CanListen);
    }

    [Theory]
    [InlineData("Certificate", "/nowhere/own.pem")]
    [InlineData("Authorities", "/nowhere/ca.pem")]
    public void A_file_that_is_not_there_is_named(string setting, string path) =>
        Assert.Equal($"Node:Sip:Tls:{setting}", Assert.Throws<NodeOptionsException>(() => Read((setting, path))).Setting);

    [Fact]
    public void A_port_needs_a_certificate_and_a_certificate_its_key()
    {
        Assert.Equal("Node:Sip:Tls:Certificate", Assert.Throws<NodeOptionsException>(() => Read(("Port", "5061"))).Setting);
        var pem = Write("own.pem", "nonsense");
        Assert.Equal("Node:Sip:Tls:Key", Assert.Throws<NodeOptionsException>(() => Read(("Certificate", pem))).Setting);
        var broken = Read(("Certificate", pem), ("Key", pem));
        Assert.Equal("Node:Sip:Tls:Certificate", Assert.Throws<NodeOptionsException>(() => broken.Load()).Setting);
        var unsigned = Read(("Authorities", pem));
        Assert.Equal("Node:Sip:Tls:Authorities", Assert.Throws<NodeOptionsException>(() => unsigned.Load()).Setting);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static NodeTlsOptions Read(params (string Key, string Value)[] settings) => NodeTlsOptions.Read(new SettingReader(
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => $"Node:Sip:Tls:{s.Key}", s => (string?)s.Value)).Build()));

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
