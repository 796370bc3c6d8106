using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.Local.Ims;

/// <summary>One registered contact (RFC 3261 §10.3).</summary>
/// <param name="Instance">+sip.instance (RFC 5626): a device that comes back with another contact replaces its old one.</param>
/// <param name="Flow">Where its last REGISTER came from: over TCP the open connection is used again.</param>
internal sealed record ImsBinding(SipUri Contact, string? Instance, SipFlow Flow, Instant ExpiresAt);
