namespace Byon.MediaNode.Core.Media.Amr;

/// <summary>Writes one RTP payload of AMR or AMR-WB in either framing (RFC 4867 §4.3, §4.4).</summary>
public static class AmrPayloadWriter
{
    /// <param name="request">Codec mode request for the peer, or <see cref="AmrFrames.NoRequest"/>.</param>
    /// <param name="frames">Frames with header bytes, one after the other, at most <see cref="AmrFrames.MaximumPerPacket"/>.</param>
    /// <returns>The payload's length; 0 where it does not fit.</returns>
    public static int Write(AudioCodec codec, bool octetAligned, int request, ReadOnlySpan<byte> frames, Span<byte> payload)
    {
        var writer = new BitWriter(payload);
        writer.Write(request, 4);
        if (octetAligned) writer.Align();

        for (var rest = frames; !rest.IsEmpty;)
        {
            var header = rest[0];
            rest = rest[Size(codec, header)..];
            writer.Write((rest.IsEmpty ? 0 : 0x20) | AmrFrames.Type(header) << 1 | (AmrFrames.IsGood(header) ? 1 : 0), 6);
            if (octetAligned) writer.Align();
        }

        for (var rest = frames; !rest.IsEmpty; rest = rest[Size(codec, rest[0])..])
        {
            var bits = AmrFrames.Bits(codec, AmrFrames.Type(rest[0]));
            for (var i = 1; bits > 0; i++, bits -= 8) writer.Write(rest[i] >> (8 - Math.Min(bits, 8)), Math.Min(bits, 8));
            if (octetAligned) writer.Align();
        }

        writer.Align();
        return writer.Length;
    }

    private static int Size(AudioCodec codec, byte header) => 1 + (AmrFrames.Bits(codec, AmrFrames.Type(header)) + 7) / 8;

    private ref struct BitWriter(Span<byte> buffer)
    {
        private readonly Span<byte> _buffer = buffer;
        private int _bit;

        /// <summary>In bytes; 0 once something did not fit.</summary>
        public readonly int Length => _bit + 7 >> 3 is var length && length <= _buffer.Length ? length : 0;

        public void Write(int value, int count)
        {
            for (var i = count - 1; i >= 0; i--, _bit++)
            {
                var at = _bit >> 3;
                if (at >= _buffer.Length) continue;
                if ((_bit & 7) == 0) _buffer[at] = 0;
                _buffer[at] |= (byte)((value >> i & 1) << (7 - (_bit & 7)));
            }
        }

        public void Align() => Write(0, -_bit & 7);
    }
}
