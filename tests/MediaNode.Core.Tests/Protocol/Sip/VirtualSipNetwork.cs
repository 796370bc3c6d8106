using System.Net;
using System.Text;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip;

/// <summary>
/// Agents and scripted peers on one virtual wire with one virtual clock. Messages arrive in the order they were sent, at
/// once; <see cref="Loses"/> decides which ones do not.
/// </summary>
internal sealed class VirtualSipNetwork
{
    private readonly Dictionary<IPEndPoint, Action<SipFlow, ReadOnlyMemory<byte>>> _nodes = [];
    private readonly List<(IPEndPoint Address, SipAgent Agent, List<SipEvent> Events)> _agents = [];
    private readonly Queue<(IPEndPoint From, SipFlow To, ReadOnlyMemory<byte> Bytes)> _wire = [];

    public Instant Now { get; private set; } = new(987_654_321);

    /// <summary>True for a message that is lost on its way.</summary>
    public Func<SipMessage, bool> Loses { get; set; } = _ => false;

    /// <summary>Everything that was put on the wire, lost or not.</summary>
    public List<SipMessage> Sent { get; } = [];

    public VirtualAgent Add(int port, int maxServerTransactions = 10_000, Func<SipAgentOptions, SipAgentOptions>? with = null)
    {
        var address = new IPEndPoint(IPAddress.Loopback, port);
        var seed = new byte[32];
        seed[0] = (byte)port;
        seed[1] = (byte)(port >> 8);
        var agent = new SipAgent(
            (with ?? (o => o))(new SipAgentOptions(address, "test", SipTimers.Rfc3261, maxServerTransactions)), new EntropySource(seed));
        var events = new List<SipEvent>();
        _agents.Add((address, agent, events));
        _nodes.Add(address, (flow, bytes) => agent.Receive(Now, flow, bytes.Span));
        return new VirtualAgent(this, agent, address, events);
    }

    public void Add(IPEndPoint address, Action<SipFlow, ReadOnlyMemory<byte>> receive) => _nodes.Add(address, receive);

    public void Send(IPEndPoint from, SipFlow to, ReadOnlyMemory<byte> bytes) => _wire.Enqueue((from, to, bytes));

    /// <summary>Delivers until nobody has anything to say at this instant.</summary>
    public void Settle()
    {
        for (var rounds = 0; rounds < 10_000; rounds++)
        {
            foreach (var (address, agent, events) in _agents)
            {
                while (agent.TryDequeue(out SipTransmit transmit)) _wire.Enqueue((address, transmit.Flow, transmit.Message));
                while (agent.TryDequeue(out SipEvent? happened)) events.Add(happened);
            }

            if (!_wire.TryDequeue(out var next)) return;
            Deliver(next.From, next.To, next.Bytes);
        }

        throw new InvalidOperationException("The agents never fall silent.");
    }

    /// <summary>Lets virtual time pass, deadline by deadline.</summary>
    public void Run(TimeSpan duration)
    {
        var end = Now + duration;
        Settle();
        while (_agents.Select(a => a.Agent.NextTimeout).Aggregate(Instant.Earliest) is { } next && next <= end)
        {
            if (next > Now) Now = next;
            foreach (var (_, agent, _) in _agents) agent.HandleTimeout(Now);
            Settle();
        }

        Now = end;
    }

    private void Deliver(IPEndPoint from, SipFlow to, ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Span[0] is < 2 or (byte)'\r')
        {
            // A keep-alive, which is no message.
            if (_nodes.TryGetValue(to.Remote, out var kept)) kept(new SipFlow(to.Transport, from), bytes);
            return;
        }

        Assert.True(
            SipParser.TryParseDatagram(bytes.Span, SipLimits.Default, out var message, out var why),
            $"A malformed message was sent ({why}): {Encoding.UTF8.GetString(bytes.Span)}");
        Sent.Add(message);
        if (Loses(message)) return;
        if (_nodes.TryGetValue(to.Remote, out var receive)) receive(new SipFlow(to.Transport, from), bytes);
    }
}
