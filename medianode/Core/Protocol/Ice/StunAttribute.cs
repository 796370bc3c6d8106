namespace Byon.MediaNode.Core.Protocol.Ice;

/// <summary>Attribute types of RFC 8489 §18.3 and RFC 8445 §16.1. Below 0x8000 a receiver must understand them.</summary>
public enum StunAttribute : ushort
{
    Username = 0x0006,
    MessageIntegrity = 0x0008,
    ErrorCode = 0x0009,
    UnknownAttributes = 0x000A,
    MessageIntegritySha256 = 0x001C,
    XorMappedAddress = 0x0020,
    Priority = 0x0024,
    UseCandidate = 0x0025,
    Software = 0x8022,
    Fingerprint = 0x8028,
    IceControlled = 0x8029,
    IceControlling = 0x802A,
}

/// <summary>The two class bits of a Binding message's type, in place (RFC 8489 §5).</summary>
public enum StunClass
{
    Request = 0x0001,
    Indication = 0x0011,
    Success = 0x0101,
    Error = 0x0111,
}
