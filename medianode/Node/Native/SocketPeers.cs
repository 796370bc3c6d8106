using System.Net;
using System.Net.Sockets;

namespace Byon.MediaNode.Native;

/// <summary>
/// The sockets of a worker that are connected (connect(2)) to the one address they talk with: for those the kernel looks up no route
/// for each datagram, and takes nothing from anybody else.
/// </summary>
internal sealed unsafe class SocketPeers(AddressFamily family)
{
    private const int UnspecifiedSize = 16;

    // By descriptor: these are small numbers.
    private IPEndPoint?[] _peers = new IPEndPoint?[256];

    /// <summary>Whether what is sent without an address goes there. Peers are told apart as objects, which costs nothing.</summary>
    public bool IsConnected(int socket, IPEndPoint remote) => (uint)socket < (uint)_peers.Length && ReferenceEquals(_peers[socket], remote);

    /// <summary>Connects the socket, to another address too, or frees it for all again. Where the kernel refuses it stays free.</summary>
    /// <remarks>It must have been bound to a port by number: the kernel takes back a port that it chose itself.</remarks>
    public void Settle(int socket, IPEndPoint? peer)
    {
        var known = (uint)socket < (uint)_peers.Length ? _peers[socket] : null;
        if (ReferenceEquals(known, peer)) return;
        if (socket >= _peers.Length) Array.Resize(ref _peers, Math.Max(socket + 1, _peers.Length * 2));
        Span<byte> address = stackalloc byte[Posix.AddressSize];
        address.Clear();
        var length = peer is null ? 0 : SocketAddressBytes.Write(peer, family, address);
        // Nothing but zeroes is AF_UNSPEC, which undoes a connection.
        fixed (byte* bytes = address)
        {
            var connected = length > 0 && Posix.Connect(socket, bytes, (uint)length) == 0;
            if (!connected && known is not null)
            {
                address.Clear();
                _ = Posix.Connect(socket, bytes, UnspecifiedSize);
            }

            _peers[socket] = connected ? peer : null;
        }
    }

    /// <summary>The socket is about to be closed: its number may be another's next.</summary>
    public void Forget(int socket)
    {
        if (socket < _peers.Length) _peers[socket] = null;
    }
}
