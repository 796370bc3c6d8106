using System.Net;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Simulation;

/// <summary>
/// Agents on a wire that loses, delays, reorders and doubles datagrams, all by one seed and in virtual time: the same seed gives
/// the same run, message for message.
/// </summary>
internal sealed class LossyNetwork(int seed)
{
    private const double Lost = 0.15;
    private const double Doubled = 0.1;
    private const int LongestDelay = 600;

    private readonly Dictionary<IPEndPoint, (SipAgent Agent, Action<SipEvent> Hear)> _agents = [];
    private readonly Dictionary<IPEndPoint, Action<SipFlow, ReadOnlyMemory<byte>>> _receivers = [];
    private readonly PriorityQueue<Action, (long At, long Sequence)> _due = new();
    private long _sequence;

    public Instant Now { get; private set; } = new(123_456_789);

    public Random Dice { get; } = new(seed);

    /// <summary>Every message that was sent, before it was lost or doubled.</summary>
    public List<SipMessage> Sent { get; } = [];

    public SipAgent Add(int port, Action<SipEvent> hear)
    {
        var address = new IPEndPoint(IPAddress.Loopback, port);
        var entropy = new byte[32];
        (entropy[0], entropy[1], entropy[2]) = ((byte)seed, (byte)(seed >> 8), (byte)port);
        var options = new SipAgentOptions(address, "", SipTimers.Rfc3261) { SessionInterval = TimeSpan.FromSeconds(90) };
        var agent = new SipAgent(options, new EntropySource(entropy));
        _agents.Add(address, (agent, hear));
        _receivers.Add(address, (from, message) => agent.Receive(Now, from, message.Span));
        return agent;
    }

    /// <summary>Something on the way that is no agent.</summary>
    public void Add(IPEndPoint address, Action<SipFlow, ReadOnlyMemory<byte>> receive) => _receivers.Add(address, receive);

    public void After(double seconds, Action action) =>
        _due.Enqueue(action, ((Now + TimeSpan.FromSeconds(seconds)).Ticks, _sequence++));

    public void Run(TimeSpan duration)
    {
        var end = Now + duration;
        Drain();
        for (var steps = 0; steps < 2_000_000; steps++)
        {
            var timer = _agents.Values.Select(a => a.Agent.NextTimeout).Aggregate(Instant.Earliest);
            var hasDue = _due.TryPeek(out _, out var first);
            var next = Instant.Earliest(timer, hasDue ? new Instant(first.At) : null);
            if (next is null || next > end)
            {
                Now = end;
                return;
            }

            if (next > Now) Now = next.Value;
            if (hasDue && first.At <= Now.Ticks) _due.Dequeue()();
            else foreach (var (agent, _) in _agents.Values) agent.HandleTimeout(Now);
            Drain();
        }

        throw new InvalidOperationException($"Seed {seed} never falls silent.");
    }

    private void Drain()
    {
        foreach (var (address, (agent, hear)) in _agents)
        {
            while (agent.TryDequeue(out SipTransmit transmit)) Send(address, transmit);
            while (agent.TryDequeue(out SipEvent? happened)) hear(happened);
            while (agent.TryDequeue(out SipTransmit transmit)) Send(address, transmit);
        }
    }

    private void Send(IPEndPoint from, SipTransmit transmit)
    {
        if (!SipParser.TryParseDatagram(transmit.Message.Span, SipLimits.Default, out var message, out var why))
            throw new InvalidOperationException($"Seed {seed} makes an agent send what cannot be read: {why}.");
        Sent.Add(message);
        Send(from, transmit.Flow.Remote, transmit.Message);
    }

    /// <summary>One datagram: it may come late, twice or never.</summary>
    public void Send(IPEndPoint from, IPEndPoint to, ReadOnlyMemory<byte> message)
    {
        for (var copies = Dice.NextDouble() < Doubled ? 2 : 1; copies > 0; copies--)
        {
            if (Dice.NextDouble() < Lost || !_receivers.TryGetValue(to, out var receive)) continue;
            After((5 + Dice.Next(LongestDelay)) / 1000.0, () => receive(new SipFlow(SipTransport.Udp, from), message));
        }
    }
}
