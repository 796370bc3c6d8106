using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Transactions;

/// <summary>
/// All transactions of one agent: matches messages to them (RFC 3261 §17.1.3, §17.2.3), keeps their deadlines, and hands what
/// opens a new one to the agent. Client transactions tell their user directly.
/// </summary>
/// <param name="isProxy">Responses carry the Vias of others below ours, and requests come with theirs (§16.6, §16.7).</param>
internal sealed class TransactionLayer(SipAgentOptions options, EntropySource entropy, Deadlines<ITimed> wakes, bool isProxy = false)
{
    /// <summary>What a refusal for overload asks for.</summary>
    public const int RetryAfterSeconds = 5;

    private readonly Dictionary<string, ClientTransaction> _clients = [];
    private readonly Dictionary<string, ServerTransaction> _servers = [];
    private readonly Dictionary<SipFlow, HashSet<ClientTransaction>> _clientsByFlow = [];
    private readonly Dictionary<string, ServerTransaction> _merging = [];
    private readonly ServerAdmission _admission = new(options.MaxServerTransactions, options.MaxServerBytes);
    private readonly Deadlines<SipTransaction> _deadlines = new();
    private readonly OverloadControl _overload = new(entropy);
    private readonly StreamUpgrade _upgrade = new(options.SwitchesToTcp);
    private readonly Queue<SipTransmit> _outgoing = [];
    private readonly Queue<RequestArrival> _arrivals = [];

    public Instant? NextTimeout => _deadlines.Earliest;

    public int ServerCount => _servers.Count;

    public int ClientCount => _clients.Count;

    /// <summary>Bytes of requests that server transactions hold.</summary>
    public long ServerBytes => _admission.Bytes;

    /// <summary>Whether a dialog is there for a request: such requests come before new ones when room is short.</summary>
    public Func<SipRequest, bool> IsInDialog { get; init; } = _ => false;

    public bool TryDequeue(out SipTransmit transmit) => _outgoing.TryDequeue(out transmit);

    public bool TryDequeue([NotNullWhen(true)] out RequestArrival? arrival) => _arrivals.TryDequeue(out arrival);

    /// <summary>Puts our Via on top of a request without one, and opens its transaction.</summary>
    public void Send(Instant now, SipRequest request, SipFlow flow, ITransactionUser user)
    {
        var isUpgraded = false;
        if (!request.Headers.Has("Via"))
        {
            request.Headers.Prepend("Via", NewVia(flow));
            if (isUpgraded = _upgrade.Applies(now, request, flow))
            {
                flow = flow with { Transport = SipTransport.Tcp };
                request.Headers.Set("Via", NewVia(flow));
            }
        }

        ClientTransaction transaction = _overload.Sheds(now, flow, request) ? new ShedClientTransaction(now, request, flow, options.Timers, user)
            : request.Method == SipMethods.Invite ? new InviteClientTransaction(now, request, flow, options.Timers, user) { IsUpgraded = isUpgraded }
            : new NonInviteClientTransaction(now, request, flow, options.Timers, user) { IsUpgraded = isUpgraded };
        _clients.Add(transaction.Key, transaction);
        if (!_clientsByFlow.TryGetValue(flow, out var onFlow)) _clientsByFlow.Add(flow, onFlow = []);
        onFlow.Add(transaction);
        Pump(now, transaction);
    }

    /// <summary>An ACK for a 2xx: no transaction, so its owner sends it again when the 2xx comes again (§13.2.2.4).</summary>
    public void SendAck(SipRequest ack, SipFlow flow)
    {
        if (!ack.Headers.Has("Via")) ack.Headers.Prepend("Via", NewVia(flow));
        _outgoing.Enqueue(new SipTransmit(flow, SipWriter.Write(ack)));
    }

    /// <summary>Keep-alives, which are no messages.</summary>
    public void SendRaw(SipFlow flow, ReadOnlyMemory<byte> bytes) => _outgoing.Enqueue(new SipTransmit(flow, bytes));

    /// <summary>A Via of ours with a branch of its own; what is sent without any gets one by itself.</summary>
    public string NewVia(SipFlow flow)
    {
        return $"SIP/2.0/{flow.Transport.ToString().ToUpperInvariant()} {options.LocalOf(flow.Transport)};branch={ViaHeader.MagicCookie}{entropy.NextToken(12)};rport{OverloadControl.Offer}";
    }

    public void Respond(Instant now, ServerTransaction transaction, SipResponse response)
    {
        if (options.UserAgent.Length > 0) response.Headers.Set("Server", options.UserAgent);
        transaction.Send(now, response);
        Pump(now, transaction);
    }

    /// <summary>None where the message found its place.</summary>
    public SipRejection Receive(Instant now, SipFlow source, SipMessage message)
    {
        if (message is SipResponse response) return Receive(now, response);
        var request = (SipRequest)message;
        if (request.Method != SipMethods.Ack) return Receive(now, source, request);
        ReceiveAck(now, request);
        return SipRejection.None;
    }

    /// <summary>The INVITE a CANCEL is about (§9.2): same branch and sent-by.</summary>
    public InviteServerTransaction? InviteOf(SipRequest cancel) =>
        _servers.GetValueOrDefault(ServerTransaction.KeyOf(cancel, SipMethods.Invite)) as InviteServerTransaction;

    /// <summary>
    /// Whether an INVITE has come back to the contact that sent it (a loop, RFC 3261 §16.3): our Via stands among its own. One that
    /// reaches another contact of ours is a call between two of them.
    /// </summary>
    public bool IsOwnInvite(SipRequest invite)
    {
        foreach (var value in invite.Headers.Values("Via"))
        {
            if (!ViaHeader.TryParse(value, out var via) || via.Branch is not { } branch) continue;
            if (_clients.TryGetValue(ClientTransaction.KeyOf(branch, SipMethods.Invite), out var sent) && sent.Request.Contact?.Uri.User == invite.Uri.User) return true;
        }

        return false;
    }

    /// <summary>Where a request that still waits went: its CANCEL goes the same way (§9.1).</summary>
    public SipFlow? FlowOf(SipRequest request) =>
        _clients.GetValueOrDefault(ClientTransaction.KeyOf(request.TopVia.Branch!, request.Method))?.Flow;

    /// <summary>Forgets a client transaction whose final response is not waited for any more (§9.1).</summary>
    public void Abandon(SipRequest request)
    {
        if (_clients.TryGetValue(ClientTransaction.KeyOf(request.TopVia.Branch!, request.Method), out var transaction)) Forget(transaction);
    }

    public void FlowFailed(Instant now, SipFlow flow)
    {
        if (!_clientsByFlow.TryGetValue(flow, out var transactions)) return;
        foreach (var transaction in transactions.ToArray())
        {
            if (transaction is { IsUpgraded: true, IsUnanswered: true })
            {
                SendAsDatagram(now, transaction);
                continue;
            }

            transaction.TransportFailed(now);
            Pump(now, transaction);
        }
    }

    private void SendAsDatagram(Instant now, ClientTransaction transaction)
    {
        _upgrade.Refused(now, transaction.Flow);
        Forget(transaction);
        transaction.Request.Headers.Remove("Via");
        Send(now, transaction.Request, transaction.Flow with { Transport = SipTransport.Udp }, transaction.User);
    }

    public void HandleTimeout(Instant now)
    {
        while (_deadlines.TryTakeDue(now, out var transaction))
        {
            transaction.HandleTimeout(now);
            Pump(now, transaction);
        }
    }

    private SipRejection Receive(Instant now, SipResponse response)
    {
        // A second Via means that the response is not for us (§8.1.3.3).
        if (!isProxy && response.Headers.Values("Via").Count != 1) return SipRejection.StrayResponse;
        var key = ClientTransaction.KeyOf(response.TopVia.Branch!, response.CSeq.Method);
        if (!_clients.TryGetValue(key, out var transaction)) return SipRejection.StrayResponse;
        _overload.Hear(now, transaction.Flow, response.TopVia);
        transaction.Receive(now, response);
        Pump(now, transaction);
        return SipRejection.None;
    }

    private void ReceiveAck(Instant now, SipRequest ack)
    {
        if (_servers.GetValueOrDefault(ServerTransaction.KeyOf(ack)) is InviteServerTransaction { IsAccepted: false } transaction)
        {
            transaction.Receive(now, ack);
            Pump(now, transaction);
        }
        else
        {
            _arrivals.Enqueue(new RequestArrival(ack, null, false));
        }
    }

    private SipRejection Receive(Instant now, SipFlow source, SipRequest request)
    {
        if (_servers.TryGetValue(ServerTransaction.KeyOf(request), out var known))
        {
            known.Receive(now, request);
            Pump(now, known);
            return SipRejection.None;
        }

        AddReceived(request, source);
        var belongs = request.Method == SipMethods.Cancel ? InviteOf(request) is not null : request.To.Tag is not null && IsInDialog(request);
        if (!_admission.HasRoomFor(request, _servers.Count, belongs))
        {
            Refuse(request, source);
            return SipRejection.Overload;
        }

        ServerTransaction transaction = request.Method == SipMethods.Invite
            ? new InviteServerTransaction(request, source, options.Timers)
            : new NonInviteServerTransaction(request, source, options.Timers);
        _servers.Add(transaction.Key, transaction);
        _admission.Take(request);
        Pump(now, transaction);
        var isMerged = request.To.Tag is null && !_merging.TryAdd(transaction.MergeKey, transaction);
        _arrivals.Enqueue(new RequestArrival(request, transaction, isMerged));
        return SipRejection.None;
    }

    /// <summary>503 without a transaction: what refuses more state must not cost any (§21.5.4).</summary>
    private void Refuse(SipRequest request, SipFlow source)
    {
        var response = SipResponse.For(request, 503, entropy.NextToken(8));
        response.Headers.Add("Retry-After", RetryAfterSeconds.ToString(CultureInfo.InvariantCulture));
        _outgoing.Enqueue(new SipTransmit(ServerTransaction.ResponseFlow(request, source), SipWriter.Write(response)));
    }

    private void Pump(Instant now, SipTransaction transaction)
    {
        while (transaction.TryDequeue(out SipMessage? message)) _outgoing.Enqueue(new SipTransmit(transaction.Flow, SipWriter.Write(message)));
        if (transaction.IsTerminated) Forget(transaction);
        else _deadlines.Set(transaction, transaction.NextTimeout);
        if (transaction is ClientTransaction client) TellUser(now, client);
    }

    private void TellUser(Instant now, ClientTransaction transaction)
    {
        var user = transaction.User;
        while (transaction.TryDequeue(out ClientTransactionEvent? happened))
        {
            switch (happened.Outcome)
            {
                case ClientTransactionOutcome.Response: user.Receive(now, transaction.Request, happened.Response!); break;
                case ClientTransactionOutcome.TimedOut: user.TimedOut(now, transaction.Request); break;
                case ClientTransactionOutcome.Unreachable: user.Unreachable(now, transaction.Request); break;
            }

            if (user.Timed is { } timed) wakes.Set(timed, timed.NextTimeout);
        }
    }

    private void Forget(SipTransaction transaction)
    {
        _deadlines.Set(transaction, null);
        if (transaction is ServerTransaction server) Forget(server);
        else Forget((ClientTransaction)transaction);
    }

    private void Forget(ServerTransaction server)
    {
        if (_servers.Remove(server.Key)) _admission.Release(server.Request);
        if (_merging.GetValueOrDefault(server.MergeKey) == server) _merging.Remove(server.MergeKey);
    }

    private void Forget(ClientTransaction client)
    {
        _deadlines.Set(client, null);
        _clients.Remove(client.Key);
        if (!_clientsByFlow.TryGetValue(client.Flow, out var onFlow)) return;
        onFlow.Remove(client);
        if (onFlow.Count == 0) _clientsByFlow.Remove(client.Flow);
    }

    /// <summary>received and rport of the top Via, as §18.2.1 and RFC 3581 §4 ask the server to fill in.</summary>
    private static void AddReceived(SipRequest request, SipFlow source)
    {
        var via = request.TopVia;
        var parameters = via.Parameters;
        var address = source.Remote.Address.ToString();
        if (parameters.Has("rport")) parameters = parameters.With("rport", source.Remote.Port.ToString(CultureInfo.InvariantCulture));
        if (parameters.Has("rport") || via.Host.Trim('[', ']') != address) parameters = parameters.With("received", address);
        if (ReferenceEquals(parameters, via.Parameters)) return;
        var vias = request.Headers.Values("Via");
        request.Headers.SetValues("Via", [(via with { Parameters = parameters }).ToString(), .. vias.Skip(1)]);
    }
}
