using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Byon.MediaNode.Native;

/// <summary>An address and port as a key that costs nothing: an IPv4 address fills the low half only.</summary>
internal readonly record struct PeerAddress(ulong High, ulong Low, ushort Port, ushort Family)
{
    /// <summary>::ffff:0:0/96 (RFC 4291 §2.5.5.2), its last 32 bits before the address.</summary>
    internal const uint Mapped = 0xFFFF;

    /// <summary>Reads a struct sockaddr_in or sockaddr_in6.</summary>
    public static PeerAddress Read(ReadOnlySpan<byte> address)
    {
        var family = MemoryMarshal.Read<ushort>(address);
        var port = BinaryPrimitives.ReadUInt16BigEndian(address[2..]);
        if (family == Posix.FamilyInet) return new PeerAddress(0, BinaryPrimitives.ReadUInt32BigEndian(address[4..]), port, family);
        var (high, low) = (BinaryPrimitives.ReadUInt64BigEndian(address[8..]), BinaryPrimitives.ReadUInt64BigEndian(address[16..]));
        // A socket of both families shows IPv4 peers in IPv6 form; everybody else knows them as what they are.
        return high == 0 && low >> 32 == Mapped ? new PeerAddress(0, (uint)low, port, Posix.FamilyInet) : new PeerAddress(high, low, port, family);
    }

    public static PeerAddress Of(IPEndPoint remote)
    {
        Span<byte> address = stackalloc byte[Posix.AddressSize];
        SocketAddressBytes.Write(remote, remote.AddressFamily, address);
        return Read(address);
    }

    public IPEndPoint ToEndPoint()
    {
        Span<byte> bytes = stackalloc byte[16];
        if (Family == Posix.FamilyInet)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)Low);
            return new IPEndPoint(new IPAddress(bytes[..4]), Port);
        }

        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
        return new IPEndPoint(new IPAddress(bytes), Port);
    }
}

/// <summary>Writes addresses as the kernel wants them, without allocating.</summary>
internal static class SocketAddressBytes
{
    /// <summary>Returns the length of the structure; 0 for an IPv6 address on an IPv4 socket. An IPv6 socket takes both.</summary>
    public static int Write(IPEndPoint remote, AddressFamily family, Span<byte> address)
    {
        if (remote.AddressFamily != family && family == AddressFamily.InterNetwork) return 0;
        address.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(address[2..], (ushort)remote.Port);
        var isInet = family == AddressFamily.InterNetwork;
        MemoryMarshal.Write(address, isInet ? Posix.FamilyInet : Posix.FamilyInet6);
        var isMapped = !isInet && remote.AddressFamily == AddressFamily.InterNetwork;
        if (isMapped) BinaryPrimitives.WriteUInt32BigEndian(address[16..], PeerAddress.Mapped);
        remote.Address.TryWriteBytes(address[(isInet ? 4 : isMapped ? 20 : 8)..], out _);
        return isInet ? 16 : Posix.AddressSize;
    }
}
