using Byon.Platform.Records;

namespace Byon.Functions.Surfaces.Camara;

internal sealed record RegInfo(string PhoneNumber, string RegStatus);

/// <summary>RegSessionResponse of webrtc-registration.</summary>
internal sealed record RegSessionResponse(string RegistrationId, RegInfo RegInfo, DateTimeOffset ExpiresAt)
{
    public static RegSessionResponse Of(RegistrationRecord record) =>
        new(record.RegistrationId, new RegInfo(record.PhoneNumber, "Registered"), record.ExpiresAt.ToUniversalTime());
}
