using Byon.Platform.Records;

namespace Byon.Functions.Registration;

/// <summary>Section "Registration": the operator's policy.</summary>
internal sealed class RegistrationOptions
{
    /// <summary>A requested lifetime below this is refused.</summary>
    public TimeSpan MinimumLifetime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Lifetime of a registration whose client asks for none.</summary>
    public TimeSpan DefaultLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>A requested lifetime above this is capped.</summary>
    public TimeSpan MaximumLifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Active registrations of one number, over all devices. The API lists at most 10.</summary>
    public int MaximumPerNumber { get; set; } = 10;

    /// <summary>Active registrations one user made with one number.</summary>
    public int MaximumPerUser { get; set; } = 10;

    /// <summary>Different devices of one user with one number.</summary>
    public int MaximumDevicesPerUser { get; set; } = 10;

    /// <summary>Whether a subscriber needs an emergency address on file to register; without one: EMERGENCY_ADDRESS_MISSING.</summary>
    public bool RequireEmergencyAddress { get; set; }

    public RegistrationLimits Limits => new(MaximumPerNumber, MaximumPerUser, MaximumDevicesPerUser);

    public bool IsConsistent =>
        MinimumLifetime > TimeSpan.Zero && MinimumLifetime <= DefaultLifetime && DefaultLifetime <= MaximumLifetime
        && MaximumPerNumber is > 0 and <= 10 && MaximumPerUser > 0 && MaximumDevicesPerUser > 0;
}
