using Byon.Functions.Nodes;
using Byon.Functions.Security;
using Byon.Platform.Control;

namespace Byon.Functions.CallHandling;

/// <summary>Keys that a client presses in a call of its own.</summary>
internal sealed class SessionKeys(CallSessions sessions, NodePool nodes)
{
    /// <summary>Succeeds once the node has taken the keys; they go out one after the other.</summary>
    public async Task<Outcome<Nothing>> PressAsync(Caller caller, string? callId, PressKeysCommand keys, CancellationToken cancel)
    {
        var found = await sessions.GetAsync(caller, callId, cancel);
        if (found.Value is not { } call)
        {
            return found.Problem!;
        }

        return call.EndedAt is null
            ? (await nodes.PressKeysAsync(call, keys, cancel)).Outcome
            : Problems.IncompatibleState($"The session has ended with the status {call.Status}.");
    }
}
