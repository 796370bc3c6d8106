using System.Net;
using System.Text;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Location;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.Tests.Fuzz.Scripts;

namespace Byon.Tests.Fuzz.Targets.Sip;

/// <summary>One agent, its user and its peer, step by step in virtual time.</summary>
internal sealed class AgentRun
{
    /// <summary>A single step makes an agent send no more than this: forks and retransmissions included.</summary>
    private const int MostMessages = 400;

    private const string Sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n";

    private static readonly IPEndPoint Local = new(IPAddress.Loopback, 5002);
    private static readonly IPEndPoint Peer = new(IPAddress.Loopback, 5009);

    private readonly SipAgent _agent = new(
        new SipAgentOptions(Local, "fuzz", SipTimers.Rfc3261, 200) { SwitchesToTcp = true, IsTelephony = true }, new EntropySource(new byte[32]));

    private readonly Dictionary<SipSessionId, int> _endings = [];
    private readonly List<SipSessionId> _sessions = [];
    private readonly List<SipRegistrationId> _registrations = [];
    private readonly List<int> _heard = [];
    private Instant _now = new(TimeSpan.TicksPerDay);
    private SipRequest? _request;
    private SipMessage? _sent;

    /// <summary>Which events came, in order, and what was sent.</summary>
    public int Shape
    {
        get
        {
            var shape = new HashCode();
            foreach (var heard in _heard.Take(40)) shape.Add(heard);
            return shape.ToHashCode();
        }
    }

    public void Do(FuzzStep step)
    {
        switch (step.Word)
        {
            case "udp": Receive(SipTransport.Udp, step.Body); break;
            case "tcp": Receive(SipTransport.Tcp, step.Body); break;
            case "lost": _agent.FlowFailed(_now, new SipFlow(step.Number(0, 1) == 0 ? SipTransport.Udp : SipTransport.Tcp, Peer)); break;
            case "wait": Wait(TimeSpan.FromMilliseconds(step.Number(1, 100_000))); break;
            case "register": _registrations.Add(_agent.Register(_now, Subscriber("secret"))); break;
            case "aka": _registrations.Add(_agent.Register(_now, Subscriber("aka:465b5ce8b199b49faa5f0a2ee238a6bc:cd63cb71954a9f4e48a5994e37a02baf"))); break;
            case "static": _registrations.Add(_agent.RegisterStatic(Subscriber("secret"))); break;
            case "refresh": OnRegistration(id => _agent.Refresh(_now, id, TimeSpan.FromSeconds(step.Number(0, 3_600)))); break;
            case "unregister": OnRegistration(id => _agent.Unregister(_now, id)); break;
            case "invite": OnRegistration(Invite); break;
            default: OnSession(step); break;
        }

        Drain();
    }

    /// <summary>Everybody hangs up and goes: an hour later nothing may be left.</summary>
    public void Finish()
    {
        foreach (var session in _sessions.ToArray()) _agent.End(_now, session);
        foreach (var registration in _registrations) _agent.Unregister(_now, registration);
        Drain();
        Wait(TimeSpan.FromHours(1));
        foreach (var session in _sessions.ToArray()) _agent.End(_now, session);
        Drain();
        Wait(TimeSpan.FromHours(1));
        if (_sessions.Any(s => _endings.GetValueOrDefault(s) != 1)) throw new BrokenInvariantException("a session does not end exactly once");
        if (_agent.Transactions != 0) throw new BrokenInvariantException("a transaction stays for ever");
        if (_agent.Dialogs != 0) throw new BrokenInvariantException("a dialog stays for ever");
        if (_agent.NextTimeout is not null) throw new BrokenInvariantException("a timer stays for ever");
    }

    private static SipRegistrationRequest Subscriber(string secret) => new(
        new SipUri("sip:+34700@ims.test"), new SipFlow(SipTransport.Udp, Peer), new SipCredentials("700", secret), new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
        "c700", TimeSpan.FromSeconds(600));

    private void Invite(SipRegistrationId registration) => _sessions.Add(_agent.Invite(
        _now, new SipInviteRequest(registration, new SipUri($"sip:c600@{Peer}"), Sdp, false, null, TimeSpan.FromSeconds(60))));

    private void OnRegistration(Action<SipRegistrationId> action)
    {
        if (_registrations.Count > 0) action(_registrations[^1]);
    }

    private void OnSession(FuzzStep step)
    {
        if (_sessions.Count == 0) return;
        var session = _sessions[^1];
        switch (step.Word)
        {
            case "progress": _agent.Progress(_now, session, 180, null); break;
            case "early": _agent.Progress(_now, session, 183, Sdp); break;
            case "answer": _agent.Answer(_now, session, Sdp); break;
            case "reinvite": _agent.Reinvite(_now, session, Sdp); break;
            case "accept": _agent.AcceptReinvite(_now, session, Sdp); break;
            case "reject": _agent.RejectReinvite(_now, session, 488); break;
            case "end": _agent.End(_now, session, 486); break;
            case "refer": _agent.Refer(_now, session, "<sip:+34800@ims.test>"); break;
            case "accept-refer": _agent.AcceptRefer(_now, session); break;
            case "reject-refer": _agent.RejectRefer(_now, session, 603); break;
            case "notify-refer": _agent.NotifyRefer(_now, session, step.Number(100, 699)); break;
            case "acknowledge": _agent.Acknowledge(_now, session, Sdp); break;
            case "save" when _agent.Save(_now, session) is { } state: _sessions.Add(_agent.Restore(_now, state)); break;
        }
    }

    private void Receive(SipTransport transport, string template)
    {
        var bytes = Encoding.Latin1.GetBytes(Filled(template));
        _agent.Receive(_now, new SipFlow(transport, Peer), bytes);
    }

    /// <summary>Puts what only the run knows into a message: of the last request the agent sent, and of the last message.</summary>
    private string Filled(string text)
    {
        if (_request is { } request)
        {
            text = text.Replace("{via}", request.Headers["Via"], StringComparison.Ordinal)
                .Replace("{from}", request.Headers["From"], StringComparison.Ordinal)
                .Replace("{to}", request.Headers["To"], StringComparison.Ordinal)
                .Replace("{our-tag}", request.From.Tag, StringComparison.Ordinal)
                .Replace("{call-id}", request.CallId, StringComparison.Ordinal)
                .Replace("{cseq}", request.Headers["CSeq"], StringComparison.Ordinal)
                .Replace("{number}", request.CSeq.Number.ToString(), StringComparison.Ordinal);
        }

        text = text.Replace("{tag}", _sent?.To.Tag ?? "none", StringComparison.Ordinal).Replace("{rseq}", _sent?.Headers["RSeq"] ?? "1", StringComparison.Ordinal);
        var body = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return text.Replace("{length}", (body < 0 ? 0 : text.Length - body - 4).ToString(), StringComparison.Ordinal);
    }

    private void Wait(TimeSpan time)
    {
        var end = _now + time;
        var steps = 0;
        while (_agent.NextTimeout is { } next && next <= end)
        {
            if (++steps > 20_000) throw new BrokenInvariantException("timers never come to rest");
            if (next > _now) _now = next;
            _agent.HandleTimeout(_now);
            Drain();
        }

        _now = end;
    }

    private void Drain()
    {
        var sent = 0;
        while (_agent.TryDequeue(out SipTransmit transmit))
        {
            if (++sent > MostMessages) throw new BrokenInvariantException("one step makes an agent send without end");
            if (transmit.Message.Span is not [> 2 and not (byte)'\r', ..]) continue;
            if (!SipParser.TryParseDatagram(transmit.Message.Span, SipLimits.Default, out var message, out var why))
            {
                // What a peer wrote into its headers may add up to more than it may send itself.
                if (why is SipRejection.TooLong or SipRejection.LineTooLong or SipRejection.TooManyHeaders) continue;
                throw new BrokenInvariantException($"an agent sends what cannot be read: {why}");
            }

            _sent = message;
            _request = message as SipRequest ?? _request;
            _heard.Add(message is SipResponse response ? response.Status : ((SipRequest)message).Method.Length);
        }

        while (_agent.TryDequeue(out SipEvent? happened)) Hear(happened);
        // Names of hosts lead to the peer, or nowhere.
        while (_agent.TryDequeue(out SipTarget? wanted))
        {
            SipHop[] hops = wanted.Host.Length % 2 == 0 ? [new SipHop(new SipFlow(wanted.ChosenTransport, Peer), wanted.Host, 0, 0)] : [];
            _agent.Located(_now, wanted, hops, TimeSpan.FromSeconds(30));
        }
    }

    private void Hear(SipEvent happened)
    {
        _heard.Add(-happened.GetType().Name.Length);
        switch (happened)
        {
            case SessionInvited invited: _sessions.Add(invited.Session); break;
            case SessionEnded ended:
                var times = _endings[ended.Session] = _endings.GetValueOrDefault(ended.Session) + 1;
                if (times > 1) throw new BrokenInvariantException("a session ends twice");
                break;
        }
    }
}
