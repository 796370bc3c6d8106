using System.Text.Json;
using Azure.Core;

namespace Azure.Data.Tables;

/// <summary>Reads the table service's error body: <c>{"odata.error":{"code":…,"message":{"lang":…,"value":…}}}</c>.</summary>
internal sealed class TableFaultParser : RequestFailedDetailsParser
{
    public static readonly TableFaultParser Instance = new();

    public override bool TryParse(Response response, out ResponseError? error, out IDictionary<string, string>? data)
    {
        data = null;
        error = response.ContentStream is null ? null : Parse(response.Content);
        return error is not null;
    }

    public static ResponseError? Parse(BinaryData body)
    {
        try
        {
            using var json = JsonDocument.Parse(body.ToMemory());
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("odata.error", out var fault))
                return null;
            var message = fault.TryGetProperty("message", out var text) && text.TryGetProperty("value", out var value) ? value.GetString() : null;
            return new ResponseError(fault.GetProperty("code").GetString(), message);
        }
        catch (Exception notTheFormat) when (notTheFormat is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
