using System.Buffers.Binary;

namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>Writes a compound packet piece by piece (RFC 3550 §6). The buffer must hold it: 100 bytes and the CNAME are enough here.</summary>
public ref struct RtcpWriter(Span<byte> buffer)
{
    private const byte CanonicalName = 1;

    private readonly Span<byte> _buffer = buffer;

    public int Length { get; private set; }

    public void WriteSenderReport(uint ssrc, in RtcpSenderInfo sender, scoped ReadOnlySpan<RtcpReportBlock> reports)
    {
        var body = Begin(RtcpType.SenderReport, reports.Length, 24 + reports.Length * RtcpReportBlock.Size);
        BinaryPrimitives.WriteUInt32BigEndian(body, ssrc);
        BinaryPrimitives.WriteUInt64BigEndian(body[4..], sender.NtpTimestamp);
        BinaryPrimitives.WriteUInt32BigEndian(body[12..], sender.RtpTimestamp);
        BinaryPrimitives.WriteUInt32BigEndian(body[16..], sender.PacketCount);
        BinaryPrimitives.WriteUInt32BigEndian(body[20..], sender.OctetCount);
        WriteReports(body[24..], reports);
    }

    public void WriteReceiverReport(uint ssrc, scoped ReadOnlySpan<RtcpReportBlock> reports)
    {
        var body = Begin(RtcpType.ReceiverReport, reports.Length, 4 + reports.Length * RtcpReportBlock.Size);
        BinaryPrimitives.WriteUInt32BigEndian(body, ssrc);
        WriteReports(body[4..], reports);
    }

    /// <summary>The one item that every compound must carry: the canonical name (RFC 3550 §6.5.1), at most 255 bytes.</summary>
    public void WriteCanonicalName(uint ssrc, scoped ReadOnlySpan<byte> name)
    {
        // At least one zero byte ends the chunk, which then fills up to 32 bits.
        var length = (4 + 2 + name.Length + 1 + 3) & ~3;
        var body = Begin(RtcpType.SourceDescription, 1, length);
        body.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(body, ssrc);
        body[4] = CanonicalName;
        body[5] = (byte)name.Length;
        name.CopyTo(body[6..]);
    }

    /// <summary>An extended report with voice metrics alone (RFC 3611 §2).</summary>
    public void WriteVoiceMetrics(uint ssrc, in RtcpVoiceMetrics metrics)
    {
        var body = Begin(RtcpType.ExtendedReport, 0, 4 + RtcpVoiceMetrics.Size);
        BinaryPrimitives.WriteUInt32BigEndian(body, ssrc);
        metrics.Write(body[4..]);
    }

    public void WriteGoodbye(uint ssrc) => BinaryPrimitives.WriteUInt32BigEndian(Begin(RtcpType.Goodbye, 1, 4), ssrc);

    private Span<byte> Begin(RtcpType type, int count, int bodyLength)
    {
        var header = _buffer[Length..];
        header[0] = (byte)(0x80 | count);
        header[1] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)(bodyLength / 4));
        Length += 4 + bodyLength;
        return header.Slice(4, bodyLength);
    }

    private static void WriteReports(Span<byte> body, scoped ReadOnlySpan<RtcpReportBlock> reports)
    {
        foreach (var report in reports)
        {
            BinaryPrimitives.WriteUInt32BigEndian(body, report.Ssrc);
            BinaryPrimitives.WriteInt32BigEndian(body[4..], report.FractionLost << 24 | report.CumulativeLost & 0xFFFFFF);
            BinaryPrimitives.WriteUInt32BigEndian(body[8..], report.HighestSequence);
            BinaryPrimitives.WriteUInt32BigEndian(body[12..], report.Jitter);
            BinaryPrimitives.WriteUInt32BigEndian(body[16..], report.LastSenderReport);
            BinaryPrimitives.WriteUInt32BigEndian(body[20..], report.DelaySinceLastSenderReport);
            body = body[RtcpReportBlock.Size..];
        }
    }
}
