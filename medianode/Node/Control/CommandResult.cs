using Byon.Platform.Control;

namespace Byon.MediaNode.Control;

/// <summary>A command's answer: a row, nothing but success, or why not.</summary>
public sealed record CommandResult<T>(T? Value, ControlProblem? Problem)
    where T : class;

internal static class CommandResult
{
    public static CommandResult<T> Failed<T>(ControlFault fault, string detail)
        where T : class => new(null, new ControlProblem(fault, detail));
}

/// <summary>How long a command waits for others before it answers.</summary>
internal static class CommandTimes
{
    /// <summary>For a row to be stored: above the storage client's own retries.</summary>
    public static readonly TimeSpan Storage = TimeSpan.FromSeconds(4);

    /// <summary>For the registrar: over UDP four transmissions of the REGISTER fit in.</summary>
    public static readonly TimeSpan Registrar = TimeSpan.FromSeconds(6);

    /// <summary>For the registrar to confirm that a binding is gone, which nobody needs to know.</summary>
    public static readonly TimeSpan Deregister = TimeSpan.FromSeconds(3);

    /// <summary>False where it was not stored in time; it may still be later.</summary>
    public static async Task<bool> InTimeAsync(Task<bool> stored)
    {
        try
        {
            return await stored.WaitAsync(Storage);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
