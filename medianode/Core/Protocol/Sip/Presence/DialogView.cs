namespace Byon.MediaNode.Core.Protocol.Sip.Presence;

/// <summary>The states of RFC 4235 §3.7.1 that a call of ours can be in.</summary>
internal enum DialogState
{
    Trying,
    Early,
    Confirmed,
    Terminated,
}

/// <summary>One call as watchers see it: that it is there, and what REFER and Replaces need to name it. Never who is in it.</summary>
/// <param name="CallId">Null, as the tags, before there is a dialog.</param>
internal sealed record DialogView(string Id, string? CallId, string? LocalTag, string? RemoteTag, bool IsInitiator, DialogState State);
