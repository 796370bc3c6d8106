using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Data.Tables;

/// <summary>The table service of a storage account. The subset of the official client that this project uses.</summary>
public class TableServiceClient
{
    private const int EmulatorPort = 10002;

    private readonly TableRest _rest;

    public TableServiceClient(string connectionString)
        : this(connectionString, new TableClientOptions())
    {
    }

    public TableServiceClient(string connectionString, TableClientOptions options)
    {
        var parsed = new StorageConnectionString(connectionString);
        Uri = parsed.EndpointOf("table", EmulatorPort);
        AccountName = parsed.AccountName;
        _rest = new TableRest(Uri, new TableSharedKeyPolicy(new TableSharedKeyCredential(parsed.AccountName, parsed.AccountKey)), options);
    }

    public TableServiceClient(Uri endpoint, TableSharedKeyCredential credential, TableClientOptions? options = null)
    {
        Uri = endpoint;
        AccountName = credential.AccountName;
        _rest = new TableRest(endpoint, new TableSharedKeyPolicy(credential), options ?? new TableClientOptions());
    }

    public TableServiceClient(Uri endpoint, TokenCredential tokenCredential, TableClientOptions? options = null)
    {
        Uri = endpoint;
        AccountName = endpoint.Host.Split('.')[0];
        _rest = new TableRest(endpoint, new BearerTokenAuthenticationPolicy(tokenCredential, TableClientOptions.Scope), options ?? new TableClientOptions());
    }

    public Uri Uri { get; }

    public string AccountName { get; }

    public virtual TableClient GetTableClient(string tableName)
    {
        ArgumentException.ThrowIfNullOrEmpty(tableName);
        return new TableClient(tableName, AccountName, _rest);
    }
}
