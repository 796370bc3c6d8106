using Byon.Platform.Control;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.Functions.Nodes;

/// <summary>Finds the node for a command: any ready one for a new registration, the owner for everything else.</summary>
internal sealed class NodePool(NodeStore nodes, CallStore calls, NodeClient client, Placement placement, TimeProvider clock)
{
    public async Task<int> CountReadyAsync(CancellationToken cancel) => placement.Order(await nodes.ListAsync(cancel)).Count;

    /// <summary>
    /// Asks node after node, as long as the one asked has certainly done nothing; first the one where the number is being
    /// called, because there the device joins the ringing call.
    /// </summary>
    public async Task<NodeReply<RegistrationRecord>> RegisterAsync(RegisterCommand command, CancellationToken cancel)
    {
        var ringing = await calls.FindRingingNodeAsync(command.PhoneNumber, cancel);
        var reply = NodeReply<RegistrationRecord>.Failed(NodeReach.NotReached);
        foreach (var node in placement.Order(await nodes.ListAsync(cancel), first: ringing))
        {
            reply = await client.RegisterAsync(node, command, cancel);
            if (!reply.MayGoElsewhere)
            {
                placement.Note(node);
                break;
            }
        }

        return reply;
    }

    public Task<NodeReply<RegistrationRecord>> RefreshAsync(RegistrationRecord registration, RefreshCommand command, CancellationToken cancel) =>
        AtOwnerAsync(registration.NodeId, node => client.RefreshAsync(node, registration.RegistrationId, command, cancel), cancel);

    public Task<NodeReply<Nothing>> UnregisterAsync(RegistrationRecord registration, CancellationToken cancel) =>
        AtOwnerAsync(registration.NodeId, node => client.UnregisterAsync(node, registration.RegistrationId, cancel), cancel);

    public Task<NodeReply<CallRecord>> StartCallAsync(RegistrationRecord registration, StartCallCommand command, CancellationToken cancel) =>
        AtOwnerAsync(registration.NodeId, node => client.StartCallAsync(node, command, cancel), cancel);

    public Task<NodeReply<CallRecord>> ChangeStatusAsync(CallRecord call, ChangeStatusCommand command, CancellationToken cancel) =>
        AtOwnerAsync(call.NodeId, node => client.ChangeStatusAsync(node, call.CallId, command, cancel), cancel);

    public Task<NodeReply<Nothing>> EndCallAsync(CallRecord call, CancellationToken cancel) =>
        AtOwnerAsync(call.NodeId, node => client.EndCallAsync(node, call.CallId, cancel), cancel);

    public Task<NodeReply<CallRecord>> TransferCallAsync(CallRecord call, CancellationToken cancel) =>
        AtOwnerAsync(call.NodeId, node => client.TransferCallAsync(node, call.CallId, cancel), cancel);

    public Task<NodeReply<Nothing>> CancelTransferAsync(CallRecord call, CancellationToken cancel) =>
        AtOwnerAsync(call.NodeId, node => client.CancelTransferAsync(node, call.CallId, cancel), cancel);

    public Task<NodeReply<Nothing>> PressKeysAsync(CallRecord call, PressKeysCommand command, CancellationToken cancel) =>
        AtOwnerAsync(call.NodeId, node => client.PressKeysAsync(node, call.CallId, command, cancel), cancel);

    /// <summary>The node that holds the call, whichever one has the device's registration.</summary>
    public Task<NodeReply<CallRecord>> RetrieveCallAsync(CallRecord onPhone, RetrieveCallCommand command, CancellationToken cancel) =>
        AtOwnerAsync(onPhone.NodeId, node => client.RetrieveCallAsync(node, onPhone.CallId, command, cancel), cancel);

    private async Task<NodeReply<T>> AtOwnerAsync<T>(string nodeId, Func<NodeRecord, Task<NodeReply<T>>> ask, CancellationToken cancel) where T : class
    {
        var node = await nodes.GetAsync(nodeId, cancel);
        return node is not null && node.IsFresh(clock.GetUtcNow()) ? await ask(node) : NodeReply<T>.Failed(NodeReach.NotReached);
    }
}
