using System.Net;
using System.Net.Sockets;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Native;

namespace Byon.MediaNode.Io;

/// <summary>A call's media on its worker. Made on any thread; after it was handed over only the worker touches it.</summary>
internal sealed class MediaCall(string id, MediaWorker worker, MediaSession session, string usernameFragment, int port, ImsPort rtp, ImsPort rtcp)
    : DeadlineEntry, IDisposable
{
    public string Id => id;

    public MediaWorker Worker => worker;

    public MediaSession Session => session;

    /// <summary>Of our ICE credentials: checks for this call carry one of them in their user name. After a restart the last one counts for a while.</summary>
    public List<string> UsernameFragments { get; } = [usernameFragment];

    /// <summary>Of RTP, to be given back to the pool.</summary>
    public int Port => port;

    public ImsPort Rtp => rtp;

    public ImsPort Rtcp => rtcp;

    /// <summary>Addresses that checks for this call came from.</summary>
    public List<PeerAddress> Addresses { get; } = [];

    /// <summary>Taken off the worker: released, or failed.</summary>
    public bool Ended { get; set; }

    public void Dispose()
    {
        session.Dispose();
        rtp.Dispose();
        rtcp.Dispose();
    }
}

/// <summary>One of the two sockets that a call has towards the network.</summary>
internal sealed class ImsPort(Socket socket, bool isRtcp) : IDisposable
{
    private PeerAddress _address;
    private IPEndPoint? _remote;

    public MediaCall? Call { get; set; }

    public bool IsRtcp => isRtcp;

    /// <summary>The kernel's number of the socket, which is the number of the port for the worker as well.</summary>
    public int Descriptor { get; } = (int)socket.Handle;

    /// <summary>The sender of a datagram; the one of the last datagram is kept, and hardly ever changes.</summary>
    public IPEndPoint Remote(PeerAddress address)
    {
        if (_remote is not null && _address == address) return _remote;
        _address = address;
        return _remote = address.ToEndPoint();
    }

    public void Dispose() => socket.Dispose();
}
