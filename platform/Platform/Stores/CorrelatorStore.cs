using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Data.Tables;

namespace Byon.Platform.Stores;

/// <summary>What a client's mark stands for: the call it names, and the addresses it was first sent with.</summary>
/// <param name="Placed">The node has the call, or had it.</param>
/// <param name="ClaimedUntil">Until then whoever made the claim may still be placing the call.</param>
public sealed record CorrelatedCall(string CallId, string Addresses, bool Placed, DateTimeOffset ClaimedUntil, DateTimeOffset ExpiresAt);

/// <summary>
/// Clients' correlators of calls, so that a repeated request places no second call: partition {number}, row a hash of client,
/// subject and correlator. Operations: claim 1, or 2 where the correlator is known; confirm 1; release 1.
/// </summary>
public sealed class CorrelatorStore(TableServiceClient tables)
{
    private const int ClaimAttempts = 4;

    private readonly TableClient _table = tables.GetTableClient(TableNames.Correlators);

    public static string KeyOf(string clientId, string subject, string correlator) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{clientId.Length}:{clientId}{subject.Length}:{subject}{correlator}")));

    /// <summary>
    /// Claims the correlator for a new call; of racing claims one wins. Answers the claim that stands: the caller's own where
    /// its callId comes back, otherwise the earlier one. An expired claim gives way.
    /// </summary>
    public async Task<CorrelatedCall> ClaimAsync(string phoneNumber, string key, CorrelatedCall claim, DateTimeOffset now, CancellationToken cancel)
    {
        var row = Write(phoneNumber, key, claim);
        ETag? expired = null;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (expired is { } etag)
                    await _table.UpdateEntityAsync(row, etag, TableUpdateMode.Replace, cancel);
                else
                    await _table.AddEntityAsync(row, cancel);
                return claim;
            }
            catch (RequestFailedException conflict) when (conflict.IsConflict() && attempt < ClaimAttempts)
            {
                var found = await _table.FindAsync(row.PartitionKey, row.RowKey, cancel);
                if (found is not null && Read(found) is var standing && (standing.ExpiresAt > now || standing.CallId == claim.CallId))
                    return standing;
                expired = found?.ETag;
            }
        }
    }

    /// <summary>Notes that the call was placed.</summary>
    public Task ConfirmAsync(string phoneNumber, string key, CorrelatedCall claim, CancellationToken cancel) =>
        _table.UpsertEntityAsync(Write(phoneNumber, key, claim with { Placed = true }), TableUpdateMode.Replace, cancel);

    /// <summary>Frees a correlator whose call was not placed, so that it can be tried again.</summary>
    public Task ReleaseAsync(string phoneNumber, string key, CancellationToken cancel) =>
        _table.DeleteEntityAsync(TableKey.OfNumber(phoneNumber), key, ETag.All, cancel);

    /// <summary>Deletes what has expired; answers how many rows that were. For a timer.</summary>
    public async Task<int> DeleteExpiredAsync(DateTimeOffset now, CancellationToken cancel)
    {
        var deleted = 0;
        var filter = TableClient.CreateQueryFilter($"ExpiresAt lt {now}");
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancel))
        {
            try
            {
                await _table.DeleteEntityAsync(row.PartitionKey, row.RowKey, row.ETag, cancel);
                deleted++;
            }
            catch (RequestFailedException conflict) when (conflict.IsConflict())
            {
                // Claimed anew since the query.
            }
        }

        return deleted;
    }

    private static TableEntity Write(string phoneNumber, string key, CorrelatedCall claim) => new(TableKey.OfNumber(phoneNumber), key)
    {
        [nameof(claim.CallId)] = claim.CallId,
        [nameof(claim.Addresses)] = claim.Addresses,
        [nameof(claim.Placed)] = claim.Placed,
        [nameof(claim.ClaimedUntil)] = claim.ClaimedUntil,
        [nameof(claim.ExpiresAt)] = claim.ExpiresAt,
    };

    private static CorrelatedCall Read(TableEntity row) => new(
        row.Text(nameof(CorrelatedCall.CallId)),
        row.Text(nameof(CorrelatedCall.Addresses)),
        row.GetBoolean(nameof(CorrelatedCall.Placed)) ?? false,
        row.Time(nameof(CorrelatedCall.ClaimedUntil)),
        row.Time(nameof(CorrelatedCall.ExpiresAt)));
}
