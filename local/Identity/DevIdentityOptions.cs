namespace Byon.Local.Identity;

/// <summary>Somebody who can sign in.</summary>
/// <param name="PhoneNumber">E.164 with plus; becomes the claim phone_number.</param>
public sealed record DevSubscriber(string Name, string PhoneNumber);

/// <summary>Settings of the dev identity provider.</summary>
public sealed record DevIdentityOptions
{
    /// <summary>Port on 127.0.0.1.</summary>
    public int Port { get; init; } = 8081;

    public IReadOnlyList<DevSubscriber> Subscribers { get; init; } = [];

    /// <summary>What access tokens are for: the audience the API expects.</summary>
    public string Audience { get; init; } = "byon";

    public TimeSpan AccessTokenLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Secret of the confidential client <see cref="DevClients.Asp"/>; without one that client cannot sign in.</summary>
    public string? AspSecret { get; init; }
}

/// <summary>The two clients of the dev identity provider, and what they may ask for.</summary>
public static class DevClients
{
    /// <summary>The page: public, authorization code with PKCE.</summary>
    public const string Softphone = "softphone";

    /// <summary>An application server: authorization code, or client credentials without a subscriber.</summary>
    public const string Asp = "asp-demo";

    /// <summary>Every scope of the API. A client that asks for none of them gets all.</summary>
    public static readonly IReadOnlyList<string> ApiScopes =
    [
        "webrtc-registration:sessions:read",
        "webrtc-registration:sessions:create",
        "webrtc-registration:sessions:write",
        "webrtc-registration:sessions:delete",
        "webrtc-call-handling:sessions:read",
        "webrtc-call-handling:sessions:create",
        "webrtc-call-handling:sessions:write",
        "webrtc-call-handling:sessions:delete",
        "webrtc-events:read",
        "webrtc-events:update",
        "webrtc-events:delete",
        "webrtc-events:org.camaraproject.webrtc-events.v0.session-status:create",
        "webrtc-events:org.camaraproject.webrtc-events.v0.session-invitation:create",
        "webrtc-events:org.camaraproject.webrtc-events.v0.registration-ends:create",
        "notificationchannel:channels:read",
        "notificationchannel:channels:create",
        "notificationchannel:channels:delete",
        "call-transfer:sessions:read",
        "call-transfer:sessions:write",
        "call-keys:sessions:write",
        "call-status:read",
        "call-status:update",
        "call-status:delete",
        "call-status:org.byon-serverless.call-status.v1.call-status-changed:create",
    ];

    internal static bool IsKnown(string? clientId) => clientId is Softphone or Asp;
}
