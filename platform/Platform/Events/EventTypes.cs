namespace Byon.Platform.Events;

/// <summary>The CloudEvents types we send: names and versions, in one place.</summary>
public static class EventTypes
{
    public const string SessionInvitation = Camara + "session-invitation";
    public const string SessionStatus = Camara + "session-status";
    public const string RegistrationEnds = Camara + "registration-ends";

    /// <summary>Ours: technical steps of a call, on WebSocket channels only.</summary>
    public const string CallMilestone = "org.byon-serverless.call-milestone.v0";

    private const string Camara = "org.camaraproject.webrtc-events.v0.";
}
