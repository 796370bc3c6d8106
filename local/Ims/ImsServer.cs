using System.Globalization;
using System.Net;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.Local.Ims;

/// <summary>
/// The registrar and proxy of the simulated network, sans-IO: authenticates its subscribers, asserts who calls (RFC 3325), rings
/// all contacts of a number at once, and relays what follows in the dialog.
/// </summary>
internal sealed class ImsServer
{
    private readonly ImsSimulatorOptions _options;
    private readonly IReadOnlyDictionary<string, ForwardTarget> _phones;
    private readonly EntropySource _entropy;
    private readonly Deadlines<ITimed> _wakes = new();
    private readonly DigestGate _gate;
    private readonly TransactionLayer _transactions;
    private readonly ImsRegistrar _registrar;

    /// <param name="phones">Contacts of the built-in phones by number: trusted, never challenged.</param>
    public ImsServer(ImsSimulatorOptions options, IReadOnlyDictionary<string, ForwardTarget> phones, EntropySource entropy)
    {
        (_options, _phones, _entropy) = (options, phones, entropy);
        _gate = new DigestGate(options.Domain, options.Subscribers, entropy);
        _transactions = new TransactionLayer(new SipAgentOptions(options.Address, "", SipTimers.Rfc3261), entropy, _wakes, isProxy: true);
        _registrar = new ImsRegistrar(options, _gate, entropy);
    }

    public Instant? NextTimeout => Instant.Earliest(_transactions.NextTimeout, _wakes.Earliest);

    public bool TryDequeue(out SipTransmit transmit) => _transactions.TryDequeue(out transmit);

    /// <summary>How many contacts of that number would ring now.</summary>
    public int ContactsOf(Instant now, string number) => _registrar.BindingsOf(now, number).Count;

    public void Receive(Instant now, SipFlow source, ReadOnlySpan<byte> message)
    {
        if (!SipParser.TryParseDatagram(message, SipLimits.Default, out var parsed, out _)) return;
        _transactions.Receive(now, source, parsed);
        while (_transactions.TryDequeue(out RequestArrival? arrival)) Dispatch(now, arrival);
    }

    public void FlowFailed(Instant now, SipFlow flow) => _transactions.FlowFailed(now, flow);

    public void HandleTimeout(Instant now)
    {
        _transactions.HandleTimeout(now);
        while (_wakes.TryTakeDue(now, out var due))
        {
            due.HandleTimeout(now);
            _wakes.Set(due, due.NextTimeout);
        }
    }

    private void Dispatch(Instant now, RequestArrival arrival)
    {
        var request = arrival.Request;
        if (arrival.Transaction is not { } transaction) ForwardAck(request);
        else if (request.Method == SipMethods.Cancel) Cancel(now, request, transaction);
        else if (request.Number("Max-Forwards") == 0) Respond(now, transaction, 483);
        else if (arrival.IsMerged) Respond(now, transaction, 482);
        else if (request.Method == SipMethods.Register) _transactions.Respond(now, transaction, _registrar.Register(now, request, transaction.Flow));
        else if (request.To.Tag is not null) Relay(now, request, transaction);
        else if (request.Method == SipMethods.Options && request.Uri.User is null) Respond(now, transaction, 200);
        else Open(now, request, transaction);
    }

    private void Cancel(Instant now, SipRequest cancel, ServerTransaction transaction)
    {
        var invite = _transactions.InviteOf(cancel);
        Respond(now, transaction, invite is null ? 481 : 200);
        if (invite is { IsProceeding: true }) invite.Cancelled?.Invoke(now, cancel);
    }

    /// <summary>A request inside a dialog: the Route says where it goes (§16.12).</summary>
    private void Relay(Instant now, SipRequest request, ServerTransaction transaction)
    {
        var copy = Copy(request, request.Uri);
        if (NextHop(copy) is { } flow) Forward(now, transaction, [(copy, flow)]);
        else Respond(now, transaction, 404);
    }

    /// <summary>A 2xx's ACK has no transaction: it passes as it is, with a Via of its own.</summary>
    private void ForwardAck(SipRequest ack)
    {
        if (ack.Number("Max-Forwards") == 0) return;
        var copy = Copy(ack, ack.Uri);
        if (NextHop(copy) is not { } flow) return;
        copy.Headers.Prepend("Via", _transactions.NewVia(flow));
        _transactions.SendAck(copy, flow);
    }

    /// <summary>A request outside dialogs: from a subscriber who proves who it is, or from a phone of ours; to a number.</summary>
    private void Open(Instant now, SipRequest request, ServerTransaction transaction)
    {
        string? caller = CallingPhone(transaction.Flow, request);
        if (caller is null)
        {
            caller = _gate.Check(now, request, "Proxy-Authorization", out var isStale)?.Number;
            if (caller is null)
            {
                var challenge = SipResponse.For(request, 407, _entropy.NextToken(6));
                _gate.Challenge(now, challenge, isStale);
                _transactions.Respond(now, transaction, challenge);
                return;
            }
        }

        var number = request.Uri.TelephoneNumber;
        var isOurs = request.Uri.Scheme == "tel" || request.Uri.Host.Equals(_options.Domain, StringComparison.OrdinalIgnoreCase);
        if (number is null || !isOurs || !(_phones.ContainsKey(number) || _registrar.IsSubscriber(number)))
        {
            Respond(now, transaction, 404);
            return;
        }

        var targets = TargetsOf(now, number);
        if (targets.Count == 0) Respond(now, transaction, 480);
        else Forward(now, transaction, [.. targets.Select(t => (Terminating(request, t.Uri, caller), t.Flow))]);
    }

    private IReadOnlyList<ForwardTarget> TargetsOf(Instant now, string number)
    {
        if (_phones.TryGetValue(number, out var phone)) return [phone];
        return [.. _registrar.BindingsOf(now, number).Select(b => new ForwardTarget(b.Contact, FlowTo(b)))];
    }

    /// <summary>Over UDP the contact's address; over TCP the connection of the REGISTER, which the device keeps open.</summary>
    private static SipFlow FlowTo(ImsBinding binding) =>
        binding.Flow.Transport == SipTransport.Udp && binding.Contact.TryGetEndPoint(out var endPoint)
            ? binding.Flow with { Remote = endPoint }
            : binding.Flow;

    private string? CallingPhone(SipFlow source, SipRequest request) =>
        request.From.Uri.TelephoneNumber is { } number && _phones.TryGetValue(number, out var phone) && phone.Flow == source ? number : null;

    /// <summary>What leaves for a called contact: asserted caller unless withheld, no credentials, and us on the record.</summary>
    private SipRequest Terminating(SipRequest request, SipUri contact, string caller)
    {
        var copy = Copy(request, contact);
        foreach (var name in (string[])["Route", "Proxy-Authorization", "P-Preferred-Identity", "P-Asserted-Identity"]) copy.Headers.Remove(name);
        if (!copy.Headers.Lists("Privacy", "id"))
        {
            copy.Headers.Add("P-Asserted-Identity", $"<sip:{caller}@{_options.Domain}>, <tel:{caller}>");
        }

        if (copy.Method == SipMethods.Invite) copy.Headers.Prepend("Record-Route", $"<sip:{_options.Address};lr>");
        return copy;
    }

    private void Forward(Instant now, ServerTransaction transaction, IReadOnlyList<(SipRequest Request, SipFlow Flow)> copies)
    {
        var forwarded = new ForwardedRequest(_transactions, transaction);
        forwarded.Start(now, copies);
        _wakes.Set(forwarded, forwarded.NextTimeout);
    }

    /// <summary>Takes our own Route off the top, then the next Route or the Request-URI tells the address; null where it is a name.</summary>
    private SipFlow? NextHop(SipRequest request)
    {
        var routes = request.Headers.Values("Route");
        if (RouteAddress(routes, 0)?.Equals(_options.Address) == true)
        {
            routes = [.. routes.Skip(1)];
            request.Headers.SetValues("Route", routes);
        }

        var uri = routes.Count > 0 && NameAddress.TryParse(routes[0], out var next) ? next.Uri : request.Uri;
        if (!uri.TryGetEndPoint(out var endPoint)) return null;
        return new SipFlow(uri.Transport == "tcp" ? SipTransport.Tcp : SipTransport.Udp, endPoint);
    }

    private static IPEndPoint? RouteAddress(IReadOnlyList<string> routes, int index) =>
        index < routes.Count && NameAddress.TryParse(routes[index], out var route) && route.Uri.TryGetEndPoint(out var endPoint) ? endPoint : null;

    private static SipRequest Copy(SipRequest request, SipUri uri)
    {
        var copy = new SipRequest(request.Method, uri) { Body = request.Body };
        foreach (var header in request.Headers) copy.Headers.Add(header.Name, header.Value);
        copy.Headers.Set("Max-Forwards", ((request.Number("Max-Forwards") ?? 70) - 1).ToString(CultureInfo.InvariantCulture));
        return copy;
    }

    private void Respond(Instant now, ServerTransaction transaction, int status) =>
        _transactions.Respond(now, transaction, SipResponse.For(transaction.Request, status, _entropy.NextToken(6)));
}
