namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>What names a dialog on our side (RFC 3261 §12): requests of the peer carry our tag in To.</summary>
public readonly record struct SipDialogId(string CallId, string LocalTag, string RemoteTag);
