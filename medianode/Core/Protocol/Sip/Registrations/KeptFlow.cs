using Byon.MediaNode.Core.Protocol.Ice;

namespace Byon.MediaNode.Core.Protocol.Sip.Registrations;

/// <summary>
/// Keep-alives of one flow that registrations depend on (RFC 5626 §4.4): STUN over UDP, two line ends over a connection. A flow
/// that does not answer has failed.
/// </summary>
internal sealed class KeptFlow(SipAgentCore core, SipFlow flow) : ITimed
{
    /// <summary>Retransmissions of one STUN request before the flow counts as failed.</summary>
    private const int MostTries = 4;

    /// <summary>§4.4.1: how long a pong may take.</summary>
    private static readonly TimeSpan PongTime = TimeSpan.FromSeconds(10);

    private readonly byte[] _transactionId = new byte[StunMessage.TransactionIdLength];
    private Instant? _wakeAt;
    private TimeSpan? _flowTimer;
    private bool _isWaiting;
    private int _tries;

    public HashSet<SipRegistrationId> Registrations { get; } = [];

    public Instant? NextTimeout => Registrations.Count > 0 ? _wakeAt : null;

    private bool IsDatagram => flow.Transport == SipTransport.Udp;

    /// <param name="flowTimer">The Flow-Timer the edge proxy gave (§10), or null.</param>
    public void Use(Instant now, TimeSpan? flowTimer)
    {
        _flowTimer = flowTimer;
        _wakeAt ??= now + Pause();
    }

    public void HandleTimeout(Instant now)
    {
        if (_wakeAt is not { } due || due > now) return;
        if (!_isWaiting) Ask(now);
        else if (IsDatagram && _tries < MostTries) Send(now);
        else Fail(now);
    }

    /// <summary>A line end on the connection, or a STUN response.</summary>
    public void Receive(Instant now, ReadOnlySpan<byte> answer)
    {
        if (!_isWaiting) return;
        if (IsDatagram && !(StunMessage.TryParse(answer, out var stun) && stun.Class is StunClass.Success or StunClass.Error &&
            stun.TransactionId.SequenceEqual(_transactionId))) return;
        _isWaiting = false;
        _wakeAt = now + Pause();
    }

    private void Ask(Instant now)
    {
        (_isWaiting, _tries) = (true, 0);
        core.Entropy.Fill(_transactionId);
        Send(now);
    }

    private void Send(Instant now)
    {
        if (IsDatagram)
        {
            var request = new byte[StunMessage.HeaderLength + 8];
            var length = new StunWriter(request, StunClass.Request, _transactionId).Finish(default);
            core.Transactions.SendRaw(flow, request.AsMemory(0, length));
            _wakeAt = now + (core.Options.Timers.T1 * (1 << _tries++));
        }
        else
        {
            core.Transactions.SendRaw(flow, "\r\n\r\n"u8.ToArray());
            _wakeAt = now + PongTime;
        }
    }

    private void Fail(Instant now)
    {
        (_isWaiting, _wakeAt) = (false, null);
        core.FailedFlows.Enqueue(flow);
    }

    /// <summary>§4.4: 24 to 29 s over UDP, 95 to 120 s otherwise; a Flow-Timer less a fifth. Spread, so that flows do not march in step.</summary>
    private TimeSpan Pause()
    {
        var longest = _flowTimer ?? TimeSpan.FromSeconds(IsDatagram ? 29 : 120);
        return longest * (1 - (0.2 * (core.Entropy.NextUInt32() % 1000 / 1000.0)));
    }
}
