namespace Byon.Platform.Records;

/// <summary>
/// A number that a business (a client with a two-legged token) uses for one registration. The lease ends by itself, so that no
/// crash keeps a number for ever.
/// </summary>
/// <param name="IsDrawn">Drawn from the client's pool: nobody else has the number meanwhile.</param>
public sealed record LineRecord(
    string ClientId, string PhoneNumber, string DeviceId, string RegistrationId, bool IsDrawn, DateTimeOffset OpenedAt, DateTimeOffset ExpiresAt);
