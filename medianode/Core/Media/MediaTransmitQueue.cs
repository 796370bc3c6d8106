using System.Net;

namespace Byon.MediaNode.Core.Media;

/// <summary>One datagram to be sent: the shell's own number for the socket, the address, and the bytes.</summary>
public readonly record struct MediaTransmit(int Socket, IPEndPoint Remote, int Offset, int Length);

/// <summary>
/// What the sessions of one worker want sent: fixed memory that stays where it is, so that the shell can hand it to the
/// kernel as it lies. The worker empties it after each input; a session that finds it full loses the packet.
/// </summary>
public sealed class MediaTransmitQueue(int capacity)
{
    /// <summary>Room for one datagram; longer ones are not forwarded.</summary>
    public const int SlotSize = 2048;

    private readonly byte[] _memory = GC.AllocateArray<byte>(capacity * SlotSize, pinned: true);
    private readonly MediaTransmit[] _transmits = new MediaTransmit[capacity];

    public int Count { get; private set; }

    public bool IsFull => Count == capacity;

    /// <summary>Packets that found no room.</summary>
    public long Dropped { get; private set; }

    public ref readonly MediaTransmit this[int index] => ref _transmits[index];

    /// <summary>The memory that <see cref="MediaTransmit.Offset"/> counts in; pinned.</summary>
    public byte[] Memory => _memory;

    /// <summary>Room for the next datagram; empty when the queue is full. Nothing is queued before <see cref="Commit"/>.</summary>
    public Span<byte> Reserve()
    {
        if (!IsFull) return _memory.AsSpan(Count * SlotSize, SlotSize);
        Dropped++;
        return default;
    }

    public void Commit(int socket, IPEndPoint remote, int length)
    {
        _transmits[Count] = new MediaTransmit(socket, remote, Count * SlotSize, length);
        Count++;
    }

    public void Clear() => Count = 0;
}
