using System.Buffers.Binary;
using System.Numerics;

namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>
/// A feedback message read in place (RFC 4585 §6.1): who sends it, of which source, and the feedback control information. The
/// packet is of type 205 or 206 and at least twelve bytes long, as <see cref="RtcpReader"/> has checked.
/// </summary>
public readonly ref struct RtcpFeedback
{
    /// <summary>Formats of transport-layer feedback (RFC 4585 §6.2, RFC 5104 §4.2).</summary>
    public const int Nack = 1, BitrateLimit = 3, BitrateLimitNotice = 4;

    /// <summary>Formats of payload-specific feedback (RFC 4585 §6.3, RFC 5104 §4.3).</summary>
    public const int PictureLoss = 1, FullIntra = 4, ApplicationLayer = 15;

    /// <summary>Type, sender and source before the control information.</summary>
    internal const int HeaderSize = 12;

    private const uint Remb = 0x52454D42;

    private readonly ReadOnlySpan<byte> _control;

    internal RtcpFeedback(RtcpType type, int format, ReadOnlySpan<byte> packet)
    {
        Type = type;
        Format = format;
        Source = BinaryPrimitives.ReadUInt32BigEndian(packet[8..]);
        // The last byte counts the padding, itself included (RFC 3550 §6.4.1).
        var padding = (packet[0] & 0x20) != 0 ? packet[^1] : 0;
        _control = padding <= packet.Length - HeaderSize ? packet[HeaderSize..^padding] : default;
    }

    public RtcpType Type { get; }

    public int Format { get; }

    /// <summary>The media source it is about; 0 where the control information names the sources.</summary>
    public uint Source { get; }

    /// <summary>Entries of a generic NACK.</summary>
    public int NackCount => Type == RtcpType.TransportFeedback && Format == Nack ? _control.Length / 4 : 0;

    /// <summary>One entry: a sequence number that is missing, and which of the next sixteen are as well, the lowest bit first.</summary>
    public (ushort Sequence, ushort Following) NackAt(int index) => (
        BinaryPrimitives.ReadUInt16BigEndian(_control[(index * 4)..]), BinaryPrimitives.ReadUInt16BigEndian(_control[(index * 4 + 2)..]));

    /// <summary>Whether the receiver of <paramref name="ssrc"/> needs a whole picture: a PLI of it, or a FIR that names it.</summary>
    public bool AsksForPicture(uint ssrc)
    {
        if (Type != RtcpType.PayloadFeedback) return false;
        if (Format == PictureLoss) return Source == ssrc;
        if (Format != FullIntra) return false;
        for (var at = 0; at + 8 <= _control.Length; at += 8)
        {
            if (BinaryPrimitives.ReadUInt32BigEndian(_control[at..]) == ssrc) return true;
        }

        return false;
    }

    /// <summary>The bit rate in bit/s that the receiver of <paramref name="ssrc"/> can take at most: TMMBR or REMB; null in any other message.</summary>
    public long? BitrateOf(uint ssrc) => (Type, Format) switch
    {
        (RtcpType.TransportFeedback, BitrateLimit) => ReadLimit(ssrc),
        (RtcpType.PayloadFeedback, ApplicationLayer) => ReadEstimate(ssrc),
        _ => null,
    };

    /// <summary>RFC 5104 §4.2.1.1: six bits of exponent, seventeen of mantissa, nine of overhead.</summary>
    private long? ReadLimit(uint ssrc)
    {
        for (var at = 0; at + 8 <= _control.Length; at += 8)
        {
            if (BinaryPrimitives.ReadUInt32BigEndian(_control[at..]) != ssrc) continue;
            var word = BinaryPrimitives.ReadUInt32BigEndian(_control[(at + 4)..]);
            return Scale(word >> 9 & 0x1FFFF, (int)(word >> 26));
        }

        return null;
    }

    /// <summary>draft-alvestrand-rmcat-remb §2.2: "REMB", a count of sources, six bits of exponent, eighteen of mantissa, the sources.</summary>
    private long? ReadEstimate(uint ssrc)
    {
        if (_control.Length < 8 || BinaryPrimitives.ReadUInt32BigEndian(_control) != Remb) return null;
        var word = BinaryPrimitives.ReadUInt32BigEndian(_control[4..]);
        var sources = Math.Min((int)(word >> 24), (_control.Length - 8) / 4);
        for (var i = 0; i < sources; i++)
        {
            if (BinaryPrimitives.ReadUInt32BigEndian(_control[(8 + i * 4)..]) == ssrc) return Scale(word & 0x3FFFF, (int)(word >> 18 & 0x3F));
        }

        return null;
    }

    /// <summary>Exponents reach beyond what a long holds: no limit then.</summary>
    private static long Scale(uint mantissa, int exponent) =>
        mantissa == 0 ? 0 : exponent + 32 - BitOperations.LeadingZeroCount(mantissa) > 62 ? long.MaxValue : (long)mantissa << exponent;
}
