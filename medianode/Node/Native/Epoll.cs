using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Byon.MediaNode.Native;

/// <summary>Waits for many descriptors at once (epoll(7), level-triggered), each known by a token of the caller.</summary>
internal sealed unsafe class Epoll : IDisposable
{
    /// <summary>The most that one wait tells.</summary>
    public const int Capacity = 128;

    // struct epoll_event is packed on x86-64 only.
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int EventSize = DataOffset + 8;

    private readonly byte[] _events = GC.AllocateArray<byte>(Capacity * 16, pinned: true);
    private readonly int _descriptor;

    public Epoll()
    {
        _descriptor = Posix.EpollCreate(Posix.CloseOnExec);
        if (_descriptor < 0) throw new Win32Exception();
    }

    public void Add(int descriptor, long token)
    {
        Span<byte> epollEvent = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(epollEvent, Posix.EpollIn);
        BinaryPrimitives.WriteInt64LittleEndian(epollEvent[DataOffset..], token);
        fixed (byte* data = epollEvent)
            if (Posix.EpollControl(_descriptor, Posix.EpollControlAdd, descriptor, data) < 0) throw new Win32Exception();
    }

    public void Remove(int descriptor)
    {
        Span<byte> unused = stackalloc byte[16];
        fixed (byte* data = unused) _ = Posix.EpollControl(_descriptor, Posix.EpollControlDelete, descriptor, data);
    }

    /// <summary>Returns how many of <paramref name="tokens"/> were filled; 0 at the time-out or a signal.</summary>
    /// <param name="milliseconds">-1 waits without end.</param>
    public int Wait(int milliseconds, Span<long> tokens)
    {
        fixed (byte* events = _events)
        {
            var count = Posix.EpollWait(_descriptor, events, Math.Min(Capacity, tokens.Length), milliseconds);
            for (var i = 0; i < count; i++)
                tokens[i] = BinaryPrimitives.ReadInt64LittleEndian(_events.AsSpan(i * EventSize + DataOffset));
            return Math.Max(count, 0);
        }
    }

    public void Dispose() => _ = Posix.Close(_descriptor);
}
