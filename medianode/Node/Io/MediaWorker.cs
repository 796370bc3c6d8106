using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Native;

namespace Byon.MediaNode.Io;

/// <summary>
/// One thread that carries the media of many calls: it waits for its sockets, for posted commands and for the earliest
/// deadline, and feeds the session concerned. What crashes in a session ends that session only; what crashes outside of all ends the
/// calls of this worker, which then begins anew, and no other worker notices.
/// </summary>
internal sealed partial class MediaWorker : IDisposable
{
    /// <summary>Receives in a row from one socket before the others have their turn.</summary>
    private const int MaximumRounds = 4;

    /// <summary>Calls whose state is read before the packets of the first of them are worked on, see <see cref="MediaSession.ReadAhead"/>.</summary>
    private const int CallsAhead = 8;

    /// <summary>
    /// Datagrams at once from which on the browsers' port is asked in each round: as long as it is not waited for, the kernel has
    /// nobody to wake for each datagram that has left by it.
    /// </summary>
    private const int Plenty = 8;

    private const int QueueCapacity = 256;
    private const int LongestWaitMilliseconds = 60_000;

    /// <summary>
    /// The thread wakes once in this time at most: what many calls bring is cheaper to take together, and half a millisecond is
    /// not heard. A busy thread does not rest.
    /// </summary>
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(0.5);

    /// <summary>A worker that crashes again and again must leave the processor to the others.</summary>
    private static readonly TimeSpan AfterCrash = TimeSpan.FromMilliseconds(100);

    private readonly Socket _webRtc;
    private readonly int _webRtcDescriptor;
    private readonly int? _core;
    private readonly Action<string, MediaEvent> _onEvent;
    private readonly PortPool _ports;
    private readonly ILogger _logger;
    private readonly Thread _thread;

    private readonly Epoll _epoll = new();
    private readonly EventDescriptor _mailbox = new();
    private readonly ConcurrentQueue<MediaCommand> _commands = new();
    private readonly ReceiveBatch _received = new();
    private readonly SendBatch _send;
    private readonly DeadlineHeap<MediaCall> _deadlines = new();
    private readonly SocketPeers _peers;
    private readonly (MediaCall? Call, IPEndPoint? Remote)[] _found = new (MediaCall?, IPEndPoint?)[CallsAhead];

    // By descriptor.
    private ImsPort?[] _imsPorts = new ImsPort?[256];
    private readonly BrowserAddresses _browsers = new();
    private readonly ComplexityGovernor _governor;
    private TimeSpan _worked;
    private Instant _measuredFrom;
    private int _calls;
    private long _readAhead;
    private bool _asksWebRtc;
    private volatile bool _stopping;

    /// <param name="webRtc">The worker's own port for all its browsers; disposed with the worker.</param>
    /// <param name="core">The processor to stay on; null lets the kernel choose.</param>
    public MediaWorker(int index, Socket webRtc, int? core, int? complexity, PortPool ports, Action<string, MediaEvent> onEvent, ILogger logger)
    {
        Index = index;
        _webRtc = webRtc;
        _webRtcDescriptor = (int)webRtc.Handle;
        _core = core;
        _governor = new ComplexityGovernor(complexity);
        _ports = ports;
        _onEvent = onEvent;
        _logger = logger;
        _peers = new SocketPeers(webRtc.AddressFamily);
        _send = new SendBatch(Queue, QueueCapacity, _webRtcDescriptor, webRtc.AddressFamily, _peers);
        _epoll.Add(_mailbox.Descriptor, _mailbox.Descriptor);
        _epoll.Add(_webRtcDescriptor, _webRtcDescriptor);
        _thread = new Thread(Run) { IsBackground = true, Name = $"media {index}" };
        _thread.Start();
    }

    public int Index { get; }

    /// <summary>Calls that were given to this worker and not released yet.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>For the sessions of this worker.</summary>
    public MediaTransmitQueue Queue { get; } = new(QueueCapacity);

    public int WebRtcDescriptor => _webRtcDescriptor;

    /// <summary>Datagrams that belong to no call.</summary>
    public long UnknownSenders { get; private set; }

    /// <summary>Of the Opus encoders of its calls.</summary>
    public int Complexity => _governor.Complexity;

    public long SendFailures => _send.Failed + Queue.Dropped;

    /// <summary>Ends the thread. Calls that were not released end without a word to their peers.</summary>
    public void Dispose()
    {
        _stopping = true;
        _mailbox.Signal();
        _thread.Join();
        while (_commands.TryDequeue(out var command)) command.HandOver?.Saved.TrySetResult(null);
        foreach (var call in Carried()) call.Dispose();
        _epoll.Dispose();
        _mailbox.Dispose();
        _webRtc.Dispose();
    }

    private void Run()
    {
        if (_core is { } core) Processor.Pin(core);
        while (!_stopping)
        {
            try
            {
                Carry();
            }
            catch (Exception crash)
            {
                // The owner of the thread: the process and the other workers' calls outlive whatever it was.
                LogWorkerCrash(_logger, crash, Index);
                EndAll();
                Nap.For(AfterCrash);
            }
        }
    }

    private void Carry()
    {
        Span<long> ready = stackalloc long[Epoll.Capacity];
        var now = _measuredFrom = MonotonicClock.Now;
        while (!_stopping)
        {
            var done = MonotonicClock.Now;
            Govern(done, done - now);
            Rest(done - now);
            var count = _epoll.Wait(MillisecondsToWait(done), ready);
            now = MonotonicClock.Now;
            // Whatever was posted before a packet came is done before it.
            if (ready[..count].Contains(_mailbox.Descriptor)) RunCommands(now);
            for (var first = 0; first < count; first += CallsAhead)
            {
                var some = ready[first..Math.Min(first + CallsAhead, count)];
                foreach (var descriptor in some) ReadAhead((int)descriptor);
                foreach (var descriptor in some) Receive(now, (int)descriptor);
            }

            if (_asksWebRtc) ReceiveWebRtc(now);
            RunDeadlines(now);
            _send.Flush();
        }
    }

    /// <summary>Packets that come in the rest of a period wait for its end, and are then taken together.</summary>
    private static void Rest(TimeSpan worked)
    {
        if (worked < Period) Nap.For(Period - worked);
    }

    /// <summary>Once a second, lets the encoders work as hard as the thread's load leaves room for.</summary>
    private void Govern(Instant now, TimeSpan worked)
    {
        _worked += worked;
        if (now - _measuredFrom < TimeSpan.FromSeconds(1)) return;
        var changes = _governor.Update(_worked / (now - _measuredFrom));
        (_worked, _measuredFrom) = (TimeSpan.Zero, now);
        if (!changes) return;
        foreach (var call in Carried()) call.Session.SetComplexity(_governor.Complexity);
    }

    private int MillisecondsToWait(Instant now)
    {
        if (_asksWebRtc) return 0;
        if (_deadlines.Earliest is not { } earliest) return -1;
        var wait = Math.Ceiling((earliest - now).TotalMilliseconds);
        return (int)Math.Clamp(wait, 0, LongestWaitMilliseconds);
    }

    private void Receive(Instant now, int descriptor)
    {
        if (descriptor == _webRtcDescriptor) ReceiveWebRtc(now);
        else if (PortOf(descriptor) is { } port) ReceiveIms(now, port);
    }

    private ImsPort? PortOf(int descriptor) => descriptor < _imsPorts.Length ? _imsPorts[descriptor] : null;

    private void ReadAhead(int descriptor)
    {
        if (PortOf(descriptor) is { IsRtcp: false, IsVideo: false } port) _readAhead += port.Call!.Session.ReadAhead(fromWebRtc: false);
    }

    private void ReadAheadWebRtc(int first, int end)
    {
        for (var i = first; i < end; i++)
        {
            ref var found = ref _found[i - first];
            if (_browsers.TryFind(_received.Remote(i), out found.Call, out found.Remote)) _readAhead += found.Call.Session.ReadAhead(fromWebRtc: true);
        }
    }

    private void ReceiveWebRtc(Instant now)
    {
        for (var round = 0; round < MaximumRounds; round++)
        {
            var count = _received.Receive(_webRtcDescriptor);
            if (round == 0) AskOrWait(count);
            for (var i = 0; i < count; i++)
            {
                if (i % CallsAhead == 0) ReadAheadWebRtc(i, Math.Min(i + CallsAhead, count));
                var datagram = _received.Datagram(i);
                var found = _found[i % CallsAhead];
                if (_received.IsTruncated(i)) UnknownSenders++;
                else if (Datagram.Classify(datagram) == DatagramKind.Stun) ReceiveStun(now, _received.Remote(i), datagram);
                else if (found.Call is not null) Feed(now, found.Call, MediaInput.WebRtc, found.Remote, datagram);
                // The check that proved the address may have come just before.
                else if (_browsers.TryFind(_received.Remote(i), out var call, out var remote)) Feed(now, call, MediaInput.WebRtc, remote, datagram);
                else UnknownSenders++;
            }

            if (count < ReceiveBatch.Capacity) return;
        }
    }

    private void AskOrWait(int received)
    {
        if (!_asksWebRtc && received >= Plenty)
        {
            _epoll.Remove(_webRtcDescriptor);
            _asksWebRtc = true;
        }
        else if (_asksWebRtc && received == 0)
        {
            _epoll.Add(_webRtcDescriptor, _webRtcDescriptor);
            _asksWebRtc = false;
        }
    }

    /// <summary>A check names its call by the user name.</summary>
    private void ReceiveStun(Instant now, PeerAddress address, Span<byte> datagram)
    {
        if (!StunMessage.TryParse(datagram, out var message) || !_browsers.TryFind(message.LocalFragment, out var call))
        {
            UnknownSenders++;
            return;
        }

        if (!_browsers.TryFind(address, out _, out var remote)) remote = address.ToEndPoint();
        Feed(now, call, MediaInput.WebRtc, remote, datagram);
        if (!call.Ended && call.Session.IsValidated(remote)) _browsers.Claim(call, address, remote);
    }

    private void ReceiveIms(Instant now, ImsPort port)
    {
        if (_received.ReceiveOne(port.Descriptor) == 0) return;
        if (_received.IsTruncated(0)) UnknownSenders++;
        else Feed(now, port.Call!, InputOf(port), port.Remote(_received.Remote(0)), _received.Datagram(0));
    }

    private static MediaInput InputOf(ImsPort port) => port.IsVideo
        ? port.IsRtcp ? MediaInput.VideoRtcp : MediaInput.VideoRtp
        : port.IsRtcp ? MediaInput.ImsRtcp : MediaInput.ImsRtp;

    private void RunDeadlines(Instant now)
    {
        while (_deadlines.Due(now) is { } call) Feed(now, call, MediaInput.Timeout);
    }

    private void Take(MediaCall call)
    {
        call.Session.SetComplexity(_governor.Complexity);
        _browsers.Add(call);
        Take(call, call.Rtp);
        Take(call, call.Rtcp);
    }

    private void Take(MediaCall call, ImsPort port)
    {
        port.Call = call;
        if (port.Descriptor >= _imsPorts.Length) Array.Resize(ref _imsPorts, Math.Max(port.Descriptor + 1, _imsPorts.Length * 2));
        _imsPorts[port.Descriptor] = port;
        _epoll.Add(port.Descriptor, port.Descriptor);
    }

    /// <summary>One input to one session, and what follows from it.</summary>
    private void Feed(
        Instant now, MediaCall call, MediaInput input, IPEndPoint? remote = null, Span<byte> datagram = default, MediaPlan? plan = null,
        HandOver? handOver = null, KeyPress? key = null)
    {
        if (call.Ended) return;
        try
        {
            switch (input)
            {
                case MediaInput.Start: Take(call); break;
                case MediaInput.WebRtc: call.Session.ReceiveWebRtc(now, remote!, datagram); break;
                case MediaInput.ImsRtp:
                    call.Session.ReceiveIms(now, remote!, datagram, rtcp: false);
                    _peers.Settle(call.Rtp.Descriptor, call.Session.SettledImsPeer);
                    break;
                case MediaInput.ImsRtcp: call.Session.ReceiveIms(now, remote!, datagram, rtcp: true); break;
                case MediaInput.VideoRtp: call.Session.ReceiveImsVideo(now, remote!, datagram, rtcp: false); break;
                case MediaInput.VideoRtcp: call.Session.ReceiveImsVideo(now, remote!, datagram, rtcp: true); break;
                case MediaInput.AddVideo: call.Session.AddVideo(now, call.Video!.Rtp.Descriptor, call.Video.Rtcp.Descriptor); break;
                case MediaInput.Timeout: call.Session.HandleTimeout(now); break;
                case MediaInput.Plan:
                    _browsers.Name(call, plan!.WebRtc?.LocalIce);
                    call.Session.Apply(now, plan);
                    _peers.Settle(call.Rtp.Descriptor, call.Session.SettledImsPeer);
                    break;
                case MediaInput.Key: call.Session.Press(now, key!); break;
                case MediaInput.HandOver: handOver!.State = call.Session.Save(now, handOver.WallNow); break;
                case MediaInput.Close: call.Session.Close(now); break;
            }

            // A deadline that only moves away is looked at when it has come: most packets need not touch it.
            if (!call.Session.WasRelayed) SetDeadline(now, call, input);
            while (call.Session.TryDequeue(out var mediaEvent)) _onEvent(call.Id, mediaEvent);
        }
        catch (Exception crash)
        {
            // The owner of the sessions: whatever went wrong in one ends that one.
            LogCrash(_logger, crash, call.Id);
            End(call);
            _onEvent(call.Id, new MediaFailed(crash.GetType().Name));
        }

        if (Queue.Count > QueueCapacity / 2) _send.Flush();
    }

    /// <summary>A session that asks for a deadline in the past again and again must not starve the others.</summary>
    private void SetDeadline(Instant now, MediaCall call, MediaInput input)
    {
        var next = call.Session.NextTimeout;
        _deadlines.Set(call, input == MediaInput.Timeout && next <= now ? now + TimeSpan.FromMilliseconds(1) : next);
    }

    private void End(MediaCall call)
    {
        if (call.Ended) return;
        call.Ended = true;
        _send.Flush();
        _deadlines.Remove(call);
        _browsers.Remove(call);
        foreach (var port in call.ImsPorts)
        {
            _epoll.Remove(port.Descriptor);
            _imsPorts[port.Descriptor] = null;
            _peers.Forget(port.Descriptor);
        }

        call.Dispose();
    }

    /// <summary>Each call once, however many ports it has.</summary>
    private List<MediaCall> Carried() => [.. _imsPorts.Where(port => port is { IsRtcp: false, IsVideo: false }).Select(port => port!.Call!)];

    private void EndAll()
    {
        Queue.Clear();
        foreach (var call in Carried())
        {
            try
            {
                End(call);
                _onEvent(call.Id, new MediaFailed("the worker failed"));
            }
            catch (Exception crash)
            {
                LogCrash(_logger, crash, call.Id);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Media worker {Worker} crashed and began anew without its calls")]
    private static partial void LogWorkerCrash(ILogger logger, Exception crash, int worker);

    [LoggerMessage(Level = LogLevel.Error, Message = "The media session of call {Call} crashed and was ended")]
    private static partial void LogCrash(ILogger logger, Exception crash, string call);

    private enum MediaInput
    {
        Key,
        Start,
        WebRtc,
        ImsRtp,
        ImsRtcp,
        VideoRtp,
        VideoRtcp,
        AddVideo,
        Timeout,
        Plan,
        HandOver,
        Close,
    }
}
