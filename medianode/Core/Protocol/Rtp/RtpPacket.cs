using System.Buffers.Binary;

namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>One RTP packet read in place (RFC 3550 §5.1): contributing sources, header extension and padding are stepped over.</summary>
public readonly ref struct RtpPacket
{
    public const int HeaderSize = 12;

    private readonly ReadOnlySpan<byte> _packet;

    private RtpPacket(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> payload)
    {
        _packet = packet;
        Payload = payload;
    }

    public bool Marker => (_packet[1] & 0x80) != 0;

    public byte PayloadType => (byte)(_packet[1] & 0x7F);

    public ushort SequenceNumber => BinaryPrimitives.ReadUInt16BigEndian(_packet[2..]);

    public uint Timestamp => BinaryPrimitives.ReadUInt32BigEndian(_packet[4..]);

    public uint Ssrc => BinaryPrimitives.ReadUInt32BigEndian(_packet[8..]);

    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>False for anything that is not a whole version 2 packet (RFC 3550 appendix A.1).</summary>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out RtpPacket packet)
    {
        packet = default;
        if (datagram.Length < HeaderSize || datagram[0] >> 6 != 2) return false;

        var offset = HeaderSize + (datagram[0] & 0x0F) * 4;
        if ((datagram[0] & 0x10) != 0)
        {
            if (datagram.Length < offset + 4) return false;
            offset += 4 + BinaryPrimitives.ReadUInt16BigEndian(datagram[(offset + 2)..]) * 4;
        }

        // The last byte counts the padding, itself included; none at all cannot be flagged as padding.
        var padding = 0;
        if ((datagram[0] & 0x20) != 0 && (padding = datagram[^1]) == 0) return false;

        var length = datagram.Length - offset - padding;
        if (length < 0) return false;
        packet = new RtpPacket(datagram, datagram.Slice(offset, length));
        return true;
    }

    /// <summary>Writes a header without contributing sources, extension or padding: <see cref="HeaderSize"/> bytes.</summary>
    public static void WriteHeader(Span<byte> destination, byte payloadType, bool marker, ushort sequenceNumber, uint timestamp, uint ssrc)
    {
        destination[0] = 0x80;
        destination[1] = (byte)(payloadType & 0x7F | (marker ? 0x80 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], sequenceNumber);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], ssrc);
    }

    /// <summary>How far <paramref name="later"/> lies after <paramref name="earlier"/>, the shorter way round the 16-bit circle.</summary>
    public static int Distance(ushort earlier, ushort later) => (short)(later - earlier);
}
