namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>A confirmed session as a value: its dialog can be continued by another node.</summary>
public sealed record SipSessionState(SipDialog Dialog, SipLine Line, bool IsCaller);
