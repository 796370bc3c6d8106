namespace Byon.MediaNode.Core.Registrations;

/// <summary>What a registration wants done. Its owner drains these after each input and does them in order.</summary>
public abstract record RegistrationAction;

public sealed record SendRegister(TimeSpan Expires) : RegistrationAction;

public sealed record SendRefresh(TimeSpan Expires) : RegistrationAction;

public sealed record SendUnregister : RegistrationAction;

/// <summary>The first REGISTER, or the refresh somebody asked for, is decided.</summary>
public sealed record CompleteRegistration(RegistrationResult Result) : RegistrationAction;

/// <summary>The registration ended without its owner asking: tell the device, and end its calls.</summary>
public sealed record RegistrationLapsed(RegistrationEnd End, string Description) : RegistrationAction;

public enum RegistrationEnd
{
    NetworkTerminated,
    Expired,
}

public enum RegistrationFault
{
    /// <summary>The registrar challenged again after our digest.</summary>
    CredentialsRefused,

    /// <summary>A final error; the detail holds the SIP line.</summary>
    RefusedByIms,

    /// <summary>No answer, or an answer that says the registrar cannot serve now.</summary>
    ImsUnreachable,

    /// <summary>It ended before the command was decided.</summary>
    Ended,
}

public sealed record RegistrationResult(RegistrationFault? Fault, string? Detail)
{
    public static RegistrationResult Done { get; } = new(null, null);
}
