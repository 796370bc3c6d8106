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

    /// <summary>A browser checks from a handful of addresses; more are nobody's.</summary>
    private const int MaximumAddresses = 8;

    /// <summary>Calls whose state is read before the packets of the first of them are worked on, see <see cref="MediaSession.ReadAhead"/>.</summary>
    private const int CallsAhead = 8;

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
    private readonly Dictionary<int, ImsPort> _imsPorts = [];
    private readonly Dictionary<string, MediaCall> _byFragment = new(StringComparer.Ordinal);
    private readonly Dictionary<PeerAddress, (MediaCall Call, IPEndPoint Remote)> _byAddress = [];
    private readonly ComplexityGovernor _governor;
    private TimeSpan _worked;
    private Instant _measuredFrom;
    private int _calls;
    private long _readAhead;
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
        _send = new SendBatch(Queue, QueueCapacity, _webRtcDescriptor, webRtc.AddressFamily);
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

    public long SendFailures => _send.Failed + Queue.Dropped;

    /// <summary>From any thread.</summary>
    public void Add(MediaCall call)
    {
        Interlocked.Increment(ref _calls);
        Post(new MediaCommand(MediaCommandKind.Add, call, null));
    }

    /// <summary>From any thread.</summary>
    public void Apply(MediaCall call, MediaPlan plan) => Post(new MediaCommand(MediaCommandKind.Apply, call, plan));

    /// <summary>From any thread.</summary>
    public void Press(MediaCall call, KeyPress press) => Post(new MediaCommand(MediaCommandKind.Press, call, null, Key: press));

    /// <summary>From any thread. Once for a call, before the first plan with video.</summary>
    public void AddVideo(MediaCall call, VideoPorts ports) => Post(new MediaCommand(MediaCommandKind.AddVideo, call, null, Video: ports));

    /// <summary>From any thread. The ports rest in the pool afterwards.</summary>
    public void Release(MediaCall call)
    {
        Interlocked.Decrement(ref _calls);
        Post(new MediaCommand(MediaCommandKind.Release, call, null));
    }

    /// <summary>From any thread. The call falls silent with its state saved, and keeps its ports until it is released.</summary>
    public void HandOver(MediaCall call, HandOver handOver) => Post(new MediaCommand(MediaCommandKind.HandOver, call, null, handOver));

    /// <summary>Ends the thread. Calls that were not released end without a word to their peers.</summary>
    public void Dispose()
    {
        _stopping = true;
        _mailbox.Signal();
        _thread.Join();
        while (_commands.TryDequeue(out var command)) command.HandOver?.Saved.TrySetResult(null);
        foreach (var port in _imsPorts.Values.Where(p => !p.IsRtcp && !p.IsVideo).ToList()) port.Call!.Dispose();
        _epoll.Dispose();
        _mailbox.Dispose();
        _webRtc.Dispose();
    }

    private void Post(MediaCommand command)
    {
        if (_stopping)
        {
            command.HandOver?.Saved.TrySetResult(null);
            return;
        }

        _commands.Enqueue(command);
        _mailbox.Signal();
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
            for (var first = 0; first < count; first += CallsAhead)
            {
                var some = ready[first..Math.Min(first + CallsAhead, count)];
                foreach (var descriptor in some) ReadAhead((int)descriptor);
                foreach (var descriptor in some) Receive(now, (int)descriptor);
            }

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
        foreach (var port in _imsPorts.Values) port.Call!.Session.SetComplexity(_governor.Complexity);
    }

    private int MillisecondsToWait(Instant now)
    {
        if (_deadlines.Earliest is not { } earliest) return -1;
        var wait = Math.Ceiling((earliest - now).TotalMilliseconds);
        return (int)Math.Clamp(wait, 0, LongestWaitMilliseconds);
    }

    private void Receive(Instant now, int descriptor)
    {
        if (descriptor == _mailbox.Descriptor) RunCommands(now);
        else if (descriptor == _webRtcDescriptor) ReceiveWebRtc(now);
        else if (_imsPorts.TryGetValue(descriptor, out var port)) ReceiveIms(now, port);
    }

    private void ReadAhead(int descriptor)
    {
        if (_imsPorts.TryGetValue(descriptor, out var port) && !port.IsRtcp && !port.IsVideo) _readAhead += port.Call!.Session.ReadAhead(fromWebRtc: false);
    }

    private void ReadAheadWebRtc(int first, int end)
    {
        for (var i = first; i < end; i++)
            if (_byAddress.TryGetValue(_received.Remote(i), out var known)) _readAhead += known.Call.Session.ReadAhead(fromWebRtc: true);
    }

    private void ReceiveWebRtc(Instant now)
    {
        for (var round = 0; round < MaximumRounds; round++)
        {
            var count = _received.Receive(_webRtcDescriptor);
            for (var i = 0; i < count; i++)
            {
                if (i % CallsAhead == 0) ReadAheadWebRtc(i, Math.Min(i + CallsAhead, count));
                var address = _received.Remote(i);
                var datagram = _received.Datagram(i);
                if (_received.IsTruncated(i)) UnknownSenders++;
                else if (Datagram.Classify(datagram) == DatagramKind.Stun) ReceiveStun(now, address, datagram);
                else if (_byAddress.TryGetValue(address, out var known)) Feed(now, known.Call, MediaInput.WebRtc, known.Remote, datagram);
                else UnknownSenders++;
            }

            if (count < ReceiveBatch.Capacity) return;
        }
    }

    /// <summary>A check names its call by the user name. The call then owns the address if the check has proved itself, unless it is another's that has not been nominated here.</summary>
    private void ReceiveStun(Instant now, PeerAddress address, Span<byte> datagram)
    {
        if (!StunMessage.TryParse(datagram, out var message) || !TryFind(message.LocalFragment, out var call))
        {
            UnknownSenders++;
            return;
        }

        var isKnown = _byAddress.TryGetValue(address, out var known);
        var remote = isKnown ? known.Remote : address.ToEndPoint();
        Feed(now, call, MediaInput.WebRtc, remote, datagram);
        // Whoever saw a check pass can name the call, but takes no place from its browser.
        if (call.Ended || !call.Session.IsValidated(remote) || known.Call == call || isKnown && !remote.Equals(call.Session.WebRtcRemote)) return;

        if (isKnown) known.Call.Addresses.Remove(address);
        if (call.Addresses.Count == MaximumAddresses) Forget(call);
        call.Addresses.Add(address);
        _byAddress[address] = (call, remote);
    }

    private bool TryFind(ReadOnlySpan<byte> fragment, out MediaCall call)
    {
        call = null!;
        Span<char> name = stackalloc char[64];
        if (fragment.IsEmpty || fragment.Length > name.Length) return false;
        for (var i = 0; i < fragment.Length; i++) name[i] = (char)fragment[i];
        return _byFragment.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name[..fragment.Length], out call!);
    }

    /// <summary>Gives up the call's oldest address that is not the one in use.</summary>
    private void Forget(MediaCall call)
    {
        var oldest = _byAddress[call.Addresses[0]].Remote.Equals(call.Session.WebRtcRemote) ? 1 : 0;
        _byAddress.Remove(call.Addresses[oldest]);
        call.Addresses.RemoveAt(oldest);
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

    private void RunCommands(Instant now)
    {
        _mailbox.Reset();
        while (_commands.TryDequeue(out var command))
        {
            switch (command.Kind)
            {
                case MediaCommandKind.Add:
                    Feed(now, command.Call, MediaInput.Start);
                    break;
                case MediaCommandKind.Apply when !command.Call.Ended:
                    Feed(now, command.Call, MediaInput.Plan, plan: command.Plan);
                    break;
                case MediaCommandKind.Press:
                    Feed(now, command.Call, MediaInput.Key, key: command.Key);
                    break;
                case MediaCommandKind.HandOver:
                    Feed(now, command.Call, MediaInput.HandOver, handOver: command.HandOver);
                    if (command.HandOver!.State is not null) End(command.Call);
                    command.HandOver.Saved.TrySetResult(command.HandOver.State);
                    break;
                case MediaCommandKind.AddVideo when command.Call.Ended:
                    command.Video!.Rtp.Dispose();
                    command.Video.Rtcp.Dispose();
                    _ports.Return(now, command.Video.Port);
                    break;
                case MediaCommandKind.AddVideo:
                    command.Call.Video = command.Video;
                    Take(command.Call, command.Video!.Rtp);
                    Take(command.Call, command.Video.Rtcp);
                    Feed(now, command.Call, MediaInput.AddVideo);
                    break;
                case MediaCommandKind.Release:
                    Feed(now, command.Call, MediaInput.Close);
                    End(command.Call);
                    _ports.Return(now, command.Call.Port);
                    if (command.Call.Video is { } video) _ports.Return(now, video.Port);
                    break;
            }
        }
    }

    private void Take(MediaCall call)
    {
        call.Session.SetComplexity(_governor.Complexity);
        _byFragment[call.UsernameFragments[0]] = call;
        // A call that was taken up from another node has an address before any check.
        if (call.Session.WebRtcRemote is { } remote && PeerAddress.Of(remote) is var address && _byAddress.TryAdd(address, (call, remote)))
            call.Addresses.Add(address);
        Take(call, call.Rtp);
        Take(call, call.Rtcp);
    }

    private void Take(MediaCall call, ImsPort port)
    {
        port.Call = call;
        _imsPorts.Add(port.Descriptor, port);
        _epoll.Add(port.Descriptor, port.Descriptor);
    }

    /// <summary>Lets checks with these credentials of ours find the call, beside those of the last generation.</summary>
    private void Name(MediaCall call, IceCredentials? local)
    {
        if (local is null || call.UsernameFragments.Contains(local.UsernameFragment)) return;
        call.UsernameFragments.Add(local.UsernameFragment);
        _byFragment[local.UsernameFragment] = call;
        if (call.UsernameFragments.Count <= 2) return;
        Unname(call, call.UsernameFragments[0]);
        call.UsernameFragments.RemoveAt(0);
    }

    private void Unname(MediaCall call, string fragment)
    {
        if (_byFragment.TryGetValue(fragment, out var named) && named == call) _byFragment.Remove(fragment);
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
                case MediaInput.ImsRtp: call.Session.ReceiveIms(now, remote!, datagram, rtcp: false); break;
                case MediaInput.ImsRtcp: call.Session.ReceiveIms(now, remote!, datagram, rtcp: true); break;
                case MediaInput.VideoRtp: call.Session.ReceiveImsVideo(now, remote!, datagram, rtcp: false); break;
                case MediaInput.VideoRtcp: call.Session.ReceiveImsVideo(now, remote!, datagram, rtcp: true); break;
                case MediaInput.AddVideo: call.Session.AddVideo(now, call.Video!.Rtp.Descriptor, call.Video.Rtcp.Descriptor); break;
                case MediaInput.Timeout: call.Session.HandleTimeout(now); break;
                case MediaInput.Plan:
                    Name(call, plan!.WebRtc?.LocalIce);
                    call.Session.Apply(now, plan);
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
        foreach (var fragment in call.UsernameFragments) Unname(call, fragment);
        foreach (var address in call.Addresses) _byAddress.Remove(address);
        foreach (var port in call.ImsPorts)
        {
            _epoll.Remove(port.Descriptor);
            _imsPorts.Remove(port.Descriptor);
        }

        call.Dispose();
    }

    private void EndAll()
    {
        Queue.Clear();
        foreach (var call in _imsPorts.Values.Where(p => !p.IsRtcp).Select(p => p.Call!).ToList())
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

    private enum MediaCommandKind
    {
        Press,
        Add,
        Apply,
        AddVideo,
        HandOver,
        Release,
    }

    private readonly record struct MediaCommand(
        MediaCommandKind Kind, MediaCall Call, MediaPlan? Plan, HandOver? HandOver = null, KeyPress? Key = null, VideoPorts? Video = null);
}
