using System.Buffers.Binary;
using System.Numerics;

namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>Writes feedback messages behind what a compound packet holds already; each returns the new length.</summary>
public static class RtcpFeedbackWriter
{
    /// <summary>The longest message: a NACK of <see cref="MaximumNacks"/> entries.</summary>
    public const int MaximumSize = RtcpFeedback.HeaderSize + MaximumNacks * 4;

    /// <summary>Entries of one NACK.</summary>
    public const int MaximumNacks = 32;

    /// <summary>RFC 4585 §6.3.1.</summary>
    public static int WritePictureLoss(Span<byte> buffer, int at, uint sender, uint source)
    {
        Begin(buffer[at..], RtcpType.PayloadFeedback, RtcpFeedback.PictureLoss, sender, source, 0);
        return at + RtcpFeedback.HeaderSize;
    }

    /// <summary>RFC 5104 §4.3.1: a request is repeated under the same number, a new one has the next.</summary>
    public static int WriteFullIntra(Span<byte> buffer, int at, uint sender, uint source, byte number)
    {
        var control = Begin(buffer[at..], RtcpType.PayloadFeedback, RtcpFeedback.FullIntra, sender, 0, 8);
        BinaryPrimitives.WriteUInt32BigEndian(control, source);
        BinaryPrimitives.WriteUInt32BigEndian(control[4..], (uint)number << 24);
        return at + RtcpFeedback.HeaderSize + 8;
    }

    /// <summary>RFC 4585 §6.2.1. At most <see cref="MaximumNacks"/> entries.</summary>
    public static int WriteNack(Span<byte> buffer, int at, uint sender, uint source, ReadOnlySpan<(ushort Sequence, ushort Following)> missing)
    {
        var control = Begin(buffer[at..], RtcpType.TransportFeedback, RtcpFeedback.Nack, sender, source, missing.Length * 4);
        for (var i = 0; i < missing.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(control[(i * 4)..], missing[i].Sequence);
            BinaryPrimitives.WriteUInt16BigEndian(control[(i * 4 + 2)..], missing[i].Following);
        }

        return at + RtcpFeedback.HeaderSize + missing.Length * 4;
    }

    /// <summary>TMMBR (RFC 5104 §4.2.1), or TMMBN where it tells the source's own limit back (§4.2.2). The overhead is that of IP, UDP and RTP.</summary>
    public static int WriteLimit(Span<byte> buffer, int at, uint sender, uint source, long bitsPerSecond, bool notice)
    {
        const uint overhead = 40;
        var control = Begin(
            buffer[at..], RtcpType.TransportFeedback, notice ? RtcpFeedback.BitrateLimitNotice : RtcpFeedback.BitrateLimit, sender, 0, 8);
        var (mantissa, exponent) = Split(bitsPerSecond, 17);
        BinaryPrimitives.WriteUInt32BigEndian(control, source);
        BinaryPrimitives.WriteUInt32BigEndian(control[4..], exponent << 26 | mantissa << 9 | overhead);
        return at + RtcpFeedback.HeaderSize + 8;
    }

    /// <summary>REMB (draft-alvestrand-rmcat-remb §2.2) for one source.</summary>
    public static int WriteEstimate(Span<byte> buffer, int at, uint sender, uint source, long bitsPerSecond)
    {
        var control = Begin(buffer[at..], RtcpType.PayloadFeedback, RtcpFeedback.ApplicationLayer, sender, 0, 12);
        var (mantissa, exponent) = Split(bitsPerSecond, 18);
        "REMB"u8.CopyTo(control);
        BinaryPrimitives.WriteUInt32BigEndian(control[4..], 1u << 24 | exponent << 18 | mantissa);
        BinaryPrimitives.WriteUInt32BigEndian(control[8..], source);
        return at + RtcpFeedback.HeaderSize + 12;
    }

    /// <summary>Rounded down: a limit must not come out higher than it is.</summary>
    private static (uint Mantissa, uint Exponent) Split(long bitsPerSecond, int bits)
    {
        var exponent = Math.Max(0, 64 - BitOperations.LeadingZeroCount((ulong)bitsPerSecond) - bits);
        return ((uint)(bitsPerSecond >> exponent), (uint)exponent);
    }

    private static Span<byte> Begin(Span<byte> buffer, RtcpType type, int format, uint sender, uint source, int controlLength)
    {
        buffer[0] = (byte)(0x80 | format);
        buffer[1] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(buffer[2..], (ushort)((RtcpFeedback.HeaderSize + controlLength) / 4 - 1));
        BinaryPrimitives.WriteUInt32BigEndian(buffer[4..], sender);
        BinaryPrimitives.WriteUInt32BigEndian(buffer[8..], source);
        return buffer.Slice(RtcpFeedback.HeaderSize, controlLength);
    }
}
