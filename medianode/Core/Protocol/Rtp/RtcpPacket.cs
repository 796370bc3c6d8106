using System.Buffers.Binary;

namespace Byon.MediaNode.Core.Protocol.Rtp;

public enum RtcpType : byte
{
    SenderReport = 200,
    ReceiverReport = 201,
    SourceDescription = 202,
    Goodbye = 203,

    /// <summary>RFC 4585 §6.2.</summary>
    TransportFeedback = 205,

    /// <summary>RFC 4585 §6.3.</summary>
    PayloadFeedback = 206,

    /// <summary>RFC 3611.</summary>
    ExtendedReport = 207,
}

/// <summary>What a sender says of itself (RFC 3550 §6.4.1).</summary>
public readonly record struct RtcpSenderInfo(ulong NtpTimestamp, uint RtpTimestamp, uint PacketCount, uint OctetCount);

/// <summary>What a receiver says of one source (RFC 3550 §6.4.1).</summary>
/// <param name="FractionLost">Since the last report, in 1/256.</param>
/// <param name="CumulativeLost">Signed 24 bits: duplicates can make it negative.</param>
/// <param name="Jitter">In units of the media clock.</param>
/// <param name="LastSenderReport">Middle 32 bits of the NTP time stamp of the last sender report seen; 0 for none.</param>
/// <param name="DelaySinceLastSenderReport">In 1/65,536 s.</param>
public readonly record struct RtcpReportBlock(
    uint Ssrc, byte FractionLost, int CumulativeLost, uint HighestSequence, uint Jitter, uint LastSenderReport,
    uint DelaySinceLastSenderReport)
{
    public const int Size = 24;
}

/// <summary>One packet of a compound, read in place. Length and count of report blocks are checked before it is handed out.</summary>
public readonly ref struct RtcpPacket
{
    private const int SenderInfoSize = 20;

    private readonly ReadOnlySpan<byte> _packet;

    internal RtcpPacket(ReadOnlySpan<byte> packet) => _packet = packet;

    public RtcpType Type => (RtcpType)_packet[1];

    /// <summary>Report blocks of a report, chunks of a source description, sources of a goodbye.</summary>
    public int Count => _packet[0] & 0x1F;

    /// <summary>Who sends; 0 in a packet without a body.</summary>
    public uint Ssrc => _packet.Length < 8 ? 0 : BinaryPrimitives.ReadUInt32BigEndian(_packet[4..]);

    /// <summary>Of a sender report only.</summary>
    public RtcpSenderInfo SenderInfo => new(
        BinaryPrimitives.ReadUInt64BigEndian(_packet[8..]),
        BinaryPrimitives.ReadUInt32BigEndian(_packet[16..]),
        BinaryPrimitives.ReadUInt32BigEndian(_packet[20..]),
        BinaryPrimitives.ReadUInt32BigEndian(_packet[24..]));

    /// <summary>Of a sender or receiver report: the block with this index, below <see cref="Count"/>.</summary>
    public RtcpReportBlock Report(int index)
    {
        var block = _packet.Slice(ReportsOffset(Type) + index * RtcpReportBlock.Size, RtcpReportBlock.Size);
        return new RtcpReportBlock(
            BinaryPrimitives.ReadUInt32BigEndian(block),
            block[4],
            BinaryPrimitives.ReadInt32BigEndian(block[4..]) << 8 >> 8,
            BinaryPrimitives.ReadUInt32BigEndian(block[8..]),
            BinaryPrimitives.ReadUInt32BigEndian(block[12..]),
            BinaryPrimitives.ReadUInt32BigEndian(block[16..]),
            BinaryPrimitives.ReadUInt32BigEndian(block[20..]));
    }

    /// <summary>Of an extended report only: its blocks.</summary>
    public ReadOnlySpan<byte> Blocks => _packet[8..];

    /// <summary>Of the two types of feedback only.</summary>
    public RtcpFeedback Feedback => new(Type, Count, _packet);

    internal static int MinimumLength(RtcpType type, int count) => type switch
    {
        RtcpType.SenderReport or RtcpType.ReceiverReport => ReportsOffset(type) + count * RtcpReportBlock.Size,
        RtcpType.Goodbye => 4 + count * 4,
        RtcpType.ExtendedReport => 8,
        RtcpType.TransportFeedback or RtcpType.PayloadFeedback => RtcpFeedback.HeaderSize,
        _ => 4,
    };

    private static int ReportsOffset(RtcpType type) => type == RtcpType.SenderReport ? 8 + SenderInfoSize : 8;
}

/// <summary>
/// Walks a compound packet (RFC 3550 §6.1, appendix A.2). Reduced-size packets (RFC 5506) are read as well, so the first
/// packet need not be a report.
/// </summary>
public ref struct RtcpReader(ReadOnlySpan<byte> compound)
{
    private ReadOnlySpan<byte> _rest = compound;

    /// <summary>Something that is no RTCP packet was met; what came before it stands.</summary>
    public bool Malformed { get; private set; }

    public bool TryRead(out RtcpPacket packet)
    {
        packet = default;
        if (_rest.IsEmpty) return false;
        if (!TryMeasure(_rest, out var length))
        {
            Malformed = true;
            _rest = default;
            return false;
        }

        packet = new RtcpPacket(_rest[..length]);
        _rest = _rest[length..];
        return true;
    }

    private static bool TryMeasure(ReadOnlySpan<byte> rest, out int length)
    {
        length = 0;
        if (rest.Length < 4 || rest[0] >> 6 != 2) return false;
        length = (BinaryPrimitives.ReadUInt16BigEndian(rest[2..]) + 1) * 4;
        return length <= rest.Length && length >= RtcpPacket.MinimumLength((RtcpType)rest[1], rest[0] & 0x1F);
    }
}
