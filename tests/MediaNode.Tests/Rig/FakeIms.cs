using System.Collections.Concurrent;
using System.Net;
using Byon.MediaNode;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Tests.Rig;

/// <summary>
/// A home network on one UDP socket: a registrar that takes whoever comes, and one phone that the test drives. Requests that
/// name a binding go there; everything else is the phone's.
/// </summary>
internal sealed class FakeIms : ImsSocket
{
    public const string Domain = "ims.example";
    public const string PhoneNumber = "+34600333444";

    private readonly Lock _guard = new();
    private readonly SipAgent _phone;
    private readonly SipRegistrationId _line;

    public FakeIms()
    {
        _phone = new SipAgent(new SipAgentOptions(Address, "phone", SipTimers.Rfc3261) { IsFixed = false }, new EntropySource(new byte[32]));
        _line = _phone.Register(MonotonicClock.Now, new SipRegistrationRequest(
            new SipUri($"sip:{PhoneNumber}@{Domain}"), new SipFlow(SipTransport.Udp, Address), new SipCredentials("phone", "x"), Guid.NewGuid(),
            PhoneNumber, TimeSpan.FromHours(1)));
        Start();
    }

    /// <summary>What the registrar answers; a 401 is a challenge that no answer ever satisfies. 0: it says nothing.</summary>
    public int RegistrarStatus { get; set; } = 200;

    /// <summary>Contact by registered user; a binding that was removed is gone.</summary>
    public ConcurrentDictionary<string, SipUri> Bindings { get; } = new();

    /// <summary>What happened to the phone's calls, oldest first.</summary>
    public ConcurrentQueue<SipSessionEvent> Events { get; } = new();

    public SessionInvited? Invitation => Events.OfType<SessionInvited>().LastOrDefault();

    public void Do(Action<SipAgent, Instant> act)
    {
        lock (_guard)
        {
            act(_phone, MonotonicClock.Now);
            Flush();
        }
    }

    /// <summary>The phone calls a registered subscriber.</summary>
    public SipSessionId Call(string number, string offer, byte[]? pidfLo = null, ReplacesHeader? replaces = null)
    {
        SipSessionId session = default;
        Do((phone, now) => session = phone.Invite(now, new SipInviteRequest(
            _line, Bindings[number], offer, Anonymous: false, CallerName: "Bea", RingTimeout: TimeSpan.FromSeconds(60))
        {
            Location = pidfLo is null ? null : new SipLocation(pidfLo, MayRoute: false),
            Replaces = replaces,
        }));
        return session;
    }

    /// <summary>The phone is that number's too, as a SIM card in it would make it.</summary>
    public void Insert(string number) => Do((phone, _) => phone.RegisterStatic(new SipRegistrationRequest(
        new SipUri($"sip:{number}@{Domain}"), new SipFlow(SipTransport.Udp, Address), new SipCredentials("sim", "x"), Guid.NewGuid(), number,
        TimeSpan.FromHours(1))));

    public SessionInvited? InvitationOf(string number) => Events.OfType<SessionInvited>().LastOrDefault(invited => invited.Called.User == number);

    protected override void Receive(IPEndPoint from, ReadOnlySpan<byte> datagram)
    {
        lock (_guard) Receive(new SipFlow(SipTransport.Udp, from), datagram);
    }

    protected override void HandleTimeout()
    {
        lock (_guard)
        {
            if (_phone.NextTimeout <= MonotonicClock.Now) _phone.HandleTimeout(MonotonicClock.Now);
            Flush();
        }
    }

    private void Receive(SipFlow flow, ReadOnlySpan<byte> datagram)
    {
        if (!SipParser.TryParseDatagram(datagram, SipLimits.Default, out var message, out _)) return;
        if (message is SipRequest { Method: "REGISTER" } register) Registrar(flow, register);
        else if (message is SipRequest { Uri.Scheme: "urn" } request) _phone.Receive(MonotonicClock.Now, flow, ToEmergencyCentre(request).Span);
        else _phone.Receive(MonotonicClock.Now, flow, datagram);
    }

    /// <summary>The network finds out who takes an emergency call: here the phone.</summary>
    private ReadOnlyMemory<byte> ToEmergencyCentre(SipRequest request)
    {
        request.Uri = new SipUri($"sip:{PhoneNumber}@{Address}");
        return SipWriter.Write(request);
    }

    private void Registrar(SipFlow flow, SipRequest register)
    {
        var isPhone = flow.Remote.Equals(Address);
        var status = isPhone ? 200 : RegistrarStatus;
        if (status == 0) return;
        var response = SipResponse.For(register, status, "registrar");
        if (status == 401) response.Headers.Add("WWW-Authenticate", $"Digest realm=\"{Domain}\", nonce=\"{Guid.NewGuid():N}\", algorithm=MD5, qop=\"auth\"");
        if (status == 200 && register.Contact is { } contact)
        {
            var expires = register.Number("Expires") ?? 3600;
            var user = register.To.Uri.User!;
            if (contact.Parameters["expires"] == "0" || expires == 0)
            {
                Bindings.TryRemove(KeyValuePair.Create(user, contact.Uri));
            }
            else
            {
                if (!isPhone) Bindings[user] = contact.Uri;
                response.Headers.Add("Contact", $"<{contact.Uri}>;expires={expires}");
            }
        }

        Send(SipWriter.Write(response), flow.Remote);
    }

    private void Flush()
    {
        while (_phone.TryDequeue(out SipTransmit transmit))
        {
            var to = transmit.Flow.Remote;
            // The phone's next hop is this network itself, which passes a request on to the binding it names.
            if (to.Equals(Address) && SipParser.TryParseDatagram(transmit.Message.Span, SipLimits.Default, out var message, out _)
                && message is SipRequest { Method: not "REGISTER" } request && request.Uri.TryGetEndPoint(out var binding)) to = binding;
            Send(transmit.Message, to);
        }

        while (_phone.TryDequeue(out SipEvent? sipEvent))
        {
            if (sipEvent is SipSessionEvent session) Events.Enqueue(session);
        }
    }
}
