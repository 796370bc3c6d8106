namespace Byon.Functions.Surfaces.Camara;

/// <summary>Bodies of webrtc-registration.</summary>
internal static class RegistrationSchemas
{
    private static readonly Schema PhoneNumber = Schema.Text(128, @"^\+[1-9][0-9]{4,14}$") with { Name = "PhoneNumber" };

    /// <summary>phoneNumber comes with r3.1: a two-legged token needs it, a three-legged one forbids it.</summary>
    public static readonly Schema Request = Schema.Object(
        "RegSessionRequest",
        new("deviceId", Schema.Uuid, Required: true),
        new("registrationExpireTime", Schema.DateTime),
        new("phoneNumber", PhoneNumber));

    public static readonly Schema Update = Schema.Object("RegSessionUpdate", new Member("registrationExpireTime", Schema.DateTime));

    public static readonly Schema Response = Schema.Object(
        "RegSessionResponse",
        new("registrationId", Schema.Text(256), Required: true),
        new("regInfo", Schema.Object(
            "RegistrationInformation", new("phoneNumber", PhoneNumber), new("regStatus", Schema.Choice("Registered") with { Name = "RegistrationStatus" }))),
        new("expiresAt", Schema.DateTime));
}
