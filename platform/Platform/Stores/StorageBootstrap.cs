using Azure.Data.Tables;

namespace Byon.Platform.Stores;

/// <summary>Creates what the programs expect to exist. In Azure the infrastructure does; on a desk and in tests this.</summary>
public static class StorageBootstrap
{
    public static Task CreateAllAsync(TableServiceClient tables, CancellationToken cancel) =>
        Task.WhenAll(TableNames.All.Select(name => tables.GetTableClient(name).CreateIfNotExistsAsync(cancel)));
}
