namespace Byon.MediaNode.Core.Media.Amr;

/// <summary>
/// Reads one RTP payload of AMR or AMR-WB in either framing (RFC 4867 §4.3, §4.4), without CRC, interleaving or robust
/// sorting. The whole payload is checked before the first frame is handed out: a length that does not fit its table of
/// contents, or a frame type that does not exist, refuses all of it.
/// </summary>
public ref struct AmrPayloadReader
{
    private readonly ReadOnlySpan<byte> _payload;
    private readonly AudioCodec _codec;
    private readonly bool _octetAligned;
    private int _entry;
    private int _bit;

    private AmrPayloadReader(ReadOnlySpan<byte> payload, AudioCodec codec, bool octetAligned)
    {
        _payload = payload;
        _codec = codec;
        _octetAligned = octetAligned;
    }

    /// <summary>The mode that the sender wants to be sent; null where it asks for none or for one that does not exist.</summary>
    public readonly int? RequestedMode => Bits(0, 4) is var mode && mode <= AmrFrames.HighestMode(_codec) ? mode : null;

    /// <summary>Frames in the packet, oldest first; each lasts 20 ms.</summary>
    public int Count { get; private set; }

    private readonly int EntrySize => _octetAligned ? 8 : 6;

    private readonly int FirstEntry => _octetAligned ? 8 : 4;

    public static bool TryParse(ReadOnlySpan<byte> payload, AudioCodec codec, bool octetAligned, out AmrPayloadReader reader)
    {
        reader = new AmrPayloadReader(payload, codec, octetAligned);
        return reader.TryMeasure();
    }

    /// <summary>The next frame with its header byte, into room for <see cref="AmrFrames.MaximumSize"/>.</summary>
    public bool TryRead(scoped Span<byte> frame, out int length)
    {
        length = 0;
        if (_entry == Count) return false;
        var type = Type(_entry);
        frame[0] = AmrFrames.Header(type, Bits(FirstEntry + _entry * EntrySize + 5, 1) == 1);
        _entry++;

        var bits = AmrFrames.Bits(_codec, type);
        length = 1 + (bits + 7) / 8;
        for (var i = 1; i < length; i++)
        {
            var count = Math.Min(8, bits - (i - 1) * 8);
            frame[i] = (byte)(Bits(_bit, count) << (8 - count));
            _bit += count;
        }

        if (_octetAligned) _bit = _bit + 7 & ~7;
        return true;
    }

    private bool TryMeasure()
    {
        var total = _payload.Length * 8;
        var data = 0;
        for (var more = true; more; Count++)
        {
            var entry = FirstEntry + Count * EntrySize;
            if (Count == AmrFrames.MaximumPerPacket || entry + EntrySize > total) return false;
            var bits = AmrFrames.Bits(_codec, Type(Count));
            if (bits < 0) return false;
            data += _octetAligned ? bits + 7 & ~7 : bits;
            more = Bits(entry, 1) == 1;
        }

        _bit = FirstEntry + Count * EntrySize;
        return (_bit + data + 7) / 8 == _payload.Length;
    }

    private readonly int Type(int entry) => Bits(FirstEntry + entry * EntrySize + 1, 4);

    /// <summary>Up to eight bits, which may lie across two bytes.</summary>
    private readonly int Bits(int offset, int count)
    {
        var at = offset >> 3;
        var two = _payload[at] << 8 | (at + 1 < _payload.Length ? _payload[at + 1] : 0);
        return two >> (16 - (offset & 7) - count) & (1 << count) - 1;
    }
}
