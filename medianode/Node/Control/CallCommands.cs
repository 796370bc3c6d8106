using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Signalling;
using Byon.Platform.Control;
using Byon.Platform.Records;

namespace Byon.MediaNode.Control;

/// <summary>The call commands. Each answers once it is decided and the row is stored.</summary>
public sealed class CallCommands(SignallingLoop loop, CallControl control)
{
    public async Task<CommandResult<CallRecord>> StartAsync(StartCallCommand command)
    {
        var outcome = await loop.AskAsync(now => control.StartCall(now, command));
        if (outcome.Problem is not null || await CommandTimes.InTimeAsync(outcome.Stored)) return Result(outcome);

        await loop.AskAsync(now =>
        {
            control.Abort(now, command.CallId, CallEnd.StorageUnavailable);
            return true;
        });
        return CommandResult.Failed<CallRecord>(ControlFault.StorageUnavailable, "The tables cannot be reached; the call was not placed.");
    }

    /// <summary>A change that took place but is not recorded in time is a fault that goes away by repeating the command.</summary>
    public async Task<CommandResult<CallRecord>> ChangeStatusAsync(string callId, ChangeStatusCommand command)
    {
        var outcome = await await loop.AskAsync(now => control.ChangeStatus(now, callId, command));
        if (outcome.Problem is not null || await CommandTimes.InTimeAsync(outcome.Stored)) return Result(outcome);
        return CommandResult.Failed<CallRecord>(ControlFault.StorageUnavailable, "The tables cannot be reached; repeat the request.");
    }

    /// <summary>Ending succeeds once it is heard: what storage misses now, it gets later.</summary>
    public async Task<CommandResult<CallRecord>> EndAsync(string callId)
    {
        var outcome = await loop.AskAsync(now => control.EndCall(now, callId));
        if (outcome.Problem is null) await CommandTimes.InTimeAsync(outcome.Stored);
        return Result(outcome);
    }

    public async Task<CommandResult<CallRecord>> TransferAsync(string callId) =>
        Result(await loop.AskAsync(now => control.StartTransfer(now, callId)));

    public async Task<CommandResult<CallRecord>> CancelTransferAsync(string callId) =>
        Result(await loop.AskAsync(now => control.CancelTransfer(now, callId)));

    /// <summary>Keys are in no row: the answer says that the node has taken them.</summary>
    public async Task<CommandResult<CallRecord>> PressKeysAsync(string callId, PressKeysCommand command) =>
        Result(await loop.AskAsync(now => control.PressKeys(now, callId, command)));

    public async Task<CommandResult<CallRecord>> RetrieveAsync(string phoneCallId, RetrieveCallCommand command)
    {
        var outcome = await loop.AskAsync(now => control.RetrieveCall(now, phoneCallId, command));
        if (outcome.Problem is not null || await CommandTimes.InTimeAsync(outcome.Stored)) return Result(outcome);
        await loop.AskAsync(now =>
        {
            control.Abort(now, command.CallId, CallEnd.StorageUnavailable);
            return true;
        });
        return CommandResult.Failed<CallRecord>(ControlFault.StorageUnavailable, "The tables cannot be reached; the call stays where it is.");
    }

    private static CommandResult<CallRecord> Result(CallOutcome outcome) => new(outcome.Record, outcome.Problem);
}
