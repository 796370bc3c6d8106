using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;

namespace Byon.MediaNode.Core.Protocol.Ice;

/// <summary>
/// A Binding message (RFC 8489 §5) read in place: a view over the datagram, valid as long as that is. Nothing is allocated, and
/// nothing but the structure is trusted until <see cref="HasIntegrity"/> says so.
/// </summary>
public readonly ref struct StunMessage
{
    public const int HeaderLength = 20;
    public const int TransactionIdLength = 12;
    public const uint MagicCookie = 0x2112A442;
    internal const uint FingerprintMask = 0x5354554E;
    internal const int IntegrityLength = 20;

    /// <summary>More than any check carries, and what fits into an Ethernet frame.</summary>
    private const int MaxLength = 1500;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _integrityAt;
    private readonly int _attributesEnd;

    private StunMessage(ReadOnlySpan<byte> bytes, int integrityAt, int attributesEnd)
    {
        _bytes = bytes;
        _integrityAt = integrityAt;
        _attributesEnd = attributesEnd;
    }

    public StunClass Class => (StunClass)BinaryPrimitives.ReadUInt16BigEndian(_bytes);

    public ReadOnlySpan<byte> TransactionId => _bytes.Slice(8, TransactionIdLength);

    public bool HasIntegrityAttribute => _integrityAt > 0;

    /// <summary>
    /// The receiver's own part of USERNAME, before the colon: what tells one port's sessions apart (RFC 8445 §7.2.2). Empty when
    /// there is none.
    /// </summary>
    public ReadOnlySpan<byte> LocalFragment
    {
        get
        {
            if (!TryGet(StunAttribute.Username, out var username)) return default;
            var colon = username.IndexOf((byte)':');
            return colon < 0 ? default : username[..colon];
        }
    }

    /// <summary>False for anything that is not a whole Binding message of its own length; FINGERPRINT must match where present.</summary>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out StunMessage message)
    {
        message = default;
        if (datagram.Length is < HeaderLength or > MaxLength || !IsBindingHeader(datagram)) return false;
        var integrityAt = 0;
        var attributesEnd = datagram.Length;
        for (var at = HeaderLength; at < datagram.Length;)
        {
            if (datagram.Length - at < 4) return false;
            var type = (StunAttribute)BinaryPrimitives.ReadUInt16BigEndian(datagram[at..]);
            var length = BinaryPrimitives.ReadUInt16BigEndian(datagram[(at + 2)..]);
            var next = at + 4 + ((length + 3) & ~3);
            if (next > datagram.Length) return false;
            if (type == StunAttribute.Fingerprint && (next != datagram.Length || !IsFingerprint(datagram, at, length))) return false;
            if (type == StunAttribute.MessageIntegrity && integrityAt == 0)
            {
                if (length != IntegrityLength) return false;
                integrityAt = at;
                // What follows is not covered, and is not read (RFC 8489 §14.5).
                attributesEnd = at;
            }
            at = next;
        }
        message = new StunMessage(datagram, integrityAt, attributesEnd);
        return true;
    }

    /// <summary>Value of the first attribute of that type among those MESSAGE-INTEGRITY covers (all of them without one).</summary>
    public bool TryGet(StunAttribute wanted, out ReadOnlySpan<byte> value)
    {
        for (var at = HeaderLength; at < _attributesEnd;)
        {
            var type = (StunAttribute)BinaryPrimitives.ReadUInt16BigEndian(_bytes[at..]);
            var length = BinaryPrimitives.ReadUInt16BigEndian(_bytes[(at + 2)..]);
            value = _bytes.Slice(at + 4, length);
            if (type == wanted) return true;
            at += 4 + ((length + 3) & ~3);
        }
        value = default;
        return false;
    }

    public bool Has(StunAttribute type) => TryGet(type, out _);

    /// <summary>Whether MESSAGE-INTEGRITY is there and was made with this key: the short-term password (RFC 8489 §9.1.1).</summary>
    public bool HasIntegrity(ReadOnlySpan<byte> key)
    {
        if (_integrityAt == 0) return false;
        Span<byte> hash = stackalloc byte[IntegrityLength];
        ComputeIntegrity(_bytes[.._integrityAt], key, hash);
        return CryptographicOperations.FixedTimeEquals(hash, _bytes.Slice(_integrityAt + 4, IntegrityLength));
    }

    /// <summary>Writes the comprehension-required types this node does not know (RFC 8489 §6.3.1), at most as many as fit.</summary>
    public int UnknownAttributes(Span<ushort> types)
    {
        var count = 0;
        for (var at = HeaderLength; at < _attributesEnd && count < types.Length;)
        {
            var type = BinaryPrimitives.ReadUInt16BigEndian(_bytes[at..]);
            if (type < 0x8000 && !Enum.IsDefined((StunAttribute)type)) types[count++] = type;
            at += 4 + ((BinaryPrimitives.ReadUInt16BigEndian(_bytes[(at + 2)..]) + 3) & ~3);
        }
        return count;
    }

    /// <summary>XOR-MAPPED-ADDRESS (RFC 8489 §14.2); null when missing or of an unknown family.</summary>
    public IPEndPoint? MappedAddress()
    {
        if (!TryGet(StunAttribute.XorMappedAddress, out var value) || value.Length < 8) return null;
        var length = value[1] switch { 1 => 4, 2 => 16, _ => 0 };
        if (length == 0 || value.Length != 4 + length) return null;
        Span<byte> address = stackalloc byte[16];
        for (var i = 0; i < length; i++) address[i] = (byte)(value[4 + i] ^ _bytes[4 + i]);
        return new IPEndPoint(new IPAddress(address[..length]), BinaryPrimitives.ReadUInt16BigEndian(value[2..]) ^ (int)(MagicCookie >> 16));
    }

    /// <summary>Code of ERROR-CODE (RFC 8489 §14.8), or 0.</summary>
    public int ErrorCode() => TryGet(StunAttribute.ErrorCode, out var value) && value.Length >= 4 ? ((value[2] & 7) * 100) + value[3] : 0;

    /// <summary>HMAC-SHA1 over the message up to the attribute, with the header's length as if the attribute ended it.</summary>
    internal static void ComputeIntegrity(ReadOnlySpan<byte> upToAttribute, ReadOnlySpan<byte> key, Span<byte> hash)
    {
        Span<byte> copy = stackalloc byte[MaxLength];
        upToAttribute.CopyTo(copy);
        BinaryPrimitives.WriteUInt16BigEndian(copy[2..], (ushort)(upToAttribute.Length - HeaderLength + 4 + IntegrityLength));
#pragma warning disable CA5350 // STUN's short-term mechanism is HMAC-SHA1 (RFC 8489 §14.5).
        HMACSHA1.HashData(key, copy[..upToAttribute.Length], hash);
#pragma warning restore CA5350
    }

    private static bool IsBindingHeader(ReadOnlySpan<byte> datagram) =>
        Enum.IsDefined((StunClass)BinaryPrimitives.ReadUInt16BigEndian(datagram))
        && BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]) == datagram.Length - HeaderLength
        && datagram.Length % 4 == 0
        && BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]) == MagicCookie;

    private static bool IsFingerprint(ReadOnlySpan<byte> datagram, int at, int length) =>
        length == 4 && BinaryPrimitives.ReadUInt32BigEndian(datagram[(at + 4)..]) == (Crc32.Compute(datagram[..at]) ^ FingerprintMask);
}
