namespace Byon.MediaNode.Core.Protocol.Sip;

/// <summary>A SIP, SIPS, TEL or URN address (RFC 3261 §19.1, RFC 3966).</summary>
public sealed record SipUri(string Text)
{
    public override string ToString() => Text;
}
