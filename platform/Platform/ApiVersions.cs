namespace Byon.Platform;

/// <summary>
/// The published APIs by name and version: base paths, and the prefix of the event types where an API has events. The only
/// place that knows version segments.
/// </summary>
public static class ApiVersions
{
    /// <summary>CAMARA, current line.</summary>
    public static ApiVersion Registration { get; } = new("webrtc-registration", "v0.4");

    public static ApiVersion CallHandling { get; } = new("webrtc-call-handling", "v0.4");

    public static ApiVersion Events { get; } = new("webrtc-events", "v0.3") { EventTypePrefix = "org.camaraproject.webrtc-events.v0." };

    /// <summary>The name that the events API gets with CAMARA r3.1; served instead of <see cref="Events"/> where configured.</summary>
    public static ApiVersion EventsSubscriptions { get; } =
        new("webrtc-events-subscriptions", "v0.3") { EventTypePrefix = "org.camaraproject.webrtc-events-subscriptions.v0." };

    /// <summary>CAMARA release r2.2 as published.</summary>
    public static ApiVersion RegistrationR22 { get; } = new("webrtc-registration", "v0.3");

    public static ApiVersion CallHandlingR22 { get; } = new("webrtc-call-handling", "v0.3");

    public static ApiVersion EventsR22 { get; } = new("webrtc-events", "v0.2") { EventTypePrefix = "org.camaraproject.webrtc-events.v0." };

    /// <summary>BYON 0.1.2.</summary>
    public static ApiVersion Racm { get; } = new("racm", "v1");

    public static ApiVersion NotificationChannel { get; } = new("notificationchannel", "v1") { BelowVersion = "/{deviceId}" };

    public static ApiVersion Vvoip { get; } = new("vvoip", "v1");

    /// <summary>Our extensions.</summary>
    public static ApiVersion CallTransfer { get; } = new("call-transfer", "v1");

    public static ApiVersion CallKeys { get; } = new("call-keys", "v1");

    public static ApiVersion CallStatus { get; } = new("call-status", "v1") { EventTypePrefix = "org.byon-serverless.call-status.v1." };
}

/// <param name="Name">First segment of the paths, and the name of the API's OpenAPI document with the version.</param>
public sealed record ApiVersion(string Name, string Version)
{
    /// <summary>What every path of the API has between the version and the resource.</summary>
    public string BelowVersion { get; init; } = "";

    public string? EventTypePrefix { get; init; }

    public string BasePath => $"/{Name}/{Version}{BelowVersion}";
}
