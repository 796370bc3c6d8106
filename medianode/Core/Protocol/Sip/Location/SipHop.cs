namespace Byon.MediaNode.Core.Protocol.Sip.Location;

/// <summary>One server of a target, found.</summary>
/// <param name="Domain">The name that was looked for: what a TLS certificate has to carry (RFC 5922 §4).</param>
/// <param name="Rank">Lower ones are tried first.</param>
/// <param name="Weight">The share among those of one rank (RFC 2782).</param>
public sealed record SipHop(SipFlow Flow, string Domain, int Rank, int Weight);
