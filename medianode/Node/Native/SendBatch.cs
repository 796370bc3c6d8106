using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Byon.MediaNode.Core.Media;

namespace Byon.MediaNode.Native;

/// <summary>Sends what lies in a transmit queue: one system call for all that leaves by the same socket (sendmmsg(2)).</summary>
internal sealed unsafe class SendBatch
{
    private readonly MediaTransmitQueue _queue;
    private readonly AddressFamily _family;
    private readonly byte[] _addresses;
    private readonly Posix.Vector[] _vectors;
    private readonly Posix.Message[] _messages;
    private readonly bool[] _done;

    public SendBatch(MediaTransmitQueue queue, int capacity, AddressFamily family)
    {
        _queue = queue;
        _family = family;
        _addresses = GC.AllocateArray<byte>(capacity * Posix.AddressSize, pinned: true);
        _vectors = GC.AllocateArray<Posix.Vector>(capacity, pinned: true);
        _messages = GC.AllocateArray<Posix.Message>(capacity, pinned: true);
        _done = new bool[capacity];
        for (var i = 0; i < capacity; i++)
        {
            _messages[i].Name = (byte*)Unsafe.AsPointer(ref _addresses[i * Posix.AddressSize]);
            _messages[i].Vectors = (Posix.Vector*)Unsafe.AsPointer(ref _vectors[i]);
            _messages[i].VectorCount = 1;
        }
    }

    /// <summary>Datagrams that the kernel refused: a full buffer, an unreachable or foreign address. RTP does without them.</summary>
    public long Failed { get; private set; }

    public void Flush()
    {
        var total = _queue.Count;
        Array.Clear(_done, 0, total);
        for (var first = 0; first < total; first++)
            if (!_done[first]) SendAllOf(_queue[first].Socket, first, total);
        _queue.Clear();
    }

    private void SendAllOf(int socket, int first, int total)
    {
        var count = 0;
        for (var i = first; i < total; i++)
        {
            var transmit = _queue[i];
            if (_done[i] || transmit.Socket != socket) continue;
            _done[i] = true;
            var length = SocketAddressBytes.Write(transmit.Remote, _family, _addresses.AsSpan(count * Posix.AddressSize, Posix.AddressSize));
            if (length == 0)
            {
                Failed++;
                continue;
            }

            _messages[count].NameLength = (uint)length;
            _vectors[count].Base = (byte*)Unsafe.AsPointer(ref _queue.Memory[transmit.Offset]);
            _vectors[count].Length = (nuint)transmit.Length;
            count++;
        }

        Send(socket, count);
    }

    private void Send(int socket, int count)
    {
        fixed (Posix.Message* messages = _messages)
        {
            for (var sent = 0; sent < count;)
            {
                // An error is told for the first datagram of the rest only: step over it and go on.
                var n = Posix.SendMessages(socket, messages + sent, (uint)(count - sent), Posix.MessageDontWait);
                if (n > 0)
                {
                    sent += n;
                    continue;
                }

                Failed++;
                sent++;
            }
        }
    }
}
