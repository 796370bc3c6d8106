using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Data.Tables;

/// <summary>Requests of the table service: addresses, common headers, and the line between success and exception.</summary>
internal sealed class TableRest
{
    private readonly HttpPipeline _pipeline;
    private readonly Uri _endpoint;

    public TableRest(Uri endpoint, HttpPipelinePolicy authentication, TableClientOptions options)
    {
        _endpoint = endpoint;
        var pipeline = new HttpPipelineOptions(options) { RequestFailedDetailsParser = TableFaultParser.Instance };
        pipeline.PerRetryPolicies.Add(authentication);
        _pipeline = HttpPipelineBuilder.Build(pipeline);
    }

    /// <summary>Quotes are doubled and the rest percent-encoded: <c>t(PartitionKey='p',RowKey='r')</c>.</summary>
    public static string EntityPath(string table, string partitionKey, string rowKey) =>
        $"{table}(PartitionKey='{Quoted(partitionKey)}',RowKey='{Quoted(rowKey)}')";

    public string Absolute(string path) => $"{_endpoint.AbsoluteUri.TrimEnd('/')}/{path}";

    /// <param name="path">Escaped, below the endpoint, query included.</param>
    public HttpMessage Message(RequestMethod method, string path, BinaryData? body = null)
    {
        var message = _pipeline.CreateMessage();
        var request = message.Request;
        request.Method = method;
        request.Uri.Reset(new Uri(Absolute(path)));
        request.Headers.Add("x-ms-version", TableClientOptions.Version);
        request.Headers.Add("DataServiceVersion", "3.0");
        request.Headers.Add("Accept", "application/json;odata=minimalmetadata");
        if (body is not null)
        {
            request.Content = RequestContent.Create(body);
            request.Headers.Add("Content-Type", "application/json");
            request.Headers.Add("Prefer", "return-no-content");
        }

        return message;
    }

    /// <exception cref="RequestFailedException">Any answer that is neither success nor expected.</exception>
    public async Task<Response> SendAsync(HttpMessage message, CancellationToken cancel, params int[] expected)
    {
        // The answer is buffered and outlives the message: disposing of the message would take its content away.
        using var request = message.Request;
        await _pipeline.SendAsync(message, cancel).ConfigureAwait(false);
        var response = message.Response;
        return response.Status is >= 200 and < 300 || expected.Contains(response.Status) ? response : throw new RequestFailedException(response);
    }

    private static string Quoted(string key) => Uri.EscapeDataString(key.Replace("'", "''", StringComparison.Ordinal));
}
