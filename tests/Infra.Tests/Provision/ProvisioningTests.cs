using Azure.Data.Tables;
using Byon.Infra.Provision;
using Byon.Platform.Stores;
using Byon.Tests.Infra.Tests.Rig;
using Byon.Tests.TestKit;
using Microsoft.Extensions.Configuration;

namespace Byon.Tests.Infra.Tests.Provision;

[Collection(StorageTests.Name)]
public sealed class ProvisioningTests(StorageFixture storage) : IDisposable
{
    private static readonly byte[] PoolKey = [.. Enumerable.Repeat((byte)5, 32)];

    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    public void Dispose()
    {
        _folder.Dispose();
        _output.Dispose();
        _errors.Dispose();
    }

    [Fact]
    public async Task What_is_provisioned_is_what_a_node_reads()
    {
        Assert.Equal(0, await RunAsync("""
            [{"number":"+34600111222","identity":"sip:+34600111222@ims.example","user":"u1","password":"p1","name":"Ana"},
             {"number":"+34600111333","identity":"sip:+34600111333@ims.example","user":"u2","password":"p2","emergencyAddress":true}]
            """));
        var store = new SubscriberStore(new TableServiceClient(storage.Connection), PoolKey);
        var first = await store.GetAsync("+34600111222", CancellationToken.None);
        Assert.Equal(("sip:+34600111222@ims.example", "u1", "p1", false), (first!.PublicIdentity, first.PrivateIdentity, first.Password, first.HasEmergencyAddress));
        Assert.True((await store.GetAsync("+34600111333", CancellationToken.None))!.HasEmergencyAddress);
        Assert.Contains("2 subscribers", _output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("p1", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "no subscriber")]
    [InlineData("{}", "not a list")]
    [InlineData("""[{"number":"600111222","identity":"sip:a@b","user":"u","password":"secret-word"}]""", "Entry 1: number")]
    [InlineData("""[{"number":"+34600111222","identity":"tel:+34600111222","user":"u","password":"secret-word"}]""", "Entry 1: identity")]
    [InlineData("""[{"number":"+34600111222","identity":"sip:a@b","password":"secret-word"}]""", "Entry 1: user")]
    [InlineData("""[{"number":"+34600111222","identity":"sip:a@b","user":"u"}]""", "Entry 1: password")]
    [InlineData("[null]", "Entry 1")]
    public async Task An_entry_that_cannot_be_used_is_named(string json, string complaint)
    {
        Assert.Equal(2, await RunAsync(json));
        Assert.Contains(complaint, _errors.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret-word", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_setting_is_named()
    {
        var file = _folder.Write("subscribers.json", """[{"number":"+34600111222","identity":"sip:a@b","user":"u","password":"p"}]""");
        Assert.Equal(2, await Provisioning.RunAsync([file], new ConfigurationBuilder().Build(), _output, _errors));
        Assert.Contains("Storage__", _errors.ToString(), StringComparison.Ordinal);
    }

    private Task<int> RunAsync(string json)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Storage:ConnectionString"] = storage.Connection,
            ["WebPubSub:ConnectionString"] = "Endpoint=http://127.0.0.1:9;AccessKey=a2V5;Version=1.0;",
            ["Control:PoolKey"] = Convert.ToBase64String(PoolKey),
        }).Build();
        return Provisioning.RunAsync([_folder.Write("subscribers.json", json)], settings, _output, _errors);
    }
}
