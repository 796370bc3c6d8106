using System.ComponentModel;

namespace Byon.MediaNode.Native;

/// <summary>Wakes a thread that waits in <see cref="Epoll"/> (eventfd(2)).</summary>
internal sealed unsafe class EventDescriptor : IDisposable
{
    public EventDescriptor()
    {
        Descriptor = Posix.EventDescriptor(0, Posix.NonBlocking | Posix.CloseOnExec);
        if (Descriptor < 0) throw new Win32Exception();
    }

    public int Descriptor { get; }

    /// <summary>From any thread.</summary>
    public void Signal()
    {
        ulong one = 1;
        _ = Posix.Write(Descriptor, &one, sizeof(ulong));
    }

    public void Reset()
    {
        ulong count;
        _ = Posix.Read(Descriptor, &count, sizeof(ulong));
    }

    public void Dispose() => _ = Posix.Close(Descriptor);
}
