namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>One header line: the full name (compact forms are expanded) and the unfolded value.</summary>
public readonly record struct SipHeader(string Name, string Value);
