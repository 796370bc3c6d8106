using System.Globalization;
using System.Security.Cryptography;
using Azure.Data.Tables;
using Byon.Local.Azurite;
using Byon.Local.WebPubSub;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Tests.Rig;

/// <summary>Storage and Web PubSub for all tests of whole nodes. Each test has numbers, devices and node ids of its own.</summary>
public sealed class NodeFixture : IAsyncLifetime
{
    private static int _numbers;

    private AzuriteProcess? _azurite;
    private WebPubSubDouble? _webPubSub;

    public byte[] PoolKey { get; } = RandomNumberGenerator.GetBytes(32);

    public string StorageConnection => _azurite!.ConnectionString;

    public int TablePort => _azurite!.TablePort;

    public int QueuePort => _azurite!.QueuePort;

    public string WebPubSubConnection => _webPubSub!.ConnectionString;

    public TableServiceClient Tables { get; private set; } = null!;

    public CallStore Calls => new(Tables);

    public RegistrationStore Registrations => new(Tables);

    public NodeStore Nodes => new(Tables);

    public EventLog Events => new(Tables);

    public async Task InitializeAsync()
    {
        await AzuriteProcess.EnsureInstalledAsync(AzuriteInstallation.DefaultFolder, CancellationToken.None);
        _azurite = await AzuriteProcess.StartAsync(new AzuriteOptions(AzuriteInstallation.DefaultFolder), CancellationToken.None);
        _webPubSub = await WebPubSubDouble.StartAsync(new WebPubSubDoubleOptions(FreePorts.Next(), "test-access-key-of-some-length"), CancellationToken.None);
        Tables = new TableServiceClient(StorageConnection);
        await StorageBootstrap.CreateAllAsync(Tables, CancellationToken.None);
    }

    /// <summary>A provisioned subscriber whose number no other test uses.</summary>
    public async Task<string> NewSubscriberAsync()
    {
        var number = "+34611" + Interlocked.Increment(ref _numbers).ToString("D6", CultureInfo.InvariantCulture);
        await new SubscriberStore(Tables, PoolKey).PutAsync(
            new SubscriberRecord(number, $"sip:{number}@{FakeIms.Domain}", $"{number}@{FakeIms.Domain}", "secret"), CancellationToken.None);
        return number;
    }

    public async Task DisposeAsync()
    {
        if (_webPubSub is not null) await _webPubSub.DisposeAsync();
        if (_azurite is not null) await _azurite.DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class NodeTests : ICollectionFixture<NodeFixture>
{
    public const string Name = "Nodes";
}

/// <summary>Nodes that end, with tables of their own: whoever else is in a pool may take over. Most of their time is waiting, beside the other tests.</summary>
[CollectionDefinition(Name)]
public sealed class PoolTests : ICollectionFixture<NodeFixture>
{
    public const string Name = "Pool";
}
