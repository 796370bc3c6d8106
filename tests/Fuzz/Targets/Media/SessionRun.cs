using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Native;
using Byon.Tests.Fuzz.Scripts;
using Byon.Tests.MediaNode.Core.Tests.Media;
using Microsoft.Extensions.Logging.Abstractions;

namespace Byon.Tests.Fuzz.Targets.Media;

/// <summary>One media session between a browser and a phone, step by step in virtual time. Its timers advance, and no step makes it send without end.</summary>
internal abstract class SessionRun : IDisposable
{
    private static readonly IceCredentials Ice = new("gate", "gatewaygatewaygateway1");
    private static readonly NativeCodecs Codecs = new(NullLogger.Instance);

    private readonly MediaTransmitQueue _queue;
    private readonly List<int> _happened = [];

    /// <param name="mostOfOneStep">Datagrams that one step may lead to.</param>
    protected SessionRun(MediaSockets sockets, int mostOfOneStep)
    {
        _queue = new MediaTransmitQueue(mostOfOneStep);
        Session = new MediaSession(sockets, new WebRtcPeer(Ice, Browser), Codecs, new EntropySource(new byte[32]), _queue);
    }

    /// <summary>What happened, in order; a run of the same thing counts once.</summary>
    public int Shape
    {
        get
        {
            var shape = new HashCode();
            for (var i = 0; i < Math.Min(_happened.Count, 60); i++)
                if (i == 0 || _happened[i] != _happened[i - 1]) shape.Add(_happened[i]);
            return shape.ToHashCode();
        }
    }

    protected MediaSession Session { get; }

    protected VirtualBrowser Browser { get; } = new();

    protected Instant Now { get; private set; } = new(TimeSpan.TicksPerDay);

    public void Do(FuzzStep step)
    {
        Take(step);
        Drain();
    }

    public void Finish()
    {
        Wait(TimeSpan.FromSeconds(2));
        Session.Close(Now);
        Drain();
    }

    public virtual void Dispose()
    {
        Session.Dispose();
        Browser.Dispose();
    }

    protected abstract void Take(FuzzStep step);

    /// <summary>A datagram leaves.</summary>
    protected abstract void Check(int socket, ReadOnlySpan<byte> bytes);

    protected virtual void Check(MediaEvent told)
    {
    }

    protected void Connect()
    {
        VirtualBrowser.Connect(Now, Session, Ice);
        Drain();
    }

    protected void Wait(TimeSpan time)
    {
        var end = Now + time;
        // Both directions work every 20 ms at most, and reports are rare.
        var most = 64 + (int)(time / TimeSpan.FromMilliseconds(2));
        while (Session.NextTimeout is { } next && next <= end)
        {
            if (most-- == 0) throw new BrokenInvariantException("a session wakes without end");
            if (next > Now) Now = next;
            Session.HandleTimeout(Now);
            Drain();
        }

        Now = end;
    }

    private void Drain()
    {
        if (_queue.Dropped > 0) throw new BrokenInvariantException("one step makes a session send without end");
        for (var i = 0; i < _queue.Count; i++)
        {
            var bytes = _queue.Memory.AsSpan(_queue[i].Offset, _queue[i].Length);
            _happened.Add(_queue[i].Socket);
            if (bytes.Length > MediaTransmitQueue.SlotSize) throw new BrokenInvariantException("a datagram is longer than its room");
            Check(_queue[i].Socket, bytes);
        }

        _queue.Clear();
        while (Session.TryDequeue(out var told))
        {
            _happened.Add(-told.GetType().Name.Length);
            Check(told);
        }
    }
}
