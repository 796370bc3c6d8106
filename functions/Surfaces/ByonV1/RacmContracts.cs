using Byon.Platform.Records;

namespace Byon.Functions.Surfaces.ByonV1;

internal sealed record RacmResponse(ConnectionInformation ConnectionInformation, IReadOnlyList<RacmRegInfo> RegInfo, string RacmSessionId)
{
    public static RacmResponse Of(RegistrationRecord row) =>
        new(new ConnectionInformation(row.RegistrationId), [new RacmRegInfo(row.PhoneNumber, "Registered")], row.RegistrationId);
}

internal sealed record ConnectionInformation(string ClientId);

internal sealed record RacmRegInfo(string Msisdn, string RegStatus);
