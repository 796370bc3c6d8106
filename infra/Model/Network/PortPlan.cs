namespace Byon.Infra.Model.Network;

/// <summary>The ports of a media node: what its settings say and what the security rules open come from here alone.</summary>
/// <param name="Sip">UDP and TCP, towards the IMS.</param>
/// <param name="SipTls">TCP, towards the IMS; null where nodes have no certificate.</param>
/// <param name="Control">TCP, for functions only.</param>
/// <param name="WebRtc">UDP, one port per worker, for browsers anywhere.</param>
/// <param name="Rtp">UDP, RTP and RTCP towards the IMS, two ports per call.</param>
/// <param name="OpenMedia">What may be opened for media; <paramref name="WebRtc"/> and <paramref name="Rtp"/> lie within it.</param>
public sealed record PortPlan(int Sip, int? SipTls, int Control, PortRange WebRtc, PortRange Rtp, PortRange OpenMedia)
{
    public const int PortsPerCall = 2;

    /// <summary>Those of programs, which must not be media ports nor twice there.</summary>
    public IEnumerable<int> Listening => new[] { Sip, SipTls, Control }.OfType<int>();

    /// <summary>Linux gives outgoing connections ports from here on (ip_local_port_range): media stays below.</summary>
    public const int FirstEphemeral = 32768;
}
