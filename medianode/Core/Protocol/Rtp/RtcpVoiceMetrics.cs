using System.Buffers.Binary;

namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>The VoIP metrics block of an extended report (RFC 3611 §4.7): what a receiver says of one stream of speech.</summary>
/// <param name="LossRate">Of all packets since the beginning, in 1/256.</param>
/// <param name="DiscardRate">Of packets that came too late or too early, in 1/256.</param>
/// <param name="BurstDuration">Mean, in ms, like the gap's.</param>
/// <param name="RoundTrip">In ms; 0 where it was not measured.</param>
/// <param name="EndSystemDelay">Of the receiving side itself, in ms.</param>
/// <param name="Rating">R factor, 0 to 100; <see cref="Unavailable"/> where it is not known.</param>
/// <param name="ListeningMos">Mean opinion score times 10.</param>
/// <param name="ConversationalMos">Mean opinion score times 10.</param>
public readonly record struct RtcpVoiceMetrics(
    uint Ssrc, byte LossRate, byte DiscardRate, byte BurstDensity, byte GapDensity, ushort BurstDuration, ushort GapDuration,
    ushort RoundTrip, ushort EndSystemDelay, byte Rating, byte ListeningMos, byte ConversationalMos)
{
    public const byte Unavailable = 127;

    /// <summary>With the block's own header.</summary>
    public const int Size = 36;

    private const byte BlockType = 7;

    public void Write(Span<byte> block)
    {
        block[..Size].Clear();
        block[0] = BlockType;
        BinaryPrimitives.WriteUInt16BigEndian(block[2..], Size / 4 - 1);
        BinaryPrimitives.WriteUInt32BigEndian(block[4..], Ssrc);
        (block[8], block[9], block[10], block[11]) = (LossRate, DiscardRate, BurstDensity, GapDensity);
        BinaryPrimitives.WriteUInt16BigEndian(block[12..], BurstDuration);
        BinaryPrimitives.WriteUInt16BigEndian(block[14..], GapDuration);
        BinaryPrimitives.WriteUInt16BigEndian(block[16..], RoundTrip);
        BinaryPrimitives.WriteUInt16BigEndian(block[18..], EndSystemDelay);

        // Levels of signal, noise and echo are not measured here.
        (block[20], block[21], block[22], block[23]) = (Unavailable, Unavailable, Unavailable, LossBursts.GapMinimum);
        (block[24], block[25], block[26], block[27]) = (Rating, Unavailable, ListeningMos, ConversationalMos);
    }

    /// <summary>Finds the block among those of an extended report, whose header is left out.</summary>
    public static bool TryFind(ReadOnlySpan<byte> blocks, out RtcpVoiceMetrics metrics)
    {
        metrics = default;
        while (blocks.Length >= 4)
        {
            var length = (BinaryPrimitives.ReadUInt16BigEndian(blocks[2..]) + 1) * 4;
            if (length > blocks.Length) return false;
            if (blocks[0] == BlockType && length == Size)
            {
                metrics = Read(blocks);
                return true;
            }

            blocks = blocks[length..];
        }

        return false;
    }

    private static RtcpVoiceMetrics Read(ReadOnlySpan<byte> block) => new(
        BinaryPrimitives.ReadUInt32BigEndian(block[4..]), block[8], block[9], block[10], block[11],
        BinaryPrimitives.ReadUInt16BigEndian(block[12..]), BinaryPrimitives.ReadUInt16BigEndian(block[14..]),
        BinaryPrimitives.ReadUInt16BigEndian(block[16..]), BinaryPrimitives.ReadUInt16BigEndian(block[18..]),
        block[24], block[26], block[27]);
}
