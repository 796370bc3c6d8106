using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Native;

namespace Byon.MediaNode.Io;

/// <summary>
/// One thread that carries the media of many calls: it waits for its sockets, for posted commands and for the earliest
/// deadline, and feeds the session concerned. What crashes in a session ends that session only; what crashes outside of all ends the
/// calls of this worker, which then begins anew, and no other worker notices.
/// </summary>
internal sealed partial class MediaWorker : IDisposable
{
    /// <summary>Calls whose state is read before the packets of the first of them are worked on, see <see cref="MediaSession.ReadAhead"/>.</summary>
    private const int CallsAhead = 8;

    private const int QueueCapacity = 256;

    /// <summary>Datagrams that wait for each other to be sent in one system call; more would save nothing and be late.</summary>
    private const int SendTogether = 8;

    private const int LongestWaitMilliseconds = 60_000;

    /// <summary>
    /// The thread wakes once in this time at most: what many calls bring is cheaper to take together, and a third of a millisecond
    /// is not heard. A busy thread does not rest.
    /// </summary>
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(0.35);

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
        if (!Processor.TryPrefer()) LogNotPreferred(_logger, Index);
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

    [LoggerMessage(Level = LogLevel.Information, Message = "Media worker {Worker} runs at the priority of everything else: a nice value below 0 is not allowed (RLIMIT_NICE)")]
    private static partial void LogNotPreferred(ILogger logger, int worker);

    [LoggerMessage(Level = LogLevel.Error, Message = "Media worker {Worker} crashed and began anew without its calls")]
    private static partial void LogWorkerCrash(ILogger logger, Exception crash, int worker);
}
