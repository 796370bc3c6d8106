using System.Net;

namespace Byon.MediaNode.Core.Protocol.Sdp;

/// <summary>c= values (RFC 8866 §5.7): only literal unicast addresses, since nothing here resolves names.</summary>
internal static class SdpAddress
{
    public static bool IsV6(IPAddress address) => address.ToString().Contains(':');

    public static string Format(IPAddress address) => $"IN {(IsV6(address) ? "IP6" : "IP4")} {address}";

    /// <summary>The unspecified address is returned as it is: it is how RFC 2543 put a call on hold (RFC 3264 §8.4).</summary>
    public static IPAddress? Parse(string? connection)
    {
        var fields = connection?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields is not ["IN", "IP4" or "IP6", _] || !IPAddress.TryParse(fields[2], out var address)) return null;
        var v6 = IsV6(address);
        if (v6 != (fields[1] == "IP6")) return null;
        // IPAddress also takes "1" and "0x7f.1"; SDP means four decimal octets.
        if (!v6 && address.ToString() != fields[2]) return null;
        return address.IsIPv6Multicast || (!v6 && address.GetAddressBytes()[0] >= 224) ? null : address;
    }

    public static bool IsUnspecified(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
