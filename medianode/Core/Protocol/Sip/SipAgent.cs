using System.Diagnostics.CodeAnalysis;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Registrations;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.MediaNode.Core.Protocol.Sip;

/// <summary>
/// The SIP engine's front door: owns transactions, dialogs, INVITE sessions and registrations. Fed with whole messages and
/// time, drained for transmits and events; see RFC 3261. A command for an id that is over does nothing.
/// </summary>
public sealed partial class SipAgent(SipAgentOptions options, EntropySource entropy)
{
    private readonly SipAgentCore _core = new(options, entropy);
    private readonly Dictionary<SipRegistrationId, SipRegistration> _registrations = [];
    private readonly Dictionary<string, SipRegistration> _contacts = [];
    private readonly Dictionary<SipRejection, long> _rejected = [];
    private long _lastId;

    public SipAgentOptions Options { get; } = options;

    public Instant? NextTimeout => Instant.Earliest(_core.Transactions.NextTimeout, _core.Wakes.Earliest);

    /// <summary>Messages dropped so far, by reason.</summary>
    public IReadOnlyDictionary<SipRejection, long> Rejected => _rejected;

    /// <summary>Transactions alive, client and server: what an idle agent brings back to zero.</summary>
    public int Transactions => _core.Transactions.ClientCount + _core.Transactions.ServerCount;

    /// <summary>Bytes of peers' requests that are held; see <see cref="SipAgentOptions.MaxServerBytes"/>.</summary>
    public long HeldBytes => _core.Transactions.ServerBytes;

    /// <summary>Dialogs that requests of peers would find: zero as well when idle.</summary>
    public int Dialogs => _core.Dialogs.Count;

    /// <param name="message">One datagram, or one message as SipStreamFramer cuts it.</param>
    public void Receive(Instant now, SipFlow flow, ReadOnlySpan<byte> message)
    {
        // Keep-alives of RFC 5626 are no messages.
        var isKeepAlive = message.Trim("\r\n\0"u8).IsEmpty;
        if (_core.KeptFlows.TryGetValue(flow, out var kept) && (isKeepAlive || message[0] < 2)) KeepAlive(now, kept, message);
        else if (!isKeepAlive) ReceiveMessage(now, flow, message);
    }

    private void ReceiveMessage(Instant now, SipFlow flow, ReadOnlySpan<byte> message)
    {
        if (!SipParser.TryParseDatagram(message, SipLimits.Default, out var parsed, out var rejection))
        {
            Count(rejection);
            return;
        }

        Count(_core.Transactions.Receive(now, flow, parsed));
        while (_core.Transactions.TryDequeue(out RequestArrival? arrival)) Dispatch(now, arrival);
        Recover(now);
        Sweep();
    }

    /// <summary>The transport failed (connection refused or lost, ICMP): what waits for an answer on that flow fails now.</summary>
    public void FlowFailed(Instant now, SipFlow flow)
    {
        _core.Transactions.FlowFailed(now, flow);
        RecoverFlow(now, flow);
        Recover(now);
        Sweep();
    }

    public void HandleTimeout(Instant now)
    {
        _core.Transactions.HandleTimeout(now);
        while (_core.Wakes.TryTakeDue(now, out var due))
        {
            due.HandleTimeout(now);
            _core.Wakes.Set(due, due.NextTimeout);
        }

        while (_core.FailedFlows.TryDequeue(out var failed)) FlowFailed(now, failed);
        Recover(now);
        Sweep();
    }

    public bool TryDequeue(out SipTransmit transmit) => _core.Transactions.TryDequeue(out transmit);

    public bool TryDequeue([NotNullWhen(true)] out SipEvent? sipEvent) => _core.Events.TryDequeue(out sipEvent);

    private void Count(SipRejection rejection)
    {
        if (rejection != SipRejection.None) _rejected[rejection] = _rejected.GetValueOrDefault(rejection) + 1;
    }

    /// <summary>Lets go of registrations that ended while messages and deadlines were worked on.</summary>
    private void Sweep()
    {
        while (_core.Gone.TryDequeue(out var gone))
        {
            if (!_registrations.Remove(gone, out var registration)) continue;
            if (_contacts.GetValueOrDefault(registration.Line.ContactUser) == registration) _contacts.Remove(registration.Line.ContactUser);
            _core.Watchers.Gone(registration.Line.ContactUser);
            _core.Wakes.Set(registration, null);
            Unkeep(registration);
        }
    }
}
