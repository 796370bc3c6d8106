using System.Net;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip;

/// <summary>RFC 3261 table 4, in one place, so that tests and slow networks can have others.</summary>
public sealed record SipTimers(TimeSpan T1, TimeSpan T2, TimeSpan T4)
{
    public static SipTimers Rfc3261 { get; } =
        new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(5));
}

/// <param name="Local">The address put into Via, Contact: what peers reach us at.</param>
/// <param name="UserAgent">Value of User-Agent and Server.</param>
/// <param name="MaxServerTransactions">Above this, new requests get 503 with Retry-After: peers cannot make us grow.</param>
public sealed record SipAgentOptions(IPEndPoint Local, string UserAgent, SipTimers Timers, int MaxServerTransactions = 10_000)
{
    /// <summary>How many bytes of requests may be held, as received: above this they get 503 as well, however few they are.</summary>
    public long MaxServerBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The session interval we ask for and grant at most (RFC 4028); 90 s at least.</summary>
    public TimeSpan SessionInterval { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How many REGISTERs a second go out that nobody waits for; the first ones of a silence go at once.</summary>
    public double RegistersPerSecond { get; init; } = 100;

    /// <summary>Where peers reach us by TLS, where that is another port.</summary>
    public IPEndPoint? LocalTls { get; init; }

    /// <summary>Our address on a transport, for Via and Contact.</summary>
    public IPEndPoint LocalOf(SipTransport transport) => transport == SipTransport.Tls ? LocalTls ?? Local : Local;

    /// <summary>
    /// The next hops into the network in order of preference: a registration or call whose hop fails goes to another one. Empty:
    /// what a registration names is all there is.
    /// </summary>
    public IReadOnlyList<SipFlow> NextHops { get; init; } = [];

    /// <summary>Requests above 1300 bytes leave UDP for TCP (RFC 3261 §18.1.1).</summary>
    public bool SwitchesToTcp { get; init; }

    /// <summary>Value of P-Access-Network-Info (RFC 7315 §5.4) in REGISTER and INVITE; null: none.</summary>
    public string? AccessNetwork { get; init; }

    /// <summary>Tell the state of calls to who subscribes to a contact's dialogs (RFC 4235).</summary>
    public bool TellsDialogs { get; init; }

    /// <summary>Publish the presence of registered devices (RFC 3903, RFC 4480).</summary>
    public bool PublishesPresence { get; init; }

    /// <summary>Name the multimedia telephony service in contacts and calls (TS 24.173).</summary>
    public bool IsTelephony { get; init; }

    /// <summary>Our contacts are fixed (RFC 3840 §10.5), as those of a gateway are: calls that reject such contacts pass us over.</summary>
    public bool IsFixed { get; init; } = true;
}

/// <summary>Digest credentials of a subscriber: the private identity and its password (RFC 7616), or aka:K:OPc for AKAv1-MD5 (RFC 3310).</summary>
public sealed record SipCredentials(string UserName, string Password);

/// <param name="Identity">Public identity: To and From of the REGISTER, for example sip:+34600111222@ims.example.</param>
/// <param name="Registrar">Next hop (outbound proxy, P-CSCF, SBC) the request is sent to.</param>
/// <param name="InstanceId">The device's UUID for +sip.instance (RFC 5626 §4.1).</param>
/// <param name="ContactUser">User part of our Contact; unique per registration: incoming INVITEs are matched by it.</param>
public sealed record SipRegistrationRequest(
    SipUri Identity, SipFlow Registrar, SipCredentials Credentials, Guid InstanceId, string ContactUser, TimeSpan Expires)
{
    /// <summary>The next hop trusts this node: REGISTER says that the subscriber is authenticated (TS 24.229 §7.2A.2).</summary>
    public bool IsTrusted { get; init; }
}

/// <param name="Registration">The registration whose identity, credentials, contact and next hop the call uses.</param>
/// <param name="Target">Request-URI and To.</param>
/// <param name="Offer">Null: the peer offers in its 2xx, and <c>SipAgent.Acknowledge</c> answers.</param>
/// <param name="Anonymous">From becomes anonymous and Privacy: id is set (RFC 3323, RFC 3325).</param>
/// <param name="RingTimeout">How long a call may stay unanswered before we cancel it (timer C of RFC 3261 §16.6).</param>
public sealed record SipInviteRequest(
    SipRegistrationId Registration, SipUri Target, string? Offer, bool Anonymous, string? CallerName, TimeSpan RingTimeout)
{
    /// <summary>Priority: emergency is set (RFC 3261 §20.26).</summary>
    public bool IsEmergency { get; init; }

    /// <summary>Where the caller is; it goes along beside the offer.</summary>
    public SipLocation? Location { get; init; }

    /// <summary>The dialog of the target that the call takes the place of (RFC 3891).</summary>
    public ReplacesHeader? Replaces { get; init; }

    /// <summary>Who asked for the call by REFER (RFC 3892).</summary>
    public SipUri? ReferredBy { get; init; }

    /// <summary>The call is for the number's other phones: gateways' contacts such as ours do not ring (RFC 3841).</summary>
    public bool NotToGateways { get; init; }
}

/// <param name="PidfLo">The document.</param>
/// <param name="MayRoute">Whether the network may route the call by it (Geolocation-Routing, RFC 6442 §4.2).</param>
public sealed record SipLocation(ReadOnlyMemory<byte> PidfLo, bool MayRoute);
