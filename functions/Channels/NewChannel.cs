namespace Byon.Functions.Channels;

/// <summary>A channel that a client asks for.</summary>
internal abstract record NewChannel;

internal sealed record NewWebSocketChannel : NewChannel;

/// <param name="Token">Sent as bearer token with each event; null for none.</param>
/// <param name="ExpiresAt">Null for as long as may be.</param>
internal sealed record NewWebhookChannel(string Url, string? Token, DateTimeOffset? ExpiresAt) : NewChannel;

/// <param name="RegistrationToken">Of FCM or APNs, or the JSON of a browser's PushSubscription.</param>
internal sealed record NewPushChannel(string RegistrationToken) : NewChannel;
