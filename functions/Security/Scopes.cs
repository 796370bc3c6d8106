namespace Byon.Functions.Security;

/// <summary>Scopes per operation: CAMARA's as published; BYON 0.1.2 names none of its own, so its channels follow the same form.</summary>
internal static class Scopes
{
    public const string RegistrationRead = "webrtc-registration:sessions:read";
    public const string RegistrationCreate = "webrtc-registration:sessions:create";
    public const string RegistrationWrite = "webrtc-registration:sessions:write";
    public const string RegistrationDelete = "webrtc-registration:sessions:delete";
    public const string CallRead = "webrtc-call-handling:sessions:read";
    public const string CallCreate = "webrtc-call-handling:sessions:create";
    public const string CallWrite = "webrtc-call-handling:sessions:write";
    public const string CallDelete = "webrtc-call-handling:sessions:delete";
    public const string ChannelRead = "notificationchannel:channels:read";
    public const string ChannelCreate = "notificationchannel:channels:create";
    public const string TransferRead = "call-transfer:sessions:read";
    public const string TransferWrite = "call-transfer:sessions:write";
    public const string KeysWrite = "call-keys:sessions:write";
    public const string ChannelDelete = "notificationchannel:channels:delete";
}
