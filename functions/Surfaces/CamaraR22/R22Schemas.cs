using Byon.Functions.Surfaces.Camara;

namespace Byon.Functions.Surfaces.CamaraR22;

/// <summary>Bodies of webrtc-registration 0.3 and webrtc-call-handling 0.3, which set hardly any limits.</summary>
internal static class R22Schemas
{
    private static readonly Schema DateTime = Schema.Text() with { Format = "date-time" };

    /// <summary>Published as <c>pattern: uuid</c>, which no UUID matches; meant is the format.</summary>
    private static readonly Schema DeviceId = Schema.Text() with { Format = "uuid" };

    private static readonly Schema PhoneNumber = Schema.Text(pattern: @"^\+[1-9][0-9]{4,14}$") with { Name = "PhoneNumber" };

    public static readonly Schema RegistrationRequest =
        Schema.Object("regSessionRequest", new("deviceId", DeviceId, Required: true), new("registrationExpireTime", DateTime));

    public static readonly Schema RegistrationUpdate = Schema.Object("regSessionUpdate", new Member("registrationExpireTime", DateTime));

    public static readonly Schema RegistrationResponse = Schema.Object(
        "regSessionResponse",
        new("registrationId", Schema.Text(), Required: true),
        new("regInfo", Schema.Object(
            "RegistrationInformation", new("phoneNumber", PhoneNumber), new("regStatus", Schema.Choice("Registered") with { Name = "RegistrationStatus" }))),
        new("expiresAt", DateTime));

    public static readonly Schema Address = Schema.Text(pattern: R22Address.PublishedPattern) with { Name = "Address" };

    public static readonly Schema Sdp = Schema.Object("WrtcSDPDescriptor", new Member("sdp", Schema.Text()));

    /// <summary>Requires what a call cannot do without; published with nothing required.</summary>
    public static readonly Schema NewSession = Session("MediaSessionCreate", required: ["originatorAddress", "receiverAddress", "offer"]);

    public static readonly Schema StatusChange = Session("MediaSessionStatusChange", required: ["status"]);

    public static readonly Schema SessionInformation = WithQuality(Session("MediaSessionInformation", required: []));

    private static Schema WithQuality(Schema session) => session with { Members = [.. session.Members, SessionQuality.Member] };

    private static Schema Session(string name, IReadOnlyList<string> required)
    {
        (string Name, Schema Schema)[] members =
        [
            ("originatorAddress", Address), ("originatorName", Schema.Text()), ("receiverAddress", Address), ("receiverName", Schema.Text()),
            ("status", CallSchemas.Status), ("offer", Sdp), ("answer", Sdp), ("clientCorrelator", Schema.Text()), ("mediaSessionId", Schema.Text()),
            ("callObjectRef", Schema.Text()), ("serverCorrelator", Schema.Text()), ("offerRequired", Schema.Boolean), ("reason", Schema.Text()),
            ("sequenceNumber", new Schema("integer")),
        ];
        return Schema.Object(name, [.. members.Select(member => new Member(member.Name, member.Schema, required.Contains(member.Name)))]);
    }
}
