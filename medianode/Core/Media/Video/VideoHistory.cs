namespace Byon.MediaNode.Core.Media.Video;

/// <summary>
/// The last packets that went to a peer, as they went over the wire, for when it asks again: protected bytes are the same each
/// time, so no key stream is used twice. About a second of video; its memory is taken with the first packet.
/// </summary>
internal sealed class VideoHistory
{
    private const int Slots = 128;
    private const int SlotSize = 1456;

    /// <summary>A peer that asks for one packet over and over gets it at this pace.</summary>
    private static readonly TimeSpan ResendInterval = TimeSpan.FromMilliseconds(20);

    private byte[]? _memory;
    private Entry[]? _entries;

    /// <summary>Keeps a copy; a datagram of unusual length is not kept.</summary>
    public void Store(ushort sequence, ReadOnlySpan<byte> datagram)
    {
        _memory ??= new byte[Slots * SlotSize];
        _entries ??= new Entry[Slots];
        ref var entry = ref _entries[sequence % Slots];
        entry = new Entry(sequence, datagram.Length <= SlotSize ? datagram.Length : 0, null);
        if (entry.Length > 0) datagram.CopyTo(_memory.AsSpan(sequence % Slots * SlotSize));
    }

    public bool Has(ushort sequence) => _entries is not null && _entries[sequence % Slots] is { Length: > 0 } entry && entry.Sequence == sequence;

    /// <summary>The datagram to be sent again; empty where it was, just now.</summary>
    public ReadOnlySpan<byte> Take(Instant now, ushort sequence)
    {
        ref var entry = ref _entries![sequence % Slots];
        if (entry.ResentAt is { } at && now - at < ResendInterval) return default;
        entry = entry with { ResentAt = now };
        return _memory.AsSpan(sequence % Slots * SlotSize, entry.Length);
    }

    private record struct Entry(ushort Sequence, int Length, Instant? ResentAt);
}
