using Byon.MediaNode.Core.Protocol.Dns;

namespace Byon.MediaNode.Core.Protocol.Sip.Location;

/// <summary>What is to be asked for in SRV records.</summary>
/// <param name="Name">Such as _sip._udp.ims.example.</param>
public readonly record struct SipService(SipTransport Transport, string Name);

/// <summary>A host of a service, whose addresses are to be asked for.</summary>
public readonly record struct SipServer(SipTransport Transport, string Host, int Port, int Rank, int Weight);

/// <summary>
/// The decisions of RFC 3263 §4, without asking anybody: from NAPTR records to services, from SRV records to servers, from
/// addresses to hops. What a name server sends is taken up to a limit.
/// </summary>
public static class ServerLocation
{
    private const int MostServices = 6;
    private const int MostServers = 16;

    /// <summary>Rank of a service, so that priorities of its servers (16 bits) stay below.</summary>
    private const int ServiceStep = 1 << 16;

    public static int PortOf(SipTransport transport) => transport == SipTransport.Tls ? 5061 : 5060;

    /// <summary>§4.1: a port that is written says that neither NAPTR nor SRV are meant.</summary>
    public static bool AsksForServices(SipTarget target) => target.Port == 0;

    /// <summary>§4.1: a transport that is written makes NAPTR needless.</summary>
    public static bool AsksForAuthorities(SipTarget target) => target.Port == 0 && target.Transport is null;

    /// <summary>
    /// The services to ask for in order: what the domain prefers, else every transport we speak. sips: is TLS alone, and an
    /// address without the s may go over TLS only where its domain says so.
    /// </summary>
    public static IReadOnlyList<SipService> Services(SipTarget target, IEnumerable<NamingAuthorityRecord> records)
    {
        if (target.Transport is { } written) return [Service(target, written)];
        var preferred = records
            .Where(record => record.Flags == "s" && record.Expression.Length == 0 && record.Replacement.Length > 0)
            .OrderBy(record => record.Order).ThenBy(record => record.Preference)
            .Select(record => (Transport: TransportOf(record.Service), record.Replacement))
            .Where(one => one.Transport is { } transport && (!target.IsSecure || transport == SipTransport.Tls))
            .Select(one => new SipService(one.Transport!.Value, one.Replacement))
            .Distinct().Take(MostServices).ToArray();
        if (preferred.Length > 0) return preferred;
        return target.IsSecure ? [Service(target, SipTransport.Tls)] : [Service(target, SipTransport.Udp), Service(target, SipTransport.Tcp)];
    }

    /// <param name="place">Of the service among the target's.</param>
    public static IEnumerable<SipServer> Servers(SipService service, int place, IEnumerable<ServiceRecord> records) => records
        .Where(record => record.Target.Length > 0 && record.Port > 0)
        .OrderBy(record => record.Priority)
        .Take(MostServers)
        .Select(record => new SipServer(service.Transport, record.Target, record.Port, (place * ServiceStep) + record.Priority, record.Weight));

    /// <summary>§4.2: without SRV records the addresses of the name itself, at the usual port.</summary>
    public static SipServer Itself(SipTarget target) =>
        new(target.ChosenTransport, target.Host, target.Port != 0 ? target.Port : PortOf(target.ChosenTransport), 0, 0);

    public static IEnumerable<SipHop> Hops(SipTarget target, SipServer server, IEnumerable<AddressRecord> addresses) =>
        addresses.Select(record => new SipHop(new SipFlow(server.Transport, new(record.Address, server.Port)), target.Host, server.Rank, server.Weight));

    private static SipService Service(SipTarget target, SipTransport transport) => new(transport, transport switch
    {
        SipTransport.Tls => $"_sips._tcp.{target.Host}",
        SipTransport.Tcp => $"_sip._tcp.{target.Host}",
        _ => $"_sip._udp.{target.Host}",
    });

    private static SipTransport? TransportOf(string service) => service switch
    {
        "SIP+D2U" => SipTransport.Udp,
        "SIP+D2T" => SipTransport.Tcp,
        "SIPS+D2T" => SipTransport.Tls,
        _ => null,
    };
}
