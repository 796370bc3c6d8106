using Azure.Data.Tables;
using Byon.Local.Azurite;
using Byon.Platform.Stores;

namespace Byon.Tests.Platform.Tests;

/// <summary>One storage emulator, in memory, for all tests of the collection; each test uses numbers and names of its own.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private static int _numbers;

    private AzuriteProcess? _azurite;

    public string ConnectionString => _azurite!.ConnectionString;

    public TableServiceClient Tables { get; private set; } = null!;

    /// <summary>A phone number that no other test uses.</summary>
    public static string NewNumber() => "+34600" + Interlocked.Increment(ref _numbers).ToString("D6", System.Globalization.CultureInfo.InvariantCulture);

    public async Task InitializeAsync()
    {
        await AzuriteProcess.EnsureInstalledAsync(AzuriteInstallation.DefaultFolder, CancellationToken.None);
        _azurite = await AzuriteProcess.StartAsync(new AzuriteOptions(AzuriteInstallation.DefaultFolder), CancellationToken.None);
        Tables = new TableServiceClient(ConnectionString);
        await StorageBootstrap.CreateAllAsync(Tables, CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        if (_azurite is not null)
            await _azurite.DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class AzuriteCollection : ICollectionFixture<AzuriteFixture>
{
    public const string Name = "Azurite";
}
