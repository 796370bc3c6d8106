using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure.Core;

namespace Azure.Data.Tables;

/// <summary>
/// The pages of a query. A page may be empty and still carry a continuation (at partition-server boundaries, or after five
/// seconds of searching), so only the headers say where the end is. Tokens are the two next keys, joined by a space.
/// </summary>
internal sealed class TableQuery<T>(TableRest rest, string table, string? filter, int? top, string? select, CancellationToken cancel) : AsyncPageable<T>(cancel)
    where T : class, ITableEntity
{
    private const string NextPartitionKey = "x-ms-continuation-NextPartitionKey";
    private const string NextRowKey = "x-ms-continuation-NextRowKey";

    public override async IAsyncEnumerable<Page<T>> AsPages(string? continuationToken = null, int? pageSizeHint = null)
    {
        await foreach (var page in ReadAsync(continuationToken, pageSizeHint ?? top, CancellationToken).ConfigureAwait(false))
            yield return page;
    }

    private async IAsyncEnumerable<Page<T>> ReadAsync(string? token, int? pageSize, [EnumeratorCancellation] CancellationToken stop)
    {
        do
        {
            var response = await rest.SendAsync(rest.Message(RequestMethod.Get, Path(token, pageSize)), stop).ConfigureAwait(false);
            token = TokenOf(response);
            yield return Page<T>.FromValues(Values(response), token, response);
        }
        while (token is not null);
    }

    private string Path(string? token, int? pageSize)
    {
        List<string> query = [];
        if (filter is not null)
            query.Add("$filter=" + Uri.EscapeDataString(filter));
        if (pageSize is not null)
            query.Add($"$top={pageSize}");
        if (select is not null)
            query.Add(select);
        if (token is not null)
        {
            var keys = token.Split(' ', 2);
            query.Add("NextPartitionKey=" + Uri.EscapeDataString(keys[0]));
            if (keys.Length > 1)
                query.Add("NextRowKey=" + Uri.EscapeDataString(keys[1]));
        }

        return $"{table}()" + (query.Count == 0 ? "" : "?" + string.Join('&', query));
    }

    private static string? TokenOf(Response response)
    {
        if (!response.Headers.TryGetValue(NextPartitionKey, out var partition))
            return null;
        return response.Headers.TryGetValue(NextRowKey, out var row) && !string.IsNullOrEmpty(row) ? $"{partition} {row}" : partition;
    }

    private static List<T> Values(Response response)
    {
        using var json = JsonDocument.Parse(response.Content.ToMemory());
        return [.. json.RootElement.GetProperty("value").EnumerateArray().Select(TableClient.ReadEntity<T>)];
    }
}
