namespace Byon.Platform.Events;

/// <summary>The CloudEvents types we send. The prefix of CAMARA's is the version's: <see cref="ApiVersion.EventTypePrefix"/>.</summary>
public static class EventTypes
{
    public static readonly string SessionInvitation = ApiVersions.Events.EventTypePrefix + "session-invitation";
    public static readonly string SessionStatus = ApiVersions.Events.EventTypePrefix + "session-status";
    public static readonly string RegistrationEnds = ApiVersions.Events.EventTypePrefix + "registration-ends";

    /// <summary>Ours: technical steps of a call, on WebSocket channels only.</summary>
    public const string CallMilestone = "org.byon-serverless.call-milestone.v0";
}
