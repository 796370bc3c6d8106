using System.Net.Http.Headers;
using Byon.Platform;
using Byon.Platform.Control;
using Byon.Platform.Records;
using Microsoft.Extensions.Options;

namespace Byon.MediaNode.Pool;

/// <summary>What a node asks of another one.</summary>
public sealed class PoolClient(IOptions<ControlOptions> control, TimeProvider wallClock) : IDisposable
{
    /// <summary>Calls are silent meanwhile.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http = new() { Timeout = Patience };
    private readonly byte[] _poolKey = control.Value.PoolKeyBytes;

    /// <summary>Null on success, else why not; "no answer" leaves open whether it did.</summary>
    public async Task<string?> AdoptAsync(NodeRecord node, string registrationId, AdoptCommand command, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri(new Uri(node.ControlUrl), $"{NodeControlRoutes.Registrations}/{registrationId}/adopt"));
        request.Content = JsonContent.Create(command, ControlJson.Default.AdoptCommand);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ControlToken.Create(_poolKey, node.NodeId, wallClock.GetUtcNow()));
        try
        {
            using var response = await _http.SendAsync(request, cancel);
            return response.IsSuccessStatusCode ? null : response.StatusCode.ToString();
        }
        catch (HttpRequestException failed)
        {
            return failed.HttpRequestError.ToString();
        }
        catch (TaskCanceledException) when (!cancel.IsCancellationRequested)
        {
            return "no answer";
        }
    }

    /// <summary>Whether it answers, and takes new work: its row may say so for a while after its death.</summary>
    public async Task<bool> IsReadyAsync(NodeRecord node, CancellationToken cancel)
    {
        try
        {
            return await _http.GetStringAsync(new Uri(new Uri(node.ControlUrl), NodeControlRoutes.Health), cancel) == nameof(NodeState.Ready);
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (TaskCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
    }

    public void Dispose() => _http.Dispose();
}
