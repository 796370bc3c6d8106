using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Byon.Local.Ims;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.Tests.TestKit;

namespace Byon.Tests.Local.Tests.Ims;

/// <summary>A SIP agent on real loopback sockets: a gateway as the simulator sees it.</summary>
internal sealed class LoopbackAgent : IDisposable
{
    private readonly SipEndpoint _network;
    private readonly Timer _timer;
    private readonly List<SipEvent> _events = [];
    private bool _isClosed;

    public LoopbackAgent()
    {
        lock (_events)
        {
            _network = new SipEndpoint(
                (flow, message) => Do(agent => agent.Receive(Now, flow, message.Span)), flow => Do(agent => agent.FlowFailed(Now, flow)));
            _network.Start(new IPEndPoint(IPAddress.Loopback, FreePorts.Next()));
            Agent = new SipAgent(
                new SipAgentOptions(_network.Local, "test", SipTimers.Rfc3261), new EntropySource(RandomNumberGenerator.GetBytes(32)));
        }

        _timer = new Timer(_ => Do(agent => agent.HandleTimeout(Now)), null, 20, 20);
    }

    public static Instant Now => new(Stopwatch.GetElapsedTime(0).Ticks);

    public IPEndPoint Local => _network.Local;

    private SipAgent Agent { get; }

    public void Do(Action<SipAgent> work)
    {
        lock (_events)
        {
            if (_isClosed) return;
            work(Agent);
            while (Agent.TryDequeue(out SipEvent? happened)) _events.Add(happened);
            while (Agent.TryDequeue(out SipTransmit transmit)) _network.Send(transmit);
        }
    }

    public T Do<T>(Func<SipAgent, T> work)
    {
        T result = default!;
        Do(agent => { result = work(agent); });
        return result;
    }

    public IReadOnlyList<T> Events<T>()
        where T : SipEvent
    {
        lock (_events) return [.. _events.OfType<T>()];
    }

    public Task<T> NextAsync<T>(Func<T, bool>? matches = null)
        where T : SipEvent =>
        WaitFor.NotNullAsync(() => Events<T>().LastOrDefault(e => matches?.Invoke(e) ?? true), otherwise: Tell);

    public void Dispose()
    {
        lock (_events) _isClosed = true;
        _timer.Dispose();
        _network.Dispose();
    }

    private string Tell()
    {
        lock (_events) return string.Join(Environment.NewLine, _events.Select(e => e.ToString()));
    }
}
