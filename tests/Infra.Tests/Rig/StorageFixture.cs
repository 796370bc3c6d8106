using Azure.Data.Tables;
using Azure.Storage.Queues;
using Byon.Local.Azurite;
using Byon.Platform.Stores;

namespace Byon.Tests.Infra.Tests.Rig;

/// <summary>Storage with every table and queue, for tests that run a whole program.</summary>
public sealed class StorageFixture : IAsyncLifetime
{
    private AzuriteProcess? _azurite;

    public string Connection => _azurite!.ConnectionString;

    public async Task InitializeAsync()
    {
        await AzuriteProcess.EnsureInstalledAsync(AzuriteInstallation.DefaultFolder, CancellationToken.None);
        _azurite = await AzuriteProcess.StartAsync(new AzuriteOptions(AzuriteInstallation.DefaultFolder), CancellationToken.None);
        await StorageBootstrap.CreateAllAsync(new TableServiceClient(Connection), CancellationToken.None);
        await StorageBootstrap.CreateAllAsync(new QueueServiceClient(Connection), CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        if (_azurite is not null) await _azurite.DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class StorageTests : ICollectionFixture<StorageFixture>
{
    public const string Name = "Storage";
}
