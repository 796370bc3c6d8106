using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Byon.Platform;
using Byon.Platform.Control;
using Byon.Platform.Records;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Nodes;

/// <summary>Sends commands to media nodes over their control API; the only caller of a node.</summary>
internal sealed partial class NodeClient(HttpClient http, IOptions<ControlOptions> control, TimeProvider clock, ILogger<NodeClient> log)
{
    private readonly byte[] _poolKey = control.Value.PoolKeyBytes;

    public Task<NodeReply<RegistrationRecord>> RegisterAsync(NodeRecord node, RegisterCommand command, CancellationToken cancel) =>
        SendAsync(node, HttpMethod.Post, NodeControlRoutes.Registrations, Json(command, ControlJson.Default.RegisterCommand), ControlJson.Default.RegistrationRecord, cancel);

    public Task<NodeReply<RegistrationRecord>> RefreshAsync(NodeRecord node, string registrationId, RefreshCommand command, CancellationToken cancel) =>
        SendAsync(node, HttpMethod.Put, $"{NodeControlRoutes.Registrations}/{registrationId}", Json(command, ControlJson.Default.RefreshCommand), ControlJson.Default.RegistrationRecord, cancel);

    public Task<NodeReply<Nothing>> UnregisterAsync(NodeRecord node, string registrationId, CancellationToken cancel) =>
        SendAsync<Nothing>(node, HttpMethod.Delete, $"{NodeControlRoutes.Registrations}/{registrationId}", null, null, cancel);

    public Task<NodeReply<CallRecord>> StartCallAsync(NodeRecord node, StartCallCommand command, CancellationToken cancel) =>
        SendAsync(node, HttpMethod.Post, NodeControlRoutes.Calls, Json(command, ControlJson.Default.StartCallCommand), ControlJson.Default.CallRecord, cancel);

    public Task<NodeReply<CallRecord>> ChangeStatusAsync(NodeRecord node, string callId, ChangeStatusCommand command, CancellationToken cancel) =>
        SendAsync(node, HttpMethod.Put, $"{NodeControlRoutes.Calls}/{callId}/status", Json(command, ControlJson.Default.ChangeStatusCommand), ControlJson.Default.CallRecord, cancel);

    public Task<NodeReply<Nothing>> EndCallAsync(NodeRecord node, string callId, CancellationToken cancel) =>
        SendAsync<Nothing>(node, HttpMethod.Delete, $"{NodeControlRoutes.Calls}/{callId}", null, null, cancel);

    public Task<NodeReply<CallRecord>> TransferCallAsync(NodeRecord node, string callId, CancellationToken cancel) =>
        SendAsync(node, HttpMethod.Post, $"{NodeControlRoutes.Calls}/{callId}/transfer", null, ControlJson.Default.CallRecord, cancel);

    public Task<NodeReply<Nothing>> CancelTransferAsync(NodeRecord node, string callId, CancellationToken cancel) =>
        SendAsync<Nothing>(node, HttpMethod.Delete, $"{NodeControlRoutes.Calls}/{callId}/transfer", null, null, cancel);

    public Task<NodeReply<Nothing>> PressKeysAsync(NodeRecord node, string callId, PressKeysCommand command, CancellationToken cancel) =>
        SendAsync<Nothing>(node, HttpMethod.Post, $"{NodeControlRoutes.Calls}/{callId}/keys", Json(command, ControlJson.Default.PressKeysCommand), null, cancel);

    public Task<NodeReply<CallRecord>> RetrieveCallAsync(NodeRecord node, string phoneCallId, RetrieveCallCommand command, CancellationToken cancel) =>
        SendAsync(node, HttpMethod.Post, $"{NodeControlRoutes.PhoneCalls}/{phoneCallId}/retrieve", Json(command, ControlJson.Default.RetrieveCallCommand), ControlJson.Default.CallRecord, cancel);

    private static JsonContent Json<T>(T command, JsonTypeInfo<T> type) => JsonContent.Create(command, type);

    /// <param name="answer">Null where success has no body; then <typeparamref name="T"/> is <see cref="Nothing"/>.</param>
    private async Task<NodeReply<T>> SendAsync<T>(
        NodeRecord node, HttpMethod method, string path, JsonContent? body, JsonTypeInfo<T>? answer, CancellationToken cancel) where T : class
    {
        using var request = new HttpRequestMessage(method, new Uri(new Uri(node.ControlUrl), path)) { Content = body };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ControlToken.Create(_poolKey, node.NodeId, clock.GetUtcNow()));
        try
        {
            using var response = await http.SendAsync(request, cancel);
            if (response.IsSuccessStatusCode)
            {
                var value = answer is null ? (T)(object)Nothing.Value : await response.Content.ReadFromJsonAsync(answer, cancel);
                return value is null ? NoAnswer<T>(node, response.StatusCode) : new NodeReply<T>(NodeReach.Answered, value, null);
            }

            var refusal = await response.Content.ReadFromJsonAsync(ControlJson.Default.ControlProblem, cancel);
            return refusal is null ? NoAnswer<T>(node, response.StatusCode) : new NodeReply<T>(NodeReach.Answered, null, refusal);
        }
        catch (HttpRequestException failed)
        {
            var neverConnected = failed.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError;
            NodeFailed(log, node.NodeId, failed.HttpRequestError.ToString());
            return NodeReply<T>.Failed(neverConnected ? NodeReach.NotReached : NodeReach.NoAnswer);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            NodeFailed(log, node.NodeId, "timeout");
            return NodeReply<T>.Failed(NodeReach.NoAnswer);
        }
        catch (JsonException)
        {
            NodeFailed(log, node.NodeId, "unreadable answer");
            return NodeReply<T>.Failed(NodeReach.NoAnswer);
        }
    }

    private NodeReply<T> NoAnswer<T>(NodeRecord node, HttpStatusCode status) where T : class
    {
        NodeFailed(log, node.NodeId, status.ToString());
        return NodeReply<T>.Failed(NodeReach.NoAnswer);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Media node {NodeId} gave no usable answer: {Cause}")]
    private static partial void NodeFailed(ILogger log, string nodeId, string cause);
}
