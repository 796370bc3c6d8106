using System.Net;

namespace Byon.Infra.Model.Network;

/// <summary>Who may reach a media node: the IMS its SIP and RTP, browsers the WebRTC ports, functions the control API.</summary>
public static class MediaFirewall
{
    public static IReadOnlyList<SecurityRule> Rules(PortPlan ports, AddressPlan addresses, IReadOnlyList<IPNetwork> signallingPeers, IReadOnlyList<IPNetwork> mediaPeers)
    {
        string[] signalling = [.. signallingPeers.Select(peer => peer.ToString())];
        string[] media = [.. signallingPeers.Concat(mediaPeers).Select(peer => peer.ToString()).Distinct()];
        var sip = PortRange.Single(ports.Sip);
        SecurityRule[] tls = ports.SipTls is { } port ? [new("sip-tls", 115, true, RuleProtocol.Tcp, signalling, PortRange.Single(port))] : [];
        return
        [
            new SecurityRule("sip-udp", 100, true, RuleProtocol.Udp, signalling, sip),
            new SecurityRule("sip-tcp", 110, true, RuleProtocol.Tcp, signalling, sip),
            .. tls,
            new SecurityRule("rtp", 120, true, RuleProtocol.Udp, media, ports.Rtp),
            new SecurityRule("webrtc", 130, true, RuleProtocol.Udp, [SecurityRule.Internet], ports.WebRtc),
            new SecurityRule("control", 140, true, RuleProtocol.Tcp, [addresses.Functions.ToString()], PortRange.Single(ports.Control)),
            Nothing,
        ];
    }

    /// <summary>Ahead of the rules every group has, which let the whole virtual network in.</summary>
    public static SecurityRule Nothing { get; } = new("deny-all", 4096, false, RuleProtocol.Any, [SecurityRule.Anywhere], null);
}
