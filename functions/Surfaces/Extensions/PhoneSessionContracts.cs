using Byon.Functions.Surfaces.Camara;
using Byon.Platform.Records;

namespace Byon.Functions.Surfaces.Extensions;

/// <summary>A call that a device handed over to the subscriber's SIM phone.</summary>
internal sealed record PhoneSession(
    string PhoneSessionId, string OriginatorAddress, string? OriginatorName, string ReceiverAddress, string? ReceiverName,
    DateTimeOffset HandedOverAt)
{
    public static PhoneSession Of(CallRecord call) => new(
        call.CallId, call.OriginatorAddress, call.OriginatorName, call.ReceiverAddress, call.ReceiverName, call.CreatedAt.ToUniversalTime());
}

/// <summary>Bodies of call-transfer.</summary>
internal static class PhoneSessionSchemas
{
    public static readonly Schema Retrieval = Schema.Object("PhoneSessionRetrieval", new Member("offer", CallSchemas.Sdp, Required: true));

    public static readonly Schema PhoneSessions = Schema.List(Schema.Object(
        "PhoneSession",
        new("phoneSessionId", Schema.Uuid, Required: true),
        new("originatorAddress", CallSchemas.Address, Required: true),
        new("originatorName", Schema.Text(256)),
        new("receiverAddress", CallSchemas.Address, Required: true),
        new("receiverName", Schema.Text(256)),
        new("handedOverAt", Schema.DateTime, Required: true)));
}
