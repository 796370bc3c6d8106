using System.Net;
using System.Net.Sockets;

namespace Byon.Infra.Model.Network;

/// <summary>IPv4 networks in CIDR notation (RFC 4632).</summary>
public static class Cidr
{
    /// <summary>False for IPv6, for host bits that are set (192.0.2.1/24) and for a bare address without a length.</summary>
    public static bool TryParse(string text, out IPNetwork network) =>
        IPNetwork.TryParse(text, out network) && network.BaseAddress.AddressFamily == AddressFamily.InterNetwork && network.ToString() == text;

    public static bool Overlap(IPNetwork one, IPNetwork other) =>
        one.Contains(other.BaseAddress) || other.Contains(one.BaseAddress);

    public static bool Contains(IPNetwork outer, IPNetwork inner) =>
        outer.PrefixLength <= inner.PrefixLength && outer.Contains(inner.BaseAddress);

    /// <summary>Addresses of a network of this prefix length.</summary>
    public static int Size(int prefixLength) => 1 << (32 - prefixLength);

    /// <summary>Firewalls of storage and vault take networks up to /30, and single addresses without a length.</summary>
    public static IEnumerable<string> ForResourceFirewall(IPNetwork network)
    {
        if (network.PrefixLength <= 30) return [network.ToString()];
        var first = network.BaseAddress.GetAddressBytes();
        return Enumerable.Range(0, Size(network.PrefixLength)).Select(i => $"{first[0]}.{first[1]}.{first[2]}.{first[3] + i}");
    }
}
