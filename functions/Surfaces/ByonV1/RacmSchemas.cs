namespace Byon.Functions.Surfaces.ByonV1;

/// <summary>Bodies of RACM.</summary>
internal static class RacmSchemas
{
    public static readonly Schema Request = Schema.Object("RacmRequest", new("deviceId", Schema.Text()), new("channelId", Schema.Text()));

    public static readonly Schema Response = Schema.Object(
        "RacmResponse",
        new("connectionInformation", Schema.Object("ConnectionInformation", new Member("clientId", Schema.Text()))),
        new("regInfo", Schema.List(Schema.Object(
            "RegistrationInformation", new("msisdn", Schema.Text()), new("regStatus", Schema.Choice("Registered") with { Name = "RegistrationStatus" })))),
        new("racmSessionId", Schema.Text()));
}
