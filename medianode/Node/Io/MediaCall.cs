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

    /// <summary>The ports of its video; null until they are reserved. Only the worker looks here.</summary>
    public VideoPorts? Video { get; set; }

    /// <summary>Every socket that the call has towards the network.</summary>
    public IEnumerable<ImsPort> ImsPorts => Video is { } video ? [rtp, rtcp, video.Rtp, video.Rtcp] : [rtp, rtcp];

    /// <summary>Addresses that checks for this call came from.</summary>
    public List<PeerAddress> Addresses { get; } = [];

    /// <summary>Taken off the worker: released, or failed.</summary>
    public bool Ended { get; set; }

    public void Dispose()
    {
        session.Dispose();
        foreach (var port in ImsPorts) port.Dispose();
    }
}

/// <param name="Port">Of RTP, to be given back to the pool.</param>
internal sealed record VideoPorts(int Port, ImsPort Rtp, ImsPort Rtcp);

/// <summary>One of the sockets that a call has towards the network: RTP and RTCP of audio, and of video where it may have any.</summary>
internal sealed class ImsPort(Socket socket, bool isRtcp, bool isVideo = false) : IDisposable
{
    private PeerAddress _address;
    private IPEndPoint? _remote;

    public MediaCall? Call { get; set; }

    public bool IsRtcp => isRtcp;

    public bool IsVideo => isVideo;

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
