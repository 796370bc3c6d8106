using Azure.Data.Tables;
using Azure.Storage.Queues;

namespace Byon.Platform.Stores;

/// <summary>Creates what the programs expect to exist. In Azure the infrastructure does; on a desk and in tests this.</summary>
public static class StorageBootstrap
{
    public static Task CreateAllAsync(TableServiceClient tables, CancellationToken cancel) =>
        Task.WhenAll(TableNames.All.Select(name => tables.GetTableClient(name).CreateIfNotExistsAsync(cancel)));

    public static Task CreateAllAsync(QueueServiceClient queues, CancellationToken cancel) =>
        Task.WhenAll(QueueNames.All.Select(name => queues.GetQueueClient(name).CreateIfNotExistsAsync(cancellationToken: cancel)));
}
