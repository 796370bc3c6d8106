using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Registrations;
using Byon.MediaNode.Journaling;
using Byon.MediaNode.Pool;
using Byon.MediaNode.Signalling;
using Byon.Platform.Control;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.MediaNode.Control;

/// <summary>
/// The registration commands, from row to network and back. Each answers once the network has decided and the row is stored,
/// and leaves nothing half done: what cannot be recorded is taken back in the network.
/// </summary>
public sealed class RegistrationCommands(
    SignallingLoop loop, CallControl control, SubscriberStore subscribers, RegistrationStore registrations, Journal journal,
    Adoption adoption, NodeOptions options, TimeProvider wallClock)
{
    private const string StorageDetail = "The tables cannot be reached; nothing was changed.";

    public async Task<CommandResult<RegistrationRecord>> RegisterAsync(RegisterCommand command)
    {
        if (!await loop.AskAsync(_ => control.CanRegister))
            return CommandResult.Failed<RegistrationRecord>(ControlFault.AtCapacity, "The node takes no more registrations.");

        var now = wallClock.GetUtcNow();
        var record = new RegistrationRecord(
            command.RegistrationId, command.PhoneNumber, command.DeviceId, command.ClientId, command.Subject, options.Id,
            RegistrationState.Registering, now, command.ExpiresAt);
        SubscriberRecord? subscriber;
        try
        {
            subscriber = await subscribers.GetAsync(command.PhoneNumber, CancellationToken.None);
            if (subscriber is null)
                return CommandResult.Failed<RegistrationRecord>(ControlFault.NotProvisioned, "The number is not provisioned for IMS.");
            if (command.NeedsEmergencyAddress && !subscriber.HasEmergencyAddress)
                return CommandResult.Failed<RegistrationRecord>(ControlFault.EmergencyAddressMissing, "The subscriber has no emergency address.");
            if (Refusal(await registrations.ReserveAsync(record, command.Limits, now, CancellationToken.None)) is { } refusal) return refusal;
        }
        catch (Exception fault) when (StorageFault.IsAway(fault))
        {
            return CommandResult.Failed<RegistrationRecord>(ControlFault.StorageUnavailable, StorageDetail);
        }

        return await RegisterReservedAsync(record with { State = RegistrationState.Registered }, subscriber);
    }

    /// <summary>Goes on with what another node has let go of.</summary>
    public async Task<CommandResult<AdoptCommand>> AdoptAsync(string registrationId, AdoptCommand command)
    {
        try
        {
            var problem = await adoption.AcceptAsync(registrationId, command, CancellationToken.None);
            return new CommandResult<AdoptCommand>(problem is null ? command : null, problem);
        }
        catch (Exception fault) when (StorageFault.IsAway(fault))
        {
            return CommandResult.Failed<AdoptCommand>(ControlFault.StorageUnavailable, StorageDetail);
        }
    }

    public async Task<CommandResult<RegistrationRecord>> RefreshAsync(string registrationId, RefreshCommand command)
    {
        if (await loop.AskAsync(_ => control.FindRegistration(registrationId)) is not { } before) return NotHeld();

        var result = await DecidedAsync(await loop.AskAsync(now => control.Refresh(now, registrationId, command.ExpiresAt)));
        if (result.Fault is not null)
        {
            await RevertAsync(before);
            return new CommandResult<RegistrationRecord>(null, result.ToProblem());
        }

        if (await loop.AskAsync(_ => control.Extended(registrationId, command.ExpiresAt)) is not { } extended) return NotHeld();
        if (await CommandTimes.InTimeAsync(journal.UpdateAsync(extended)))
            return new CommandResult<RegistrationRecord>(extended, null);

        await RevertAsync(before);
        // Behind the row that is still waiting, so that the tables come out right in the end.
        _ = journal.UpdateAsync(before);
        return CommandResult.Failed<RegistrationRecord>(ControlFault.StorageUnavailable, StorageDetail);
    }

    /// <summary>Signs a device out. It succeeds once it is heard: what storage or the network miss now, they get later.</summary>
    public async Task<CommandResult<RegistrationRecord>> RemoveAsync(string registrationId)
    {
        if (await loop.AskAsync(_ => control.FindRegistration(registrationId)) is not { } record) return NotHeld();
        var removed = await loop.AskAsync(now => control.Remove(now, registrationId, CallEnd.RegistrationRemoved));
        var stored = CommandTimes.InTimeAsync(journal.DeleteAsync(record));
        await Task.WhenAny(removed, Task.Delay(CommandTimes.Deregister));
        await stored;
        return new CommandResult<RegistrationRecord>(record, null);
    }

    /// <summary>The row is reserved: registers in the network, and records or takes back.</summary>
    private async Task<CommandResult<RegistrationRecord>> RegisterReservedAsync(RegistrationRecord record, SubscriberRecord subscriber)
    {
        var result = await DecidedAsync(await loop.AskAsync(now => control.Register(now, record, subscriber)));
        if (result.Fault is not null)
        {
            await TakeBackAsync(record);
            return new CommandResult<RegistrationRecord>(null, result.ToProblem());
        }

        if (await CommandTimes.InTimeAsync(journal.UpdateAsync(record))) return new CommandResult<RegistrationRecord>(record, null);
        await TakeBackAsync(record);
        return CommandResult.Failed<RegistrationRecord>(ControlFault.StorageUnavailable, StorageDetail);
    }

    private static CommandResult<RegistrationRecord>? Refusal(Reservation reservation) => reservation switch
    {
        Reservation.Made => null,
        Reservation.NumberFull => CommandResult.Failed<RegistrationRecord>(ControlFault.NumberFull, "The number has too many registrations."),
        Reservation.UserFull => CommandResult.Failed<RegistrationRecord>(ControlFault.UserFull, "The user has too many registrations."),
        Reservation.TooManyDevices => CommandResult.Failed<RegistrationRecord>(ControlFault.TooManyDevices, "The user has too many devices."),
        _ => CommandResult.Failed<RegistrationRecord>(ControlFault.AlreadyExists, "The device has an active registration for this number."),
    };

    private async Task TakeBackAsync(RegistrationRecord record)
    {
        await loop.AskAsync(now => control.Remove(now, record.RegistrationId, CallEnd.StorageUnavailable));
        await CommandTimes.InTimeAsync(journal.DeleteAsync(record));
    }

    private Task<bool> RevertAsync(RegistrationRecord before) => loop.AskAsync(now =>
    {
        control.RevertRefresh(now, before.RegistrationId, before.ExpiresAt);
        return true;
    });

    private static async Task<RegistrationResult> DecidedAsync(Task<RegistrationResult> result)
    {
        try
        {
            return await result.WaitAsync(CommandTimes.Registrar);
        }
        catch (TimeoutException)
        {
            return new RegistrationResult(RegistrationFault.ImsUnreachable, "The IMS did not answer in time.");
        }
    }

    private static CommandResult<RegistrationRecord> NotHeld() =>
        CommandResult.Failed<RegistrationRecord>(ControlFault.NotFound, "This node does not hold the registration.");
}
