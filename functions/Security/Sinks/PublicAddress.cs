using System.Net;
using System.Net.Sockets;

namespace Byon.Functions.Security.Sinks;

/// <summary>
/// Which addresses are of the public Internet: the IANA special-purpose registries (RFC 6890), and what a cloud adds.
/// Of IPv6 only global unicast counts, so that a range assigned tomorrow is not public by accident.
/// </summary>
internal static class PublicAddress
{
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    /// <summary>RFC 6052 §2.1: the last 32 bits are an IPv4 address, which is what gets the packets.</summary>
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    private static readonly IPNetwork[] Special =
    [
        IPNetwork.Parse("0.0.0.0/8"), // this network
        IPNetwork.Parse("10.0.0.0/8"), // private
        IPNetwork.Parse("100.64.0.0/10"), // carrier-grade NAT
        IPNetwork.Parse("127.0.0.0/8"), // loopback
        IPNetwork.Parse("168.63.129.16/32"), // Azure's platform services, reachable from every machine there
        IPNetwork.Parse("169.254.0.0/16"), // link-local, with the clouds' metadata services
        IPNetwork.Parse("172.16.0.0/12"), // private
        IPNetwork.Parse("192.0.0.0/24"), // protocol assignments
        IPNetwork.Parse("192.0.2.0/24"), // documentation
        IPNetwork.Parse("192.88.99.0/24"), // 6to4 relays
        IPNetwork.Parse("192.168.0.0/16"), // private
        IPNetwork.Parse("198.18.0.0/15"), // benchmarks
        IPNetwork.Parse("198.51.100.0/24"), // documentation
        IPNetwork.Parse("203.0.113.0/24"), // documentation
        IPNetwork.Parse("224.0.0.0/4"), // multicast
        IPNetwork.Parse("240.0.0.0/4"), // reserved, broadcast
        IPNetwork.Parse("2001::/23"), // protocol assignments: Teredo, ORCHID, benchmarks
        IPNetwork.Parse("2001:db8::/32"), // documentation
        IPNetwork.Parse("2002::/16"), // 6to4: an IPv4 address in disguise
        IPNetwork.Parse("3fff::/20"), // documentation
    ];

    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return IsPublic(address.MapToIPv4());
        }

        return address.AddressFamily switch
        {
            AddressFamily.InterNetwork => !IsSpecial(address),
            AddressFamily.InterNetworkV6 when Nat64.Contains(address) => IsPublic(new IPAddress(address.GetAddressBytes()[12..])),
            AddressFamily.InterNetworkV6 => GlobalUnicast.Contains(address) && !IsSpecial(address),
            _ => false,
        };
    }

    private static bool IsSpecial(IPAddress address) => Array.Exists(Special, network => network.Contains(address));
}
