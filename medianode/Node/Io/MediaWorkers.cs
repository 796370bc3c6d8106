using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Moving;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Native;

namespace Byon.MediaNode.Io;

/// <param name="Address">To bind to.</param>
/// <param name="Advertised">What peers are told to send to; differs from <paramref name="Address"/> behind a NAT.</param>
/// <param name="WebRtcPort">The first worker's; each further worker has the next one.</param>
/// <param name="ImsPortFirst">Of the range that RTP and RTCP of all calls share.</param>
/// <param name="Pin">Each worker stays on a processor of its own.</param>
public sealed record MediaWorkerOptions(
    IPAddress Address, IPAddress Advertised, int WebRtcPort, int Workers, int ImsPortFirst, int ImsPortCount, bool Pin = false)
{
    /// <summary>Of all Opus encoders, whatever the load; null lets the load decide, see <see cref="ComplexityGovernor"/>.</summary>
    public int? Complexity { get; init; }

    /// <summary>SRTP towards the network.</summary>
    public ImsSrtp Srtp { get; init; }

    /// <summary>An IPv6 address that browsers are told besides; the WebRTC ports are then bound on all addresses of both families.</summary>
    public IPAddress? Advertised6 { get; init; }

    /// <summary>To bind to towards the network; may be of the other family.</summary>
    public IPAddress ImsAddress { get => field ?? Address; init; }

    /// <summary>What the network is told to send to.</summary>
    public IPAddress ImsAdvertised { get => field ?? Advertised; init; }

    public MediaSessionOptions Sessions { get; init; } = MediaSessionOptions.Default;

    /// <summary>Of all sockets of a worker: one that takes both families wherever both are needed.</summary>
    internal AddressFamily Family =>
        Advertised6 is null && Address.AddressFamily == ImsAddress.AddressFamily ? Address.AddressFamily : AddressFamily.InterNetworkV6;
}

/// <summary>Whether media towards the network is secured by keys in the SDP (RFC 4568).</summary>
public enum ImsSrtp
{
    /// <summary>Plain RTP only.</summary>
    Off,

    /// <summary>We offer plain RTP, and take SRTP where the network offers it.</summary>
    Optional,

    /// <summary>SRTP only.</summary>
    Required,
}

/// <summary>What was dropped on the packet path of all workers, outside any call.</summary>
/// <param name="Complexity">Of the Opus encoders of the busiest worker, see <see cref="ComplexityGovernor"/>.</param>
public sealed record MediaWorkersStatistics(int Calls, long UnknownSenders, long SendFailures, int Complexity);

/// <summary>
/// The media of all calls of this node. Every member may be called from any thread; the work is done by the worker that a call
/// was given to.
/// </summary>
public sealed class MediaWorkers : IDisposable
{
    /// <summary>Ports of the pool that turn out to be taken by somebody else, before a call is refused.</summary>
    private const int MaximumTries = 16;

    /// <summary>
    /// One socket carries all browsers of a worker: at 100,000 packets a second the usual 212,992 bytes are full after some
    /// milliseconds. Where the process may not go beyond net.core.rmem_max, the kernel gives what that allows.
    /// </summary>
    private const int WebRtcBuffer = 16 * 1024 * 1024;

    private readonly MediaWorkerOptions _options;
    private readonly DtlsCertificate _certificate;
    private readonly DtlsEndpointFactory _dtls;
    private readonly ICodecFactory _codecs;
    private readonly PortPool _ports;
    private readonly MediaWorker[] _workers;
    private readonly ConcurrentDictionary<string, MediaCall> _calls = new(StringComparer.Ordinal);

    /// <param name="onEvent">Called with a call's id on the call's worker thread: it must only post.</param>
    /// <exception cref="SocketException">A WebRTC port cannot be bound.</exception>
    public MediaWorkers(
        MediaWorkerOptions options, DtlsCertificate certificate, ICodecFactory codecs, Action<string, MediaEvent> onEvent, ILogger logger)
    {
        _options = options;
        _certificate = certificate;
        _dtls = new DtlsEndpointFactory(certificate);
        _codecs = codecs;
        _ports = new PortPool(options.ImsPortFirst, options.ImsPortCount);
        _workers = new MediaWorker[options.Workers];
        for (var i = 0; i < _workers.Length; i++)
            _workers[i] = new MediaWorker(i, BindWebRtc(i), options.Pin ? i % Environment.ProcessorCount : null, options.Complexity, _ports, onEvent, logger);
    }

    /// <summary>What can be offered here.</summary>
    public IReadOnlyList<AudioCodec> Codecs => _codecs.Codecs;

    public MediaWorkersStatistics Totals => new(
        _calls.Count, _workers.Sum(w => w.UnknownSenders), _workers.Sum(w => w.SendFailures), _workers.Min(w => w.Complexity));

    /// <summary>Sets ports, ICE identity and a session aside for a call. Null when no port is free.</summary>
    public MediaAllocation? TryAllocate(string callId)
    {
        var entropy = NewEntropy();
        var ice = IceCredentials.Create(entropy);
        return TryPlace(callId, ice, (sockets, worker) => new MediaSession(sockets, new WebRtcPeer(ice, _dtls), _codecs, entropy, worker.Queue, _options.Sessions));
    }

    /// <summary>
    /// Goes on with a call's media that another node has handed over. The browser finds it at that node's address, if this node has
    /// taken it, or at its own after an ICE restart; the network is to be told the new ports. Null when no port is free.
    /// </summary>
    /// <remarks>The browser's association is with the other node's certificate: descriptions of the call go on naming that fingerprint.</remarks>
    public MediaAllocation? TryTakeUp(string callId, MediaSessionState saved, DateTimeOffset wallNow)
    {
        var allocation = TryPlace(
            callId, saved.Peer.Local,
            (sockets, worker) => new MediaSession(MonotonicClock.Now, wallNow, saved, sockets, _dtls, _codecs, NewEntropy(), worker.Queue, _options.Sessions));
        return allocation is null || saved.Video is null ? allocation : allocation with { ImsVideo = TryAddVideo(callId) };
    }

    /// <summary>
    /// Silences a call and saves its media for another node; then it is to be released here, which its peers do not hear. Null, and
    /// nothing changes, for a call whose browser is not connected.
    /// </summary>
    public async Task<MediaSessionState?> HandOverAsync(string callId, DateTimeOffset wallNow)
    {
        if (!_calls.TryGetValue(callId, out var call)) return null;
        var handOver = new HandOver(wallNow);
        call.Worker.HandOver(call, handOver);
        return await handOver.Saved.Task.ConfigureAwait(false);
    }

    /// <summary>
    /// Sets ports aside for a call's video, once for a call; the RTP address to advertise. Null where no port is free, and for a
    /// call that has no media here.
    /// </summary>
    public IPEndPoint? TryAddVideo(string callId)
    {
        if (!_calls.TryGetValue(callId, out var call) || TryBindIms(isVideo: true) is not { } bound) return null;
        call.Worker.AddVideo(call, new VideoPorts(bound.Port, bound.Rtp, bound.Rtcp));
        return new IPEndPoint(_options.ImsAdvertised, bound.Port);
    }

    /// <summary>Posts a plan; plans of one call are taken up in order. Nothing happens to a call that was released.</summary>
    public void Apply(string callId, MediaPlan plan)
    {
        if (_calls.TryGetValue(callId, out var call)) call.Worker.Apply(call, plan);
    }

    /// <summary>Plays a key that came by signalling. Nothing happens to a call that was released.</summary>
    public void Press(string callId, KeyPress press)
    {
        if (_calls.TryGetValue(callId, out var call)) call.Worker.Press(call, press);
    }

    /// <summary>Ends a call's media; again changes nothing.</summary>
    public void Release(string callId)
    {
        if (_calls.TryRemove(callId, out var call)) call.Worker.Release(call);
    }

    /// <summary>A snapshot; null for a call that has no media here.</summary>
    public MediaStatistics? Statistics(string callId) => _calls.TryGetValue(callId, out var call) ? call.Session.Statistics : null;

    public void Dispose()
    {
        foreach (var worker in _workers) worker.Dispose();
        _dtls.Dispose();
    }

    private static EntropySource NewEntropy() => new(RandomNumberGenerator.GetBytes(32));

    private MediaAllocation? TryPlace(string callId, IceCredentials ice, Func<MediaSockets, MediaWorker, MediaSession> create)
    {
        if (TryBindIms(isVideo: false) is not { } bound) return null;
        var worker = _workers.MinBy(w => w.Calls)!;
        var session = create(new MediaSockets(worker.WebRtcDescriptor, bound.Rtp.Descriptor, bound.Rtcp.Descriptor) { FormerSender = bound.FormerSender }, worker);
        var call = new MediaCall(callId, worker, session, ice.UsernameFragment, bound.Port, bound.Rtp, bound.Rtcp);
        if (!_calls.TryAdd(callId, call)) throw new ArgumentException("The call has media already.", nameof(callId));

        worker.Add(call);
        return new MediaAllocation(
            worker.Index,
            new IPEndPoint(_options.Advertised, _options.WebRtcPort + worker.Index),
            new IPEndPoint(_options.ImsAdvertised, bound.Port),
            ice,
            _certificate.Fingerprint)
        {
            WebRtc6 = _options.Advertised6 is { } advertised ? new IPEndPoint(advertised, _options.WebRtcPort + worker.Index) : null,
            Sdes = _options.Srtp == ImsSrtp.Off ? null : SdesTerms.Create(NewEntropy(), _options.Srtp == ImsSrtp.Required),
        };
    }

    private (int Port, ImsPort Rtp, ImsPort Rtcp, IPEndPoint? FormerSender)? TryBindIms(bool isVideo)
    {
        for (var tries = 0; tries < MaximumTries && _ports.TryTake(MonotonicClock.Now, out var port, out var formerSender); tries++)
        {
            if (TryBind(port) is { } rtp)
            {
                if (TryBind(port + 1) is { } rtcp) return (port, new ImsPort(rtp, isRtcp: false, isVideo), new ImsPort(rtcp, isRtcp: true, isVideo), formerSender);
                rtp.Dispose();
            }

            _ports.Return(MonotonicClock.Now, port, formerSender);
        }

        return null;
    }

    private Socket? TryBind(int port)
    {
        Socket? socket = null;
        try
        {
            socket = Create();
            socket.Bind(EndPoint(_options.ImsAddress, port));
            return socket;
        }
        catch (SocketException failed) when (
            failed.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied or SocketError.TooManyOpenSockets)
        {
            socket?.Dispose();
            return null;
        }
    }

    private Socket BindWebRtc(int index)
    {
        var socket = Create();
        if (!Posix.TryForceReceiveBuffer((int)socket.Handle, WebRtcBuffer)) socket.ReceiveBufferSize = WebRtcBuffer;
        socket.Bind(EndPoint(_options.Advertised6 is null ? _options.Address : IPAddress.IPv6Any, _options.WebRtcPort + index));
        return socket;
    }

    private Socket Create()
    {
        var socket = new Socket(_options.Family, SocketType.Dgram, ProtocolType.Udp);
        if (_options.Family == AddressFamily.InterNetworkV6) socket.DualMode = true;
        Posix.ForbidFragments((int)socket.Handle);
        return socket;
    }

    private IPEndPoint EndPoint(IPAddress address, int port) =>
        new(_options.Family == AddressFamily.InterNetworkV6 && address.AddressFamily == AddressFamily.InterNetwork ? address.MapToIPv6() : address, port);
}
