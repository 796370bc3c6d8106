using System.Runtime.InteropServices;

namespace Byon.MediaNode.Native;

/// <summary>The system calls of the packet path (Linux, 64 bits). All arguments are blittable: a call costs no marshalling.</summary>
internal static unsafe partial class Posix
{
    public const int EpollControlAdd = 1;
    public const int EpollControlDelete = 2;
    public const uint EpollIn = 1;
    public const int MessageDontWait = 0x40;
    public const int MessageTruncated = 0x20;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;

    /// <summary>struct sockaddr_in6, the larger of the two families.</summary>
    public const int AddressSize = 28;

    public const ushort FamilyInet = 2;
    public const ushort FamilyInet6 = 10;

    private const string Library = "libc";
    private const int SocketLevel = 1;
    private const int ReceiveBufferForce = 33;
    private const int InetLevel = 0;
    private const int InetMtuDiscover = 10;
    private const int Inet6Level = 41;
    private const int Inet6MtuDiscover = 23;
    private const int MtuDiscoverDo = 2;

    /// <summary>SO_RCVBUFFORCE (socket(7)): beyond net.core.rmem_max, for which CAP_NET_ADMIN is needed. False where it is not allowed.</summary>
    public static bool TryForceReceiveBuffer(int socket, int bytes) =>
        SetSocketOption(socket, SocketLevel, ReceiveBufferForce, &bytes, sizeof(int)) == 0;

    /// <summary>
    /// IP_PMTUDISC_DO (ip(7)): datagrams are never fragmented, as befits media, and so need no identification, which the kernel
    /// would have to draw for each.
    /// </summary>
    public static void ForbidFragments(int socket)
    {
        var value = MtuDiscoverDo;
        // A socket of both families has both settings; one of IPv4 refuses the other one.
        _ = SetSocketOption(socket, InetLevel, InetMtuDiscover, &value, sizeof(int));
        _ = SetSocketOption(socket, Inet6Level, Inet6MtuDiscover, &value, sizeof(int));
    }

    [LibraryImport(Library, EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetSocketOption(int socket, int level, int name, void* value, uint length);

    [LibraryImport(Library, EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport(Library, EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, int descriptor, byte* epollEvent);

    [LibraryImport(Library, EntryPoint = "epoll_wait")]
    public static partial int EpollWait(int epoll, byte* events, int capacity, int milliseconds);

    [LibraryImport(Library, EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, void* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, void* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport(Library, EntryPoint = "recvmmsg")]
    public static partial int ReceiveMessages(int socket, Message* messages, uint count, int flags, nint timeout);

    [LibraryImport(Library, EntryPoint = "sendmmsg")]
    public static partial int SendMessages(int socket, Message* messages, uint count, int flags);

    [LibraryImport(Library, EntryPoint = "recvfrom")]
    public static partial nint ReceiveFrom(int socket, byte* buffer, nuint length, int flags, byte* address, uint* addressLength);

    [LibraryImport(Library, EntryPoint = "sendto")]
    public static partial nint SendTo(int socket, byte* buffer, nuint length, int flags, byte* address, uint addressLength);

    [LibraryImport(Library, EntryPoint = "connect")]
    public static partial int Connect(int socket, byte* address, uint addressLength);

    [LibraryImport(Library, EntryPoint = "nanosleep")]
    public static partial int Sleep(TimeSpecification* time, void* remaining);

    [LibraryImport(Library, EntryPoint = "sched_setaffinity", SetLastError = true)]
    public static partial int SetAffinity(int thread, nuint size, ulong* mask);

    [LibraryImport(Library, EntryPoint = "setpriority", SetLastError = true)]
    public static partial int SetPriority(int which, int who, int nice);

    /// <summary>struct timespec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct TimeSpecification
    {
        public long Seconds;
        public long Nanoseconds;
    }

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Vector
    {
        public byte* Base;
        public nuint Length;
    }

    /// <summary>struct mmsghdr: a struct msghdr, which ends in four bytes of padding, and the length received.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 64)]
    public struct Message
    {
        [FieldOffset(0)] public byte* Name;
        [FieldOffset(8)] public uint NameLength;
        [FieldOffset(16)] public Vector* Vectors;
        [FieldOffset(24)] public nuint VectorCount;
        [FieldOffset(32)] public byte* Control;
        [FieldOffset(40)] public nuint ControlLength;
        [FieldOffset(48)] public int Flags;
        [FieldOffset(56)] public uint Length;
    }
}
