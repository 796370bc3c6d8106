using System.Net;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Simulation;

/// <summary>
/// A proxy that forks each INVITE to everybody behind it (RFC 3261 §16.7): all 2xx go back, of the failures one when no fork is
/// left, and who has not answered is cancelled once somebody has. It does not record its route, so dialogs go past it.
/// </summary>
internal sealed class ForkingProxy
{
    private const double T1 = 0.5;
    private const int MostRepeats = 10;

    private readonly LossyNetwork _network;
    private readonly IPEndPoint _address;
    private readonly SipUri[] _contacts;
    private readonly Dictionary<string, Fork> _forks = [];

    public ForkingProxy(LossyNetwork network, IPEndPoint address, params SipUri[] contacts)
    {
        (_network, _address, _contacts) = (network, address, contacts);
        network.Add(address, Receive);
    }

    /// <summary>2xx of second forks and finals of first ones: how often more than one fork had a final say.</summary>
    public int Crossings { get; private set; }

    private void Receive(SipFlow from, ReadOnlyMemory<byte> bytes)
    {
        if (!SipParser.TryParseDatagram(bytes.Span, SipLimits.Default, out var message, out _)) throw new InvalidOperationException("A message cannot be read.");
        if (message is SipResponse response) Received(response);
        else Received(from, (SipRequest)message);
    }

    private void Received(SipFlow from, SipRequest request)
    {
        var known = _forks.GetValueOrDefault(request.TopVia.Branch!);
        switch (request.Method)
        {
            case SipMethods.Invite when known is null: Begin(from, request); break;
            case SipMethods.Invite when known!.Final is { } final: Reply(known, final); break;
            case SipMethods.Ack when known is not null: known.IsAcknowledged = true; break;
            case SipMethods.Cancel:
                _network.Send(_address, from.Remote, SipWriter.Write(SipResponse.For(request, known is null ? 481 : 200, "proxy")));
                if (known is not null) Cancel(known);
                break;
        }
    }

    private void Begin(SipFlow from, SipRequest invite)
    {
        var fork = new Fork(invite, from.Remote, _contacts.Length);
        _forks.Add(invite.TopVia.Branch!, fork);
        Reply(fork, SipResponse.For(invite, 100));
        for (var i = 0; i < _contacts.Length; i++)
        {
            var at = i;
            Repeat(() => Send(fork, at, Copy(invite)), () => fork.HasSpoken[at], () => Failed(fork, at, SipResponse.For(invite, 408, $"proxy{at}")));
        }
    }

    private void Received(SipResponse response)
    {
        var via = response.TopVia.Branch!;
        var dot = via.LastIndexOf('.');
        if (dot < 0 || !_forks.TryGetValue(via[..dot], out var fork) || response.CSeq.Method != SipMethods.Invite) return;
        var at = via[dot + 1] - '0';
        var wasSilent = !fork.HasSpoken[at];
        fork.HasSpoken[at] = true;
        if (wasSilent && fork.IsCancelled && response.IsProvisional) CancelOne(fork, at);
        response.Headers.SetValues("Via", [.. response.Headers.Values("Via").Skip(1)]);
        if (response.IsSuccess)
        {
            if (fork.IsOver[at] || fork.HasWinner) Crossings++;
            (fork.IsOver[at], fork.HasWinner) = (true, true);
            Reply(fork, response);
            Cancel(fork);
        }
        else if (!response.IsProvisional)
        {
            Acknowledge(fork, at, response);
            Failed(fork, at, response);
        }
        else if (response.Status > 100 && fork.Final is null)
        {
            Reply(fork, response);
        }
    }

    /// <summary>A fork is over without an answer; the last one of them lets the caller know.</summary>
    private void Failed(Fork fork, int at, SipResponse response)
    {
        if (fork.IsOver[at]) return;
        (fork.IsOver[at], fork.HasSpoken[at]) = (true, true);
        if (fork.HasWinner || !fork.IsOver.All(over => over)) return;
        fork.Final = response;
        Repeat(() => Reply(fork, response), () => fork.IsAcknowledged, () => { });
    }

    private void Cancel(Fork fork)
    {
        if (fork.IsCancelled) return;
        fork.IsCancelled = true;
        for (var i = 0; i < _contacts.Length; i++)
        {
            // One that has said nothing yet is cancelled when it does (§9.1).
            if (fork.HasSpoken[i] && !fork.IsOver[i]) CancelOne(fork, i);
        }
    }

    private void CancelOne(Fork fork, int at) => Repeat(() => Send(fork, at, Made(fork, at, SipMethods.Cancel, fork.Invite.Headers["To"]!)), () => fork.IsOver[at], () => { });

    private void Acknowledge(Fork fork, int at, SipResponse response) => Send(fork, at, Made(fork, at, SipMethods.Ack, response.Headers["To"]!));

    private SipRequest Made(Fork fork, int at, string method, string to)
    {
        var made = new SipRequest(method, _contacts[at]);
        made.Headers.Add("Max-Forwards", "70");
        made.Headers.Add("From", fork.Invite.Headers["From"]!);
        made.Headers.Add("To", to);
        made.Headers.Add("Call-ID", fork.Invite.CallId);
        made.Headers.Add("CSeq", $"{fork.Invite.CSeq.Number} {method}");
        return made;
    }

    private void Send(Fork fork, int at, SipRequest request)
    {
        request.Uri = _contacts[at];
        request.Headers.Prepend("Via", $"SIP/2.0/UDP {_address};branch={fork.Invite.TopVia.Branch}.{at}");
        _network.Send(_address, new IPEndPoint(IPAddress.Parse(_contacts[at].Host), _contacts[at].Port), SipWriter.Write(request));
    }

    private void Reply(Fork fork, SipResponse response) => _network.Send(_address, fork.Caller, SipWriter.Write(response));

    private static SipRequest Copy(SipRequest request)
    {
        SipParser.TryParseDatagram(SipWriter.Write(request).Span, SipLimits.Default, out var copy, out _);
        return (SipRequest)copy!;
    }

    /// <summary>At T1, then at twice the time, as long as nothing has come of it.</summary>
    private void Repeat(Action action, Func<bool> isDone, Action givenUp, int count = 0)
    {
        if (isDone()) return;
        if (count == MostRepeats)
        {
            givenUp();
            return;
        }

        action();
        _network.After(Math.Min(T1 * (1 << count), 4), () => Repeat(action, isDone, givenUp, count + 1));
    }

    private sealed class Fork(SipRequest invite, IPEndPoint caller, int count)
    {
        public SipRequest Invite => invite;

        public IPEndPoint Caller => caller;

        public bool[] HasSpoken { get; } = new bool[count];

        public bool[] IsOver { get; } = new bool[count];

        public bool HasWinner { get; set; }

        public bool IsCancelled { get; set; }

        public bool IsAcknowledged { get; set; }

        public SipResponse? Final { get; set; }
    }
}
