namespace Byon.Platform.Records;

/// <summary>A notification channel of a device (BYON v0.1.2): here of type WebSockets.</summary>
public sealed record ChannelRecord(
    string ChannelId, string PhoneNumber, string DeviceId, string ClientId, string Subject, string ChannelType,
    DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);
