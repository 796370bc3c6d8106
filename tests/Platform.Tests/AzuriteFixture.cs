using Byon.Local.Azurite;

namespace Byon.Tests.Platform.Tests;

/// <summary>One storage emulator, in memory, for all tests of the collection; each test uses its own partitions.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private AzuriteProcess? _azurite;

    public string ConnectionString => _azurite!.ConnectionString;

    public async Task InitializeAsync()
    {
        await AzuriteProcess.EnsureInstalledAsync(AzuriteInstallation.DefaultFolder, CancellationToken.None);
        _azurite = await AzuriteProcess.StartAsync(new AzuriteOptions(AzuriteInstallation.DefaultFolder), CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        if (_azurite is not null)
        {
            await _azurite.DisposeAsync();
        }
    }
}

[CollectionDefinition(Name)]
public sealed class AzuriteCollection : ICollectionFixture<AzuriteFixture>
{
    public const string Name = "Azurite";
}
