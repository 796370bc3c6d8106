using System.Globalization;
using System.Text.Json;
using Azure.Core;
using Azure.Data.Tables.Models;

namespace Azure.Data.Tables;

/// <summary>One table. Entities are read and written as <see cref="TableEntity"/>.</summary>
public class TableClient
{
    private readonly TableRest _rest;

    internal TableClient(string name, string accountName, TableRest rest)
    {
        Name = name;
        AccountName = accountName;
        _rest = rest;
    }

    public string Name { get; }

    public string AccountName { get; }

    /// <summary>Writes interpolated values as OData literals, so that no value can change the filter.</summary>
    public static string CreateQueryFilter(FormattableString filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var literals = Array.ConvertAll(filter.GetArguments(), object? (value) => Literal(value));
        return string.Format(CultureInfo.InvariantCulture, filter.Format, literals);
    }

    public virtual async Task<Response<TableItem>> CreateIfNotExistsAsync(CancellationToken cancellationToken = default)
    {
        var body = BinaryData.FromString($$"""{"TableName":"{{Name}}"}""");
        var response = await _rest.SendAsync(_rest.Message(RequestMethod.Post, "Tables", body), cancellationToken, 409).ConfigureAwait(false);
        if (response.Status == 409 && TableFaultParser.Parse(response.Content)?.Code != TableErrorCode.TableAlreadyExists)
            throw new RequestFailedException(response);
        return Response.FromValue(new TableItem(Name), response);
    }

    public virtual Task<Response> DeleteAsync(CancellationToken cancellationToken = default) =>
        _rest.SendAsync(_rest.Message(RequestMethod.Delete, $"Tables('{Name}')"), cancellationToken, 404);

    public virtual Task<Response> AddEntityAsync<T>(T entity, CancellationToken cancellationToken = default) where T : ITableEntity =>
        _rest.SendAsync(_rest.Message(RequestMethod.Post, Name, EntityJson.Write(entity)), cancellationToken);

    public virtual Task<Response> UpsertEntityAsync<T>(
        T entity, TableUpdateMode mode = TableUpdateMode.Merge, CancellationToken cancellationToken = default) where T : ITableEntity =>
        _rest.SendAsync(WriteMessage(entity, mode), cancellationToken);

    public virtual Task<Response> UpdateEntityAsync<T>(
        T entity, ETag ifMatch, TableUpdateMode mode = TableUpdateMode.Merge, CancellationToken cancellationToken = default) where T : ITableEntity
    {
        var message = WriteMessage(entity, mode);
        message.Request.Headers.Add("If-Match", ifMatch.ToString());
        return _rest.SendAsync(message, cancellationToken);
    }

    /// <summary>A missing entity is no fault: the answer's status is 404 then.</summary>
    public virtual Task<Response> DeleteEntityAsync(
        string partitionKey, string rowKey, ETag ifMatch = default, CancellationToken cancellationToken = default)
    {
        var message = _rest.Message(RequestMethod.Delete, TableRest.EntityPath(Name, partitionKey, rowKey));
        message.Request.Headers.Add("If-Match", ifMatch == default ? ETag.All.ToString() : ifMatch.ToString());
        return _rest.SendAsync(message, cancellationToken, 404);
    }

    public virtual async Task<Response<T>> GetEntityAsync<T>(
        string partitionKey, string rowKey, IEnumerable<string>? select = null, CancellationToken cancellationToken = default)
        where T : class, ITableEntity
    {
        var response = await _rest.SendAsync(ReadMessage(partitionKey, rowKey, select), cancellationToken).ConfigureAwait(false);
        return Response.FromValue(ReadEntity<T>(response), response);
    }

    public virtual async Task<NullableResponse<T>> GetEntityIfExistsAsync<T>(
        string partitionKey, string rowKey, IEnumerable<string>? select = null, CancellationToken cancellationToken = default)
        where T : class, ITableEntity
    {
        var response = await _rest.SendAsync(ReadMessage(partitionKey, rowKey, select), cancellationToken, 404).ConfigureAwait(false);
        return new FoundOrNot<T>(response.Status == 404 ? null : ReadEntity<T>(response), response);
    }

    public virtual AsyncPageable<T> QueryAsync<T>(
        string? filter = null, int? maxPerPage = null, IEnumerable<string>? select = null, CancellationToken cancellationToken = default)
        where T : class, ITableEntity =>
        new TableQuery<T>(_rest, Name, filter, maxPerPage, SelectQuery(select), cancellationToken);

    /// <summary>All actions or none. The answers are in the order of the actions and hold the new ETags.</summary>
    /// <exception cref="TableTransactionFailedException">The service refused the transaction.</exception>
    public virtual async Task<Response<IReadOnlyList<Response>>> SubmitTransactionAsync(
        IEnumerable<TableTransactionAction> transactionActions, CancellationToken cancellationToken = default)
    {
        var batch = new TableBatch(_rest, Name);
        foreach (var action in transactionActions)
            batch.Add(action);
        var message = _rest.Message(RequestMethod.Post, "$batch");
        message.Request.Content = RequestContent.Create(batch.ToBody());
        message.Request.Headers.Add("Content-Type", batch.ContentType);
        Response response;
        try
        {
            response = await _rest.SendAsync(message, cancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException refused) when (refused.Status is >= 400 and < 500)
        {
            throw new TableTransactionFailedException(refused, null);
        }

        return Response.FromValue(TableBatchAnswer.Read(response), response);
    }

    internal static T ReadEntity<T>(JsonElement json) where T : class, ITableEntity =>
        EntityJson.Read(json) as T ?? throw new NotSupportedException($"Entities are read as {nameof(TableEntity)} only; {typeof(T).Name} would need reflection.");

    private static T ReadEntity<T>(Response response) where T : class, ITableEntity
    {
        using var json = JsonDocument.Parse(response.Content.ToMemory());
        var entity = ReadEntity<T>(json.RootElement);
        if (response.Headers.ETag is { } etag)
            entity.ETag = etag;
        return entity;
    }

    private HttpMessage ReadMessage(string partitionKey, string rowKey, IEnumerable<string>? select)
    {
        var query = SelectQuery(select);
        return _rest.Message(RequestMethod.Get, TableRest.EntityPath(Name, partitionKey, rowKey) + (query is null ? "" : "?" + query));
    }

    private HttpMessage WriteMessage(ITableEntity entity, TableUpdateMode mode) => _rest.Message(
        mode == TableUpdateMode.Merge ? RequestMethod.Patch : RequestMethod.Put,
        TableRest.EntityPath(Name, entity.PartitionKey, entity.RowKey),
        EntityJson.Write(entity));

    private static string? SelectQuery(IEnumerable<string>? select) =>
        select is null ? null : "$select=" + Uri.EscapeDataString(string.Join(',', select));

    private static string Literal(object? value) => value switch
    {
        string text => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'",
        bool flag => flag ? "true" : "false",
        int number => number.ToString(CultureInfo.InvariantCulture),
        long number => number.ToString(CultureInfo.InvariantCulture) + "L",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        DateTimeOffset time => $"datetime'{EntityJson.TimeText(time)}'",
        Guid guid => $"guid'{guid}'",
        byte[] bytes => $"X'{Convert.ToHexStringLower(bytes)}'",
        _ => throw new NotSupportedException($"A filter holds no {value?.GetType().Name ?? "null"}."),
    };

    private sealed class FoundOrNot<T>(T? value, Response response) : NullableResponse<T>
    {
        public override bool HasValue => value is not null;

        public override T Value => value ?? throw new InvalidOperationException("The entity does not exist: look at HasValue first.");

        public override Response GetRawResponse() => response;
    }
}
