using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Byon.MediaNode.Core.Protocol.Ice;

/// <summary>Writes one Binding message into a buffer that is large enough for it (a bug otherwise).</summary>
public ref struct StunWriter
{
    private readonly Span<byte> _buffer;
    private int _length;

    public StunWriter(Span<byte> buffer, StunClass type, ReadOnlySpan<byte> transactionId)
    {
        _buffer = buffer;
        BinaryPrimitives.WriteUInt16BigEndian(buffer, (ushort)type);
        BinaryPrimitives.WriteUInt32BigEndian(buffer[4..], StunMessage.MagicCookie);
        transactionId.CopyTo(buffer.Slice(8, StunMessage.TransactionIdLength));
        _length = StunMessage.HeaderLength;
    }

    public void Add(StunAttribute type, scoped ReadOnlySpan<byte> value)
    {
        var target = Begin(type, value.Length);
        value.CopyTo(target);
    }

    public void AddUInt32(StunAttribute type, uint value) => BinaryPrimitives.WriteUInt32BigEndian(Begin(type, 4), value);

    /// <summary>XOR-MAPPED-ADDRESS (RFC 8489 §14.2).</summary>
    public void AddMappedAddress(IPEndPoint address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.Address.TryWriteBytes(bytes, out var length);
        var target = Begin(StunAttribute.XorMappedAddress, 4 + length);
        target[1] = (byte)(length == 4 ? 1 : 2);
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], (ushort)(address.Port ^ (int)(StunMessage.MagicCookie >> 16)));
        for (var i = 0; i < length; i++) target[4 + i] = (byte)(bytes[i] ^ _buffer[4 + i]);
    }

    /// <summary>ERROR-CODE with its RFC's reason phrase, in ASCII (RFC 8489 §14.8).</summary>
    public void AddError(int code, string reason)
    {
        var target = Begin(StunAttribute.ErrorCode, 4 + reason.Length);
        target[2] = (byte)(code / 100);
        target[3] = (byte)(code % 100);
        Encoding.ASCII.GetBytes(reason, target[4..]);
    }

    public void AddUnknownAttributes(ReadOnlySpan<ushort> types)
    {
        var target = Begin(StunAttribute.UnknownAttributes, types.Length * 2);
        for (var i = 0; i < types.Length; i++) BinaryPrimitives.WriteUInt16BigEndian(target[(i * 2)..], types[i]);
    }

    /// <summary>Adds MESSAGE-INTEGRITY, unless the key is empty, and FINGERPRINT; returns the message's length.</summary>
    public int Finish(ReadOnlySpan<byte> key)
    {
        if (!key.IsEmpty)
        {
            Span<byte> hash = stackalloc byte[StunMessage.IntegrityLength];
            StunMessage.ComputeIntegrity(_buffer[.._length], key, hash);
            Add(StunAttribute.MessageIntegrity, hash);
        }
        // The CRC covers the header with the length that includes FINGERPRINT itself (RFC 8489 §14.7).
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[2..], (ushort)(_length + 8 - StunMessage.HeaderLength));
        AddUInt32(StunAttribute.Fingerprint, Crc32.Compute(_buffer[.._length]) ^ StunMessage.FingerprintMask);
        return _length;
    }

    private Span<byte> Begin(StunAttribute type, int length)
    {
        var padded = (length + 3) & ~3;
        var target = _buffer.Slice(_length, 4 + padded);
        target.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(target, (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], (ushort)length);
        _length += 4 + padded;
        return target.Slice(4, length);
    }
}
