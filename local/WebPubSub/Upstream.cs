using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Byon.Local.WebPubSub;

/// <summary>What a connect handler decided. Null members leave the connection as its token says.</summary>
/// <param name="Status">200 or 204 lets the client in.</param>
internal sealed record ConnectAnswer(int Status, string? UserId = null, string? Subprotocol = null, string[]? Groups = null, string[]? Roles = null)
{
    public bool IsAllowed => Status is 200 or 204;
}

/// <summary>
/// Calls to event handlers: CloudEvents 1.0 in HTTP's binary mode, signed. A handler is called only after it has agreed to it
/// (CloudEvents abuse protection: OPTIONS with WebHook-Request-Origin).
/// </summary>
internal sealed class Upstream(WebPubSubDoubleOptions options, TimeProvider time) : IDisposable
{
    private const string Origin = "double.webpubsub.azure.com";

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };
    private volatile bool _agreed;

    private UpstreamHandler? Handler => options.Handler;

    public bool Handles(string hub, string systemEvent) => IsOf(hub) && Handler!.SystemEvents.Contains(systemEvent);

    public bool HandlesUserEvents(string hub) => IsOf(hub) && Handler!.UserEvents;

    /// <summary>Asks whether a client may come in, and as whom.</summary>
    public async Task<ConnectAnswer> ConnectAsync(ClientConnection connection, HttpRequest request, IReadOnlyList<string> subprotocols)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["claims"] = new Dictionary<string, string[]>(),
            ["query"] = request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray()),
            ["headers"] = request.Headers.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray()),
            ["subprotocols"] = subprotocols,
            ["clientCertificates"] = Array.Empty<object>(),
        });
        using var response = await PostAsync(connection, "sys.connect", "connect", body, "application/json; charset=utf-8");
        if (response is null || (int)response.StatusCode != 200)
            return new ConnectAnswer((int?)response?.StatusCode ?? 500);
        var answer = await response.Content.ReadAsByteArrayAsync();
        using var json = JsonDocument.Parse(answer.Length == 0 ? "{}"u8.ToArray() : answer);
        return new ConnectAnswer(200, Text(json, "userId"), Text(json, "subprotocol"), Texts(json, "groups"), Texts(json, "roles"));
    }

    /// <summary>Told without waiting for an answer.</summary>
    public void Connected(ClientConnection connection) => Tell(connection, "connected", "{}"u8.ToArray());

    public void Disconnected(ClientConnection connection) =>
        Tell(connection, "disconnected", JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["reason"] = connection.CloseReason }));

    /// <summary>Hands a client's event over and waits. The answer's body goes to the client; null where the connection has to end.</summary>
    public async Task<HubMessage?> UserEventAsync(ClientConnection connection, UserEvent userEvent)
    {
        var type = userEvent.Message.Type switch { HubDataType.Json => "application/json", HubDataType.Binary => "application/octet-stream", _ => "text/plain" };
        using var response = await PostAsync(connection, "user." + userEvent.Name, userEvent.Name, userEvent.Message.Data.ToArray(), type);
        return response is { IsSuccessStatusCode: true }
            ? HubMessage.FromRequest(response.Content.Headers.ContentType?.ToString(), await response.Content.ReadAsByteArrayAsync(), null)
            : null;
    }

    public void Dispose() => _http.Dispose();

    private bool IsOf(string hub) => Handler is not null && string.Equals(Handler.Hub, hub, StringComparison.OrdinalIgnoreCase);

    private void Tell(ClientConnection connection, string name, byte[] body)
    {
        if (Handles(connection.Hub, name))
            _ = PostAsync(connection, "sys." + name, name, body, "application/json; charset=utf-8").ContinueWith(told => told.Result?.Dispose(), TaskScheduler.Default);
    }

    /// <summary>Null where the handler cannot be reached or has not agreed to be called.</summary>
    private async Task<HttpResponseMessage?> PostAsync(ClientConnection connection, string type, string name, byte[] body, string contentType)
    {
        try
        {
            if (!await HasAgreedAsync())
                return null;
            using var request = new HttpRequestMessage(HttpMethod.Post, Handler!.Url) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
            request.Headers.Add("WebHook-Request-Origin", Origin);
            request.Headers.Add("ce-specversion", "1.0");
            request.Headers.Add("ce-type", "azure.webpubsub." + type);
            request.Headers.Add("ce-source", $"/hubs/{connection.Hub}/client/{connection.Id}");
            request.Headers.Add("ce-id", Guid.NewGuid().ToString());
            request.Headers.Add("ce-time", time.GetUtcNow().ToString("O"));
            request.Headers.Add("ce-signature", Signature(connection.Id));
            request.Headers.Add("ce-hub", connection.Hub);
            request.Headers.Add("ce-connectionId", connection.Id);
            request.Headers.Add("ce-eventName", name);
            if (connection.UserId is { } user)
                request.Headers.Add("ce-userId", user);
            if (ClientEndpoint.NameOf(connection.Subprotocol) is { } subprotocol)
                request.Headers.Add("ce-subprotocol", subprotocol);
            return await _http.SendAsync(request);
        }
        catch (Exception away) when (away is HttpRequestException or TaskCanceledException or ObjectDisposedException)
        {
            return null;
        }
    }

    private async Task<bool> HasAgreedAsync()
    {
        if (_agreed)
            return true;
        using var request = new HttpRequestMessage(HttpMethod.Options, Handler!.Url);
        request.Headers.Add("WebHook-Request-Origin", Origin);
        using var response = await _http.SendAsync(request);
        return _agreed = response.IsSuccessStatusCode && response.Headers.TryGetValues("WebHook-Allowed-Origin", out var allowed)
            && allowed.SelectMany(each => each.Split(',', StringSplitOptions.TrimEntries)).Any(each => each is "*" or Origin);
    }

    /// <summary>One for each of the service's two keys; the double has one key only.</summary>
    private string Signature(string connectionId)
    {
        var hash = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(options.AccessKey), Encoding.UTF8.GetBytes(connectionId)));
        return $"sha256={hash},sha256={hash}";
    }

    private static string? Text(JsonDocument json, string name) => json.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static string[]? Texts(JsonDocument json, string name) =>
        json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(each => each.GetString()!)] : null;
}
