using Azure;
using Azure.Data.Tables;
using Byon.Platform.Events;
using Byon.Platform.Records;

namespace Byon.Platform.Stores;

/// <summary>
/// Calls: partition {number}, row {callId}; the SDPs and the sealed snapshot in binary properties. A call that ended stays readable for
/// <see cref="KeptAfterEnd"/>. Every operation is one, but the list by node, which searches the table: it holds little more
/// than the calls that are up, and only the death of a node asks for it, so that a call's own writes need no index.
/// </summary>
public sealed class CallStore(TableServiceClient tables)
{
    public static readonly TimeSpan KeptAfterEnd = TimeSpan.FromSeconds(60);

    private readonly TableClient _table = tables.GetTableClient(TableNames.Calls);

    public async Task<CallRecord?> GetAsync(string phoneNumber, string callId, CancellationToken cancel)
    {
        var row = await _table.FindAsync(TableKey.OfNumber(phoneNumber), TableKey.Of(callId), cancel);
        return row is null ? null : CallRow.Read(row);
    }

    /// <summary>Inserts or replaces: the caller owns the call.</summary>
    /// <exception cref="ArgumentException">An SDP has more than 64 KiB.</exception>
    public Task PutAsync(CallRecord record, CancellationToken cancel) =>
        _table.UpsertEntityAsync(CallRow.Write(record), TableUpdateMode.Replace, cancel);

    /// <summary>Calls of a node that have not ended.</summary>
    public Task<IReadOnlyList<CallRecord>> ListLiveByNodeAsync(string nodeId, CancellationToken cancel) =>
        ListAsync($"NodeId eq {nodeId} and Live eq {true}", cancel);

    /// <summary>Calls of a number that have not ended and are on a node.</summary>
    public Task<IReadOnlyList<CallRecord>> ListLiveAsync(string phoneNumber, string nodeId, CancellationToken cancel) =>
        ListAsync($"PartitionKey eq {TableKey.OfNumber(phoneNumber)} and NodeId eq {nodeId} and Live eq {true}", cancel);

    /// <summary>The node on which the number is being called and nobody has answered yet; the newest call decides. Null: none.</summary>
    public async Task<string?> FindRingingNodeAsync(string phoneNumber, CancellationToken cancel)
    {
        var ringing = await ListRingingAsync(
            $"PartitionKey eq {TableKey.OfNumber(phoneNumber)} and Live eq {true} and Direction eq {nameof(CallDirection.Incoming)}", cancel);
        return ringing.MaxBy(call => call.CreatedAt)?.NodeId;
    }

    /// <summary>Incoming calls of a device that nobody has answered yet.</summary>
    public Task<IReadOnlyList<CallRecord>> ListRingingAsync(DeviceKey device, CancellationToken cancel) => ListRingingAsync(
        $"PartitionKey eq {TableKey.OfNumber(device.PhoneNumber)} and Live eq {true} and Direction eq {nameof(CallDirection.Incoming)} and DeviceId eq {device.DeviceId}", cancel);

    /// <summary>Calls of a number that were handed over to its phone and can be retrieved.</summary>
    public Task<IReadOnlyList<CallRecord>> ListOnPhoneAsync(string phoneNumber, CancellationToken cancel) =>
        ListAsync($"PartitionKey eq {TableKey.OfNumber(phoneNumber)} and IsOnPhone eq {true}", cancel);

    private async Task<IReadOnlyList<CallRecord>> ListAsync(FormattableString filter, CancellationToken cancel)
    {
        List<CallRecord> found = [];
        await foreach (var row in _table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter(filter), cancellationToken: cancel))
            found.Add(CallRow.Read(row));
        return found;
    }

    private async Task<IReadOnlyList<CallRecord>> ListRingingAsync(FormattableString filter, CancellationToken cancel) =>
        [.. (await ListAsync(filter, cancel)).Where(call => call.Status is CallStatus.Initial or CallStatus.InProgress or CallStatus.Ringing)];

    /// <summary>Calls that ended before a time: a node deletes its own, so these are of nodes that died. Searches the table.</summary>
    public Task<IReadOnlyList<CallRecord>> ListEndedAsync(DateTimeOffset before, CancellationToken cancel) =>
        ListAsync($"Live eq {false} and EndedAt lt {before}", cancel);

    public Task DeleteAsync(string phoneNumber, string callId, CancellationToken cancel) =>
        _table.DeleteEntityAsync(TableKey.OfNumber(phoneNumber), TableKey.Of(callId), ETag.All, cancel);
}
