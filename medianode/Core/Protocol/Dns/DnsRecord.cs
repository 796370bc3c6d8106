using System.Net;

namespace Byon.MediaNode.Core.Protocol.Dns;

/// <summary>One resource record of a kind we ask for.</summary>
/// <param name="Name">Lower case, without the last dot.</param>
public abstract record DnsRecord(string Name, TimeSpan TimeToLive);

/// <summary>A or AAAA (RFC 1035 §3.4.1, RFC 3596).</summary>
public sealed record AddressRecord(string Name, TimeSpan TimeToLive, IPAddress Address) : DnsRecord(Name, TimeToLive);

/// <summary>CNAME (RFC 1035 §3.3.1).</summary>
public sealed record CanonicalNameRecord(string Name, TimeSpan TimeToLive, string Target) : DnsRecord(Name, TimeToLive);

/// <summary>SRV (RFC 2782).</summary>
/// <param name="Target">Empty: the service is decidedly not available here.</param>
public sealed record ServiceRecord(
    string Name, TimeSpan TimeToLive, ushort Priority, ushort Weight, ushort Port, string Target) : DnsRecord(Name, TimeToLive);

/// <summary>NAPTR (RFC 3403 §4.1).</summary>
/// <param name="Flags">Lower case.</param>
/// <param name="Service">Upper case, such as SIP+D2U.</param>
public sealed record NamingAuthorityRecord(
    string Name, TimeSpan TimeToLive, ushort Order, ushort Preference, string Flags, string Service, string Expression, string Replacement)
    : DnsRecord(Name, TimeToLive);
