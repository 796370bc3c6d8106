using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.Local.Ims;

/// <summary>Where one copy of a request goes: its new Request-URI and the flow it leaves on.</summary>
internal sealed record ForwardTarget(SipUri Uri, SipFlow Flow);
