using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Byon.MediaNode.Core.Protocol.Sip.Location;

/// <summary>What an address says about where its server is (RFC 3263 §4: TARGET, port, transport parameter, scheme).</summary>
/// <param name="Host">Lower case; an IPv6 address without brackets.</param>
/// <param name="Port">0 where none is written.</param>
/// <param name="Transport">Null where none is written.</param>
/// <param name="IsSecure">sips: nothing but TLS.</param>
public sealed record SipTarget(string Host, int Port, SipTransport? Transport, bool IsSecure)
{
    /// <summary>Null for an address that is not sip: or sips:, and for a transport we do not speak.</summary>
    public static SipTarget? Of(SipUri uri)
    {
        if (!uri.IsSip) return null;
        SipTransport? transport = uri.Transport switch
        {
            "udp" => SipTransport.Udp,
            "tcp" => uri.Scheme == "sips" ? SipTransport.Tls : SipTransport.Tcp,
            "tls" => SipTransport.Tls,
            _ => null,
        };
        if (uri.Transport is not null && transport is null) return null;
        return new SipTarget(uri.Host.Trim('[', ']').ToLowerInvariant(), uri.Port, transport, uri.Scheme == "sips");
    }

    /// <summary>The server of an IP literal, for which nothing has to be asked.</summary>
    public bool TryGetFlow([NotNullWhen(true)] out SipFlow? flow)
    {
        flow = IPAddress.TryParse(Host, out var address)
            ? new SipFlow(ChosenTransport, new IPEndPoint(address, Port != 0 ? Port : ServerLocation.PortOf(ChosenTransport)))
            : null;
        return flow is not null;
    }

    /// <summary>Where DNS does not choose (§4.1): what is written, else UDP, or TLS for sips.</summary>
    public SipTransport ChosenTransport => Transport ?? (IsSecure ? SipTransport.Tls : SipTransport.Udp);
}
