using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Storage.Queues;

/// <summary>
/// Signs with SharedKey: HMAC-SHA256 over the verb, the standard headers, the x-ms- headers in order and the resource with its
/// query in order. Runs once per try, because the service refuses a date older than 15 minutes.
/// </summary>
internal sealed class QueueSharedKeyPolicy(string accountName, string accountKey) : HttpPipelineSynchronousPolicy
{
    private readonly byte[] _key = Convert.FromBase64String(accountKey);

    public override void OnSendingRequest(HttpMessage message)
    {
        var request = message.Request;
        request.Headers.SetValue("x-ms-date", DateTimeOffset.UtcNow.ToString("R", CultureInfo.InvariantCulture));
        var signature = Convert.ToBase64String(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(StringToSign(request))));
        request.Headers.SetValue("Authorization", $"SharedKey {accountName}:{signature}");
    }

    private string StringToSign(Request request)
    {
        var text = new StringBuilder().Append(request.Method.Method).Append('\n');
        string[] standard =
        [
            "Content-Encoding", "Content-Language", "Content-Length", "Content-MD5", "Content-Type", "Date",
            "If-Modified-Since", "If-Match", "If-None-Match", "If-Unmodified-Since", "Range",
        ];
        foreach (var name in standard)
            text.Append(ValueOf(request, name)).Append('\n');
        var extensions = request.Headers.Where(header => header.Name.StartsWith("x-ms-", StringComparison.OrdinalIgnoreCase))
            .OrderBy(header => header.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var header in extensions)
            text.Append(header.Name.ToLowerInvariant()).Append(':').Append(header.Value.Trim()).Append('\n');
        return text.Append(Resource(request.Uri.ToUri())).ToString();
    }

    private static string ValueOf(Request request, string name)
    {
        if (name != "Content-Length")
            return request.Headers.TryGetValue(name, out var value) ? value : "";
        return request.Content is { } content && content.TryComputeLength(out var length) && length > 0 ? length.ToString(CultureInfo.InvariantCulture) : "";
    }

    private string Resource(Uri uri)
    {
        var resource = new StringBuilder("/").Append(accountName).Append(uri.AbsolutePath);
        var pairs = uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2));
        foreach (var pair in pairs.OrderBy(pair => pair[0], StringComparer.Ordinal))
            resource.Append('\n').Append(pair[0].ToLowerInvariant()).Append(':').Append(pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : "");
        return resource.ToString();
    }
}
