using Azure.Data.Tables;
using Byon.Platform.Events;
using Byon.Platform.Records;

namespace Byon.Platform.Stores;

/// <summary>Names of every table, in one place for programs, infrastructure and tests.</summary>
public static class TableNames
{
    public const string Registrations = "registrations";
    public const string Calls = "calls";
    public const string Channels = "channels";
    public const string Events = "events";
    public const string Nodes = "nodes";
    public const string Subscribers = "subscribers";
}

/// <summary>Registrations, partitioned by number. Storage faults surface as Azure.RequestFailedException after its retries.</summary>
public sealed class RegistrationStore(TableServiceClient tables)
{
    private readonly TableServiceClient _tables = tables;

    /// <summary>
    /// Reserves (deviceId, number) and writes the row in one transaction. False: an active registration holds the pair.
    /// An expired one is replaced.
    /// </summary>
    public Task<bool> TryReserveAsync(RegistrationRecord record, DateTimeOffset now, CancellationToken cancel) => throw new NotImplementedException(_tables.ToString());

    public Task<RegistrationRecord?> GetAsync(string phoneNumber, string registrationId, CancellationToken cancel) => throw new NotImplementedException();

    public Task<IReadOnlyList<RegistrationRecord>> ListByNumberAsync(string phoneNumber, CancellationToken cancel) => throw new NotImplementedException();

    public Task<IReadOnlyList<RegistrationRecord>> ListByNodeAsync(string nodeId, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Replaces the row, whoever wrote it last: the caller is its owner.</summary>
    public Task UpdateAsync(RegistrationRecord record, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Takes a registration over from a node that is gone: false where somebody else did.</summary>
    public Task<bool> TryAdoptAsync(RegistrationRecord record, string fromNodeId, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Deletes the row and frees its (deviceId, number). Idempotent.</summary>
    public Task DeleteAsync(RegistrationRecord record, CancellationToken cancel) => throw new NotImplementedException();
}

/// <summary>Calls, partitioned by the subscriber's number. A call that ended stays readable for <see cref="KeptAfterEnd"/>.</summary>
public sealed class CallStore(TableServiceClient tables)
{
    public static readonly TimeSpan KeptAfterEnd = TimeSpan.FromSeconds(60);

    private readonly TableServiceClient _tables = tables;

    public Task<CallRecord?> GetAsync(string phoneNumber, string callId, CancellationToken cancel) => throw new NotImplementedException(_tables.ToString());

    /// <summary>Inserts or replaces: the caller owns the call.</summary>
    public Task PutAsync(CallRecord record, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Calls of a node that have not ended.</summary>
    public Task<IReadOnlyList<CallRecord>> ListLiveByNodeAsync(string nodeId, CancellationToken cancel) => throw new NotImplementedException();

    public Task DeleteAsync(string phoneNumber, string callId, CancellationToken cancel) => throw new NotImplementedException();
}

public sealed class ChannelStore(TableServiceClient tables)
{
    private readonly TableServiceClient _tables = tables;

    public Task PutAsync(ChannelRecord record, CancellationToken cancel) => throw new NotImplementedException(_tables.ToString());

    public Task<ChannelRecord?> GetAsync(DeviceKey device, string channelId, CancellationToken cancel) => throw new NotImplementedException();

    public Task<IReadOnlyList<ChannelRecord>> ListAsync(DeviceKey device, CancellationToken cancel) => throw new NotImplementedException();

    public Task DeleteAsync(DeviceKey device, string channelId, CancellationToken cancel) => throw new NotImplementedException();
}

public sealed class NodeStore(TableServiceClient tables)
{
    private readonly TableServiceClient _tables = tables;

    /// <summary>Inserts or replaces the node's own row.</summary>
    public Task HeartbeatAsync(NodeRecord record, CancellationToken cancel) => throw new NotImplementedException(_tables.ToString());

    public Task<IReadOnlyList<NodeRecord>> ListAsync(CancellationToken cancel) => throw new NotImplementedException();

    public Task<NodeRecord?> GetAsync(string nodeId, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Marks a silent node Gone. True for exactly one caller, which then owns the clean-up.</summary>
    public Task<bool> TryMarkGoneAsync(NodeRecord seen, CancellationToken cancel) => throw new NotImplementedException();

    public Task DeleteAsync(string nodeId, CancellationToken cancel) => throw new NotImplementedException();
}

/// <summary>Provisioned subscribers; passwords are sealed at rest with the pool's key.</summary>
public sealed class SubscriberStore(TableServiceClient tables, ReadOnlyMemory<byte> poolKey)
{
    private readonly TableServiceClient _tables = tables;
    private readonly ReadOnlyMemory<byte> _poolKey = poolKey;

    public Task<SubscriberRecord?> GetAsync(string phoneNumber, CancellationToken cancel) => throw new NotImplementedException(_tables.ToString() + _poolKey.Length);

    public Task PutAsync(SubscriberRecord record, CancellationToken cancel) => throw new NotImplementedException();
}

/// <summary>The ordered event log of each device. One writer per device: the node that holds its registration.</summary>
public sealed class EventLog(TableServiceClient tables)
{
    private readonly TableServiceClient _tables = tables;

    /// <summary>Appends one event: the row and the log's head move in one transaction, so positions have no gap and no twin.</summary>
    public Task<DeviceEvent> AppendAsync(DeviceKey device, DeviceEventData data, DateTimeOffset time, CancellationToken cancel) => throw new NotImplementedException(_tables.ToString());

    /// <summary>Events after a cursor, oldest first, at most <paramref name="limit"/>.</summary>
    public Task<IReadOnlyList<DeviceEvent>> ReadAsync(DeviceKey device, long after, int limit, CancellationToken cancel) => throw new NotImplementedException();
}
