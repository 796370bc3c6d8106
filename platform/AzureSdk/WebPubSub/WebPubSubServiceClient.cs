using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Messaging.WebPubSub;

/// <summary>A hub of Azure Web PubSub, from the server's side. The subset of the official client that this project uses.</summary>
public class WebPubSubServiceClient
{
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromHours(1);

    private readonly AzureKeyCredential? _key;
    private readonly HttpPipeline _pipeline;

    public WebPubSubServiceClient(string connectionString, string hub)
        : this(connectionString, hub, new WebPubSubServiceClientOptions())
    {
    }

    public WebPubSubServiceClient(string connectionString, string hub, WebPubSubServiceClientOptions options)
        : this(WebPubSubConnectionString.Parse(connectionString), hub, options)
    {
    }

    public WebPubSubServiceClient(Uri endpoint, string hub, AzureKeyCredential credential, WebPubSubServiceClientOptions? options = null)
        : this(new WebPubSubConnectionString(endpoint, credential), hub, options ?? new WebPubSubServiceClientOptions())
    {
    }

    public WebPubSubServiceClient(Uri endpoint, string hub, TokenCredential credential, WebPubSubServiceClientOptions? options = null)
        : this(endpoint, hub, null, options ?? new WebPubSubServiceClientOptions(), new BearerTokenAuthenticationPolicy(credential, WebPubSubServiceClientOptions.Scope))
    {
    }

    private WebPubSubServiceClient(WebPubSubConnectionString connection, string hub, WebPubSubServiceClientOptions options)
        : this(connection.Endpoint, hub, connection.Credential, options, new WebPubSubKeyPolicy(connection.Credential))
    {
    }

    private WebPubSubServiceClient(
        Uri endpoint, string hub, AzureKeyCredential? key, WebPubSubServiceClientOptions options, HttpPipelinePolicy authentication)
    {
        ArgumentException.ThrowIfNullOrEmpty(hub);
        Endpoint = endpoint;
        Hub = hub;
        _key = key;
        var pipeline = new HttpPipelineOptions(options);
        pipeline.PerRetryPolicies.Add(authentication);
        _pipeline = HttpPipelineBuilder.Build(pipeline);
    }

    public virtual Uri Endpoint { get; }

    public virtual string Hub { get; }

    /// <summary>Address with token for a browser's WebSocket, valid for <paramref name="expiresAfter"/> (an hour by default). Needs no call with an access key.</summary>
    public virtual async Task<Uri> GetClientAccessUriAsync(
        TimeSpan expiresAfter = default, string? userId = null, IEnumerable<string>? roles = null, IEnumerable<string>? groups = null,
        CancellationToken cancellationToken = default)
    {
        if (_key is not null)
            return GetClientAccessUri(expiresAfter, userId, roles, groups, cancellationToken);
        var token = await GenerateTokenAsync(expiresAfter, userId, roles, groups, cancellationToken).ConfigureAwait(false);
        return ClientUri(token);
    }

    /// <exception cref="InvalidOperationException">There is no access key: only the asynchronous form can ask the service for a token.</exception>
    public virtual Uri GetClientAccessUri(
        TimeSpan expiresAfter = default, string? userId = null, IEnumerable<string>? roles = null, IEnumerable<string>? groups = null,
        CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_key is null)
            throw new InvalidOperationException("Without an access key the token comes from the service: use GetClientAccessUriAsync.");
        var audience = $"{Endpoint.AbsoluteUri.TrimEnd('/')}/client/hubs/{Uri.EscapeDataString(Hub)}";
        var lifetime = expiresAfter == default ? DefaultLifetime : expiresAfter;
        return ClientUri(WebPubSubToken.Create(_key, audience, DateTimeOffset.UtcNow, lifetime, userId, roles, groups));
    }

    public virtual Task<Response> SendToAllAsync(string content, ContentType contentType = default) =>
        SendAsync(":send", Text(content), OrPlainText(contentType), null);

    public virtual Task<Response> SendToAllAsync(
        RequestContent content, ContentType contentType, IEnumerable<string>? excluded = null, RequestContext? context = null) =>
        SendAsync(":send" + Excluded(excluded), content, contentType, context);

    public virtual Task<Response> SendToGroupAsync(string group, string content, ContentType contentType = default) =>
        SendAsync($"groups/{Escaped(group)}/:send", Text(content), OrPlainText(contentType), null);

    public virtual Task<Response> SendToGroupAsync(
        string group, RequestContent content, ContentType contentType, IEnumerable<string>? excluded = null, RequestContext? context = null) =>
        SendAsync($"groups/{Escaped(group)}/:send{Excluded(excluded)}", content, contentType, context);

    public virtual Task<Response> SendToUserAsync(string userId, string content, ContentType contentType = default) =>
        SendAsync($"users/{Escaped(userId)}/:send", Text(content), OrPlainText(contentType), null);

    public virtual Task<Response> SendToUserAsync(string userId, RequestContent content, ContentType contentType, RequestContext? context = null) =>
        SendAsync($"users/{Escaped(userId)}/:send", content, contentType, context);

    public virtual Task<Response> SendToConnectionAsync(string connectionId, string content, ContentType contentType = default) =>
        SendAsync($"connections/{Escaped(connectionId)}/:send", Text(content), OrPlainText(contentType), null);

    public virtual Task<Response> SendToConnectionAsync(
        string connectionId, RequestContent content, ContentType contentType, RequestContext? context = null) =>
        SendAsync($"connections/{Escaped(connectionId)}/:send", content, contentType, context);

    public virtual Task<Response> AddConnectionToGroupAsync(string group, string connectionId, RequestContext? context = null) =>
        RequestAsync(RequestMethod.Put, $"groups/{Escaped(group)}/connections/{Escaped(connectionId)}", context);

    public virtual Task<Response> RemoveConnectionFromGroupAsync(string group, string connectionId, RequestContext? context = null) =>
        RequestAsync(RequestMethod.Delete, $"groups/{Escaped(group)}/connections/{Escaped(connectionId)}", context);

    public virtual Task<Response> CloseConnectionAsync(string connectionId, string? reason = null, RequestContext? context = null) =>
        RequestAsync(RequestMethod.Delete, $"connections/{Escaped(connectionId)}{Reason(reason)}", context);

    public virtual Task<Response> CloseGroupConnectionsAsync(string group, IEnumerable<string>? excluded = null, string? reason = null, RequestContext? context = null) =>
        RequestAsync(RequestMethod.Post, $"groups/{Escaped(group)}/:closeConnections{JoinQuery(Excluded(excluded), Reason(reason))}", context);

    public virtual Task<Response<bool>> GroupExistsAsync(string group, RequestContext? context = null) => ExistsAsync($"groups/{Escaped(group)}", context);

    public virtual Task<Response<bool>> UserExistsAsync(string userId, RequestContext? context = null) => ExistsAsync($"users/{Escaped(userId)}", context);

    public virtual Task<Response<bool>> ConnectionExistsAsync(string connectionId, RequestContext? context = null) =>
        ExistsAsync($"connections/{Escaped(connectionId)}", context);

    private async Task<Response<bool>> ExistsAsync(string path, RequestContext? context)
    {
        var response = await SendAsync(Message(RequestMethod.Head, path), context, 404).ConfigureAwait(false);
        return Response.FromValue(response.Status != 404, response);
    }

    private async Task<string> GenerateTokenAsync(
        TimeSpan expiresAfter, string? userId, IEnumerable<string>? roles, IEnumerable<string>? groups, CancellationToken cancel)
    {
        var minutes = Math.Max(1, (int)Math.Ceiling((expiresAfter == default ? DefaultLifetime : expiresAfter).TotalMinutes));
        List<string> query = [$"minutesToExpire={minutes}"];
        if (userId is not null)
            query.Add("userId=" + Escaped(userId));
        query.AddRange((roles ?? []).Select(role => "role=" + Escaped(role)));
        query.AddRange((groups ?? []).Select(group => "group=" + Escaped(group)));
        var message = Message(RequestMethod.Post, ":generateToken?" + string.Join('&', query));
        var response = await SendAsync(message, new RequestContext { CancellationToken = cancel }).ConfigureAwait(false);
        using var json = JsonDocument.Parse(response.Content.ToMemory());
        return json.RootElement.GetProperty("token").GetString() ?? throw new RequestFailedException(response);
    }

    private Task<Response> RequestAsync(RequestMethod method, string path, RequestContext? context) => SendAsync(Message(method, path), context);

    private Task<Response> SendAsync(string path, RequestContent content, ContentType contentType, RequestContext? context)
    {
        var message = Message(RequestMethod.Post, path);
        message.Request.Content = content;
        message.Request.Headers.Add("Content-Type", contentType.ToString());
        return SendAsync(message, context);
    }

    private async Task<Response> SendAsync(HttpMessage message, RequestContext? context, params int[] expected)
    {
        // The answer is buffered and outlives the message: disposing of the message would take its content away.
        using var request = message.Request;
        await _pipeline.SendAsync(message, context?.CancellationToken ?? default).ConfigureAwait(false);
        var response = message.Response;
        return response.Status is >= 200 and < 300 || expected.Contains(response.Status) ? response : throw new RequestFailedException(response);
    }

    private HttpMessage Message(RequestMethod method, string path)
    {
        var message = _pipeline.CreateMessage();
        var version = (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "api-version=" + WebPubSubServiceClientOptions.Version;
        message.Request.Method = method;
        message.Request.Uri.Reset(new Uri($"{Endpoint.AbsoluteUri.TrimEnd('/')}/api/hubs/{Escaped(Hub)}/{path}{version}"));
        message.Request.Headers.Add("Accept", "application/json");
        return message;
    }

    private Uri ClientUri(string token)
    {
        var scheme = Endpoint.Scheme == Uri.UriSchemeHttp ? "ws" : "wss";
        return new Uri($"{scheme}://{Endpoint.Authority}{Endpoint.AbsolutePath.TrimEnd('/')}/client/hubs/{Escaped(Hub)}?access_token={token}");
    }

    private static string Escaped(string part) => Uri.EscapeDataString(part);

    private static RequestContent Text(string content) => RequestContent.Create(BinaryData.FromString(content));

    private static ContentType OrPlainText(ContentType contentType) => contentType == default ? ContentType.TextPlain : contentType;

    private static string Excluded(IEnumerable<string>? connections) =>
        connections is null ? "" : "?" + string.Join('&', connections.Select(connection => "excluded=" + Escaped(connection)));

    private static string Reason(string? reason) => reason is null ? "" : "?reason=" + Escaped(reason);

    private static string JoinQuery(string first, string second) => first.Length == 0 || second.Length == 0 ? first + second : first + "&" + second[1..];
}
