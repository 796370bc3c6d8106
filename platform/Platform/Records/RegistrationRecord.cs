namespace Byon.Platform.Records;

public enum RegistrationState
{
    /// <summary>The row is reserved while the REGISTER is on its way; not visible through the API.</summary>
    Registering,
    Registered,
}

/// <summary>One device registered as one number. Written only by the media node that owns it.</summary>
/// <param name="ClientId">OAuth client that made it. With <paramref name="Subject"/> it decides who may see the row.</param>
/// <param name="NodeId">The node that holds the SIP registration and receives its INVITEs.</param>
public sealed record RegistrationRecord(
    string RegistrationId, string PhoneNumber, string DeviceId, string ClientId, string Subject, string NodeId,
    RegistrationState State, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);
