namespace Byon.MediaNode.Core.Protocol.Dns;

/// <summary>The types of records that finding a SIP server needs.</summary>
public enum DnsRecordType : ushort
{
    Address = 1,
    CanonicalName = 5,
    AddressV6 = 28,
    Service = 33,
    NamingAuthority = 35,
}

/// <param name="Name">Lower case, without the last dot.</param>
public readonly record struct DnsQuestion(string Name, DnsRecordType Type);
