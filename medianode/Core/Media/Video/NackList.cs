using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Media.Video;

/// <summary>Collects missing sequence numbers into entries of a NACK (RFC 4585 §6.2.1), each a number and which of the sixteen after it.</summary>
internal ref struct NackList(Span<(ushort Sequence, ushort Following)> entries)
{
    private readonly Span<(ushort Sequence, ushort Following)> _entries = entries;
    private int _count;

    public readonly ReadOnlySpan<(ushort Sequence, ushort Following)> Entries => _entries[.._count];

    /// <summary>A number found no room.</summary>
    public bool IsFull { get; private set; }

    public bool TryAdd(ushort sequence)
    {
        if (_count > 0 && RtpPacket.Distance(_entries[_count - 1].Sequence, sequence) is >= 0 and <= 16 and var distance)
        {
            if (distance > 0) _entries[_count - 1].Following |= (ushort)(1 << (distance - 1));
            return true;
        }

        if (_count == _entries.Length)
        {
            IsFull = true;
            return false;
        }

        _entries[_count++] = (sequence, 0);
        return true;
    }
}
