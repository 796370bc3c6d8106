namespace Byon.Functions;

/// <summary>Every base path of the public API, with its version segment: the only place that knows them.</summary>
internal static class ApiSurface
{
    /// <summary>CAMARA webrtc-registration 0.4.</summary>
    public const string Registration = "/webrtc-registration/v0.4";

    /// <summary>CAMARA webrtc-call-handling 0.4.</summary>
    public const string CallHandling = "/webrtc-call-handling/v0.4";

    /// <summary>BYON 0.1.2 notification channels.</summary>
    public const string NotificationChannel = "/notificationchannel/v1/{deviceId}";

    public const string Health = "/health";
}
