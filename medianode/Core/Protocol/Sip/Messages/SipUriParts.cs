namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>The pieces of a parsed <see cref="SipUri"/>.</summary>
internal readonly record struct SipUriParts(
    string Scheme, string? User, string Host, int Port, SipParameters Parameters, string Headers);
