using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.Tests.TestKit;

namespace Byon.Tests.Rig;

/// <summary>The SIP agent alone behind a UDP socket and TCP connections of its own, in real time: to hold it against real registrars and phones without the rest of a node.</summary>
public sealed class SipPort : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Dictionary<SipFlow, SipStream> _streams = [];
    private readonly List<SipEvent> _events = [];
    private readonly byte[] _datagram = new byte[64 * 1024];

    public SipPort(Func<SipAgentOptions, SipAgentOptions>? with = null)
    {
        Local = new IPEndPoint(IPAddress.Loopback, FreePorts.Next());
        _socket.Bind(Local);
        _socket.ReceiveTimeout = (int)Step.TotalMilliseconds;
        var options = new SipAgentOptions(Local, "byon-test", SipTimers.Rfc3261);
        Agent = new SipAgent(with?.Invoke(options) ?? options, new EntropySource(Guid.NewGuid().ToByteArray().Concat(new byte[16]).ToArray()));
    }

    public IPEndPoint Local { get; }

    public SipAgent Agent { get; }

    public IReadOnlyList<SipEvent> Events => _events;

    public static Instant Now => new(Stopwatch.GetElapsedTime(0).Ticks);

    /// <summary>Lets the agent run until it told an event of that kind; the time-out names what it told instead.</summary>
    public T WaitFor<T>(TimeSpan? limit = null)
        where T : SipEvent
    {
        RunUntil(() => _events.OfType<T>().Any(), limit, typeof(T).Name);
        var found = _events.OfType<T>().First();
        _events.Remove(found);
        return found;
    }

    /// <summary>Lets the agent run until something outside holds.</summary>
    public void RunUntil(Func<bool> holds, TimeSpan? limit = null, [CallerArgumentExpression(nameof(holds))] string text = "")
    {
        var began = Stopwatch.StartNew();
        while (!holds())
        {
            if (began.Elapsed > (limit ?? TestKit.WaitFor.DefaultLimit))
                throw new TimeoutException($"not in time: {text}; events: {string.Join(", ", _events)}; dropped: {string.Join(", ", Agent.Rejected)}");
            Turn();
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        foreach (var stream in _streams.Values) stream.Dispose();
    }

    private void Turn()
    {
        while (Agent.TryDequeue(out SipTransmit transmit))
            Send(transmit);
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        try
        {
            var length = _socket.ReceiveFrom(_datagram, ref from);
            Agent.Receive(Now, new SipFlow(SipTransport.Udp, (IPEndPoint)from), _datagram.AsSpan(0, length));
        }
        catch (SocketException nothing) when (nothing.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            // Nothing came within a step.
        }

        foreach (var (flow, stream) in _streams)
        {
            foreach (var message in stream.Receive()) Agent.Receive(Now, flow, message.Span);
        }

        if (Agent.NextTimeout is { } due && due <= Now)
            Agent.HandleTimeout(Now);
        while (Agent.TryDequeue(out SipEvent? told))
            _events.Add(told);
    }

    private void Send(SipTransmit transmit)
    {
        if (transmit.Flow.Transport == SipTransport.Udp)
        {
            _socket.SendTo(transmit.Message.Span, transmit.Flow.Remote);
            return;
        }

        try
        {
            if (!_streams.TryGetValue(transmit.Flow, out var stream)) _streams.Add(transmit.Flow, stream = new SipStream(transmit.Flow.Remote));
            stream.Send(transmit.Message.Span);
        }
        catch (SocketException)
        {
            Agent.FlowFailed(Now, transmit.Flow);
        }
    }
}
