using System.Globalization;
using System.Text;
using Azure.Core;

namespace Azure.Data.Tables;

/// <summary>Writes an entity group transaction: one change set of HTTP requests inside a multipart body.</summary>
internal sealed class TableBatch(TableRest rest, string table)
{
    private readonly string _batch = "batch_" + Guid.NewGuid();
    private readonly string _changeSet = "changeset_" + Guid.NewGuid();
    private readonly StringBuilder _body = new();
    private int _actions;

    public string ContentType => "multipart/mixed; boundary=" + _batch;

    public void Add(TableTransactionAction action)
    {
        _actions++;
        var (method, hasBody, conditional) = action.ActionType switch
        {
            TableTransactionActionType.Add => (RequestMethod.Post, true, false),
            TableTransactionActionType.UpdateMerge => (RequestMethod.Patch, true, true),
            TableTransactionActionType.UpdateReplace => (RequestMethod.Put, true, true),
            TableTransactionActionType.UpsertMerge => (RequestMethod.Patch, true, false),
            TableTransactionActionType.UpsertReplace => (RequestMethod.Put, true, false),
            _ => (RequestMethod.Delete, false, true),
        };
        var path = action.ActionType == TableTransactionActionType.Add
            ? table
            : TableRest.EntityPath(table, action.Entity.PartitionKey, action.Entity.RowKey);

        Line($"--{_changeSet}");
        Line("Content-Type: application/http");
        Line("Content-Transfer-Encoding: binary");
        Line("");
        Line($"{method.Method} {rest.Absolute(path)} HTTP/1.1");
        Line("Accept: application/json;odata=minimalmetadata");
        Line("DataServiceVersion: 3.0");
        if (conditional)
            Line($"If-Match: {(action.ETag == default ? ETag.All : action.ETag)}");
        if (hasBody)
        {
            Line("Prefer: return-no-content");
            Line("Content-Type: application/json");
        }

        Line("");
        Line(hasBody ? EntityJson.Write(action.Entity).ToString() : "");
    }

    public BinaryData ToBody()
    {
        if (_actions == 0)
            throw new InvalidOperationException("A transaction needs at least one action.");
        var head = string.Create(CultureInfo.InvariantCulture, $"--{_batch}\r\nContent-Type: multipart/mixed; boundary={_changeSet}\r\n\r\n");
        return BinaryData.FromString($"{head}{_body}--{_changeSet}--\r\n--{_batch}--\r\n");
    }

    private void Line(string text) => _body.Append(text).Append("\r\n");
}
