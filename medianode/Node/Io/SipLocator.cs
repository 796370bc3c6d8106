using System.Net;
using System.Net.Sockets;
using Byon.MediaNode.Core.Protocol.Dns;
using Byon.MediaNode.Core.Protocol.Sip.Location;

namespace Byon.MediaNode.Io;

/// <param name="Hops">Best first; empty where nothing was found.</param>
/// <param name="TimeToLive">When to look again.</param>
public sealed record LocatedServers(IReadOnlyList<SipHop> Hops, TimeSpan TimeToLive);

/// <summary>Finds the servers of a SIP address (RFC 3263 §4): asks, and leaves the choice to <see cref="ServerLocation"/>.</summary>
/// <param name="family">Of the SIP socket, which reaches no other addresses.</param>
public sealed class SipLocator(DnsClient dns, AddressFamily family)
{
    private const int MostHops = 32;

    private static readonly TimeSpan ShortestLife = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestLife = TimeSpan.FromHours(1);

    /// <summary>For what a name server does not say a time of: that there is nothing, and what the machine knows by itself.</summary>
    private static readonly TimeSpan UnsaidLife = TimeSpan.FromSeconds(30);

    public async Task<LocatedServers> LocateAsync(SipTarget target, CancellationToken cancel)
    {
        if (target.TryGetFlow(out var flow)) return new LocatedServers([new SipHop(flow.Value, target.Host, 0, 0)], LongestLife);
        var life = LongestLife;
        var servers = ServerLocation.AsksForServices(target) ? await ServersAsync() : [];
        if (servers.Count == 0) servers.Add(ServerLocation.Itself(target));
        var hops = new List<SipHop>();
        foreach (var server in servers.OrderBy(server => server.Rank))
        {
            if (hops.Count >= MostHops) break;
            hops.AddRange(ServerLocation.Hops(target, server, await AddressesAsync(server.Host)));
        }

        return new LocatedServers(hops, life < ShortestLife ? ShortestLife : life);

        async Task<List<SipServer>> ServersAsync()
        {
            var authorities = ServerLocation.AsksForAuthorities(target) ? await AskAsync<NamingAuthorityRecord>(target.Host, DnsRecordType.NamingAuthority) : [];
            var found = new List<SipServer>();
            foreach (var (place, service) in ServerLocation.Services(target, authorities).Index())
                found.AddRange(ServerLocation.Servers(service, place, await AskAsync<ServiceRecord>(service.Name, DnsRecordType.Service)));
            return found;
        }

        async Task<IReadOnlyList<AddressRecord>> AddressesAsync(string host)
        {
            if (IPAddress.TryParse(host, out var literal)) return [new AddressRecord(host, LongestLife, literal)];
            var found = await AskAsync<AddressRecord>(host, family == AddressFamily.InterNetworkV6 ? DnsRecordType.AddressV6 : DnsRecordType.Address);
            if (found.Count > 0) return found;
            Shorten(UnsaidLife);
            return await OfMachineAsync(host, cancel);
        }

        async Task<IReadOnlyList<T>> AskAsync<T>(string name, DnsRecordType type)
            where T : DnsRecord
        {
            var found = (await dns.AskAsync(new DnsQuestion(name, type), cancel))?.Of<T>() ?? [];
            foreach (var record in found) Shorten(record.TimeToLive);
            return found;
        }

        void Shorten(TimeSpan to) => life = to < life ? to : life;
    }

    /// <summary>Names that are no matter of DNS: localhost, /etc/hosts.</summary>
    private async Task<IReadOnlyList<AddressRecord>> OfMachineAsync(string host, CancellationToken cancel)
    {
        try
        {
            return [.. (await Dns.GetHostAddressesAsync(host, family, cancel)).Select(address => new AddressRecord(host, UnsaidLife, address))];
        }
        catch (SocketException)
        {
            return [];
        }
    }
}
