using System.Collections.Concurrent;
using Byon.MediaNode.Core;
using Byon.MediaNode.Telemetry;

namespace Byon.MediaNode.Signalling;

/// <summary>
/// The one thread that owns the SIP agent, the registrations and the calls. Everybody else posts; nothing in here waits for
/// anybody, so no state behind it needs a lock.
/// </summary>
public sealed class SignallingLoop : IDisposable
{
    /// <summary>Above this, what the network sends is dropped: a flood must not push out the timers and the commands.</summary>
    private const int FloodLimit = 20_000;

    /// <summary>The same in bytes: a few messages may be as long as very many.</summary>
    private const int FloodBytes = 64 * 1024 * 1024;

    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(5);

    private readonly ConcurrentQueue<Action<Instant>> _mailbox = new();
    private readonly AutoResetEvent _arrived = new(false);
    private readonly ILogger<SignallingLoop> _log;
    private readonly Thread _thread;
    private ISignallingOwner? _owner;
    private long _floodBytes;
    private volatile bool _stopped;

    public SignallingLoop(ILogger<SignallingLoop> log)
    {
        _log = log;
        _thread = new Thread(Run) { Name = "signalling", IsBackground = true };
    }

    internal void Start(ISignallingOwner owner)
    {
        _owner = owner;
        _thread.Start();
    }

    public void Post(Action<Instant> work)
    {
        _mailbox.Enqueue(work);
        _arrived.Set();
    }

    /// <summary>Posts what came from the network; false where it was dropped, because more is waiting than can be worked on.</summary>
    /// <param name="bytes">What it holds on to.</param>
    public bool TryPostFromNetwork(Action<Instant> work, int bytes)
    {
        if (_mailbox.Count >= FloodLimit || Interlocked.Read(ref _floodBytes) + bytes > FloodBytes) return false;
        Interlocked.Add(ref _floodBytes, bytes);
        Post(now =>
        {
            Interlocked.Add(ref _floodBytes, -bytes);
            work(now);
        });
        return true;
    }

    /// <summary>Runs on the loop and hands its result back to the caller's own thread.</summary>
    public Task<T> AskAsync<T>(Func<Instant, T> question)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(now =>
        {
            try
            {
                answer.SetResult(question(now));
            }
            catch (Exception fault)
            {
                answer.SetException(fault);
                throw;
            }
        });
        return answer.Task;
    }

    public void Dispose()
    {
        if (_stopped) return;
        _stopped = true;
        _arrived.Set();
        if (_thread.IsAlive) _thread.Join();
        _arrived.Dispose();
    }

    private void Run()
    {
        while (!_stopped)
        {
            Sleep();
            var now = MonotonicClock.Now;
            // A batch of what is there now: what arrives meanwhile waits until timers and transmits had their turn.
            for (var left = _mailbox.Count; left > 0 && _mailbox.TryDequeue(out var work); left--) Guarded(work, now);
            Guarded(_owner!.HandleTimeout, MonotonicClock.Now);
            Guarded(_owner.Flush, MonotonicClock.Now);
        }
    }

    private void Sleep()
    {
        if (!_mailbox.IsEmpty) return;
        var sleep = LongestSleep;
        if (_owner!.NextTimeout is { } next && next - MonotonicClock.Now is var untilNext && untilNext < sleep) sleep = untilNext;
        // Rounded up: waking a moment early would mean spinning until the deadline.
        if (sleep > TimeSpan.Zero) _arrived.WaitOne((int)Math.Ceiling(sleep.TotalMilliseconds));
    }

    /// <summary>A bug costs what it was working on, not the node: calls are guarded one by one inside, this is the last net.</summary>
    private void Guarded(Action<Instant> work, Instant now)
    {
        try
        {
            work(now);
        }
        catch (Exception fault)
        {
            _log.LoopFault(fault);
        }
    }
}

/// <summary>What the loop drives.</summary>
internal interface ISignallingOwner
{
    Instant? NextTimeout { get; }

    void HandleTimeout(Instant now);

    /// <summary>Hands over what is to be sent.</summary>
    void Flush(Instant now);
}
