using Azure;
using Azure.Data.Tables;
using Byon.Platform.Records;

namespace Byon.Platform.Stores;

/// <summary>
/// A node offers a registration to another one. The offer stands in the row, and only who names it can take the registration: a
/// node that is slow to answer comes too late once its offer was withdrawn, and its calls are in one hand. Each costs 2 operations.
/// </summary>
public sealed partial class RegistrationStore
{
    private const string Offer = "Offer";

    private const int WithdrawAttempts = 5;

    /// <summary>Null where the registration is not that of the record's node, or was being changed.</summary>
    public async Task<Guid?> OfferAsync(RegistrationRecord record, CancellationToken cancel)
    {
        if (await FindOfNodeAsync(record, cancel) is not { } row) return null;
        var offer = Guid.NewGuid();
        return await TryMarkAsync(row, offer, cancel) ? offer : null;
    }

    /// <summary>Whatever was offered cannot be taken any more. False where it has been: the registration is another node's.</summary>
    public async Task<bool> TryWithdrawAsync(RegistrationRecord record, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < WithdrawAttempts; attempt++)
        {
            var row = await FindAsync(record, cancel);
            if (row is not null && RegistrationRow.Read(row).NodeId != record.NodeId) return false;
            if (row is null || await TryMarkAsync(row, Guid.Empty, cancel)) return true;
        }

        // Nobody but its node changes a row so often, and every change of its node's takes the offer out.
        return true;
    }

    /// <summary>Takes a registration that its node has offered: false where the offer does not stand any more.</summary>
    public async Task<bool> TryTakeAsync(RegistrationRecord record, string fromNodeId, Guid offer, CancellationToken cancel)
    {
        var row = await FindOfNodeAsync(record with { NodeId = fromNodeId }, cancel);
        return offer != Guid.Empty && row?.GetGuid(Offer) == offer && await TryAdoptAsync(record, fromNodeId, row, cancel);
    }

    private Task<TableEntity?> FindAsync(RegistrationRecord record, CancellationToken cancel) =>
        _table.FindAsync(TableKey.OfNumber(record.PhoneNumber), TableKey.Of(record.RegistrationId), cancel);

    private async Task<TableEntity?> FindOfNodeAsync(RegistrationRecord record, CancellationToken cancel) =>
        await FindAsync(record, cancel) is { } row && RegistrationRow.Read(row).NodeId == record.NodeId ? row : null;

    private async Task<bool> TryMarkAsync(TableEntity row, Guid offer, CancellationToken cancel)
    {
        try
        {
            await _table.UpdateEntityAsync(new TableEntity(row.PartitionKey, row.RowKey) { [Offer] = offer }, row.ETag, TableUpdateMode.Merge, cancel);
            return true;
        }
        catch (RequestFailedException conflict) when (conflict.IsConflict() || conflict.Status == 404)
        {
            return false;
        }
    }
}
