using System.Net;
using System.Text;

namespace Byon.MediaNode.Core.Protocol.Ice;

/// <summary>What became of one STUN datagram.</summary>
public enum IceCheckResult
{
    /// <summary>Not a Binding request, or not whole: dropped without an answer.</summary>
    Ignored,

    /// <summary>Answered with an error: 400, 401, 420 or 487.</summary>
    Refused,

    /// <summary>Answered with success; the address may send DTLS and media from now on.</summary>
    Valid,

    /// <summary>As <see cref="Valid"/>, and it nominated the pair that is in use from now on.</summary>
    Nominated,
}

/// <summary>
/// The lite side of ICE (RFC 8445 §2.5): one host candidate, always controlled, never checks by itself. It answers checks made
/// with its own password and lets the peer's nominations choose where media goes; the latest wins, so a peer that changes its
/// address is followed. Checks may come before the peer's credentials are known (RFC 8445 §7.3): the password alone proves that
/// the sender has read our description.
/// </summary>
public sealed class IceLiteAgent(IceCredentials local)
{
    /// <summary>RFC 7675 §5.1: without consent for this long, sending stops.</summary>
    public static readonly TimeSpan ConsentTime = TimeSpan.FromSeconds(30);

    /// <summary>A browser checks from a handful of addresses; more are a flood, and the oldest gives way.</summary>
    private const int MaxValidated = 8;

    private const int MaxResponse = 256;
    private readonly List<IPEndPoint> _validated = [];
    private readonly Queue<PeerTransmit> _transmits = new();
    private byte[]? _response;
    private Generation _current = new(local);
    private Generation? _previous;
    private Instant? _heard;

    /// <summary>Where media goes: the address of the latest nomination.</summary>
    public IPEndPoint? Selected { get; private set; }

    /// <summary>When consent runs out; null until <see cref="Configure"/>.</summary>
    public Instant? ConsentExpires => _heard + ConsentTime;

    /// <summary>Learns who the peer is; from here on checks must name it, and silence counts.</summary>
    /// <param name="restarted">Ours from now on, when the peer restarts ICE. Checks with the old ones count until one with the new ones nominates.</param>
    public void Configure(Instant now, IceCredentials peer, IceCredentials? restarted = null)
    {
        if (restarted is not null && restarted != _current.Local) (_previous, _current) = (_current, new Generation(restarted));
        _current.PeerFragment = Encoding.ASCII.GetBytes(peer.UsernameFragment);
        _heard ??= now;
    }

    /// <summary>Whoever was there before is gone: addresses must be proved anew.</summary>
    public void ForgetPeer()
    {
        _previous = null;
        _validated.Clear();
        Selected = null;
    }

    /// <summary>Goes on with a peer that another agent of the same credentials had selected.</summary>
    public void Restore(Instant now, IceCredentials peer, IPEndPoint selected)
    {
        Configure(now, peer);
        _validated.Add(selected);
        Selected = selected;
    }

    /// <summary>Authenticated media is consent as good as a check.</summary>
    public void Heard(Instant now)
    {
        if (_heard is not null) _heard = now;
    }

    /// <summary>Whether a valid check has come from there.</summary>
    public bool IsValidated(IPEndPoint remote) => ReferenceEquals(remote, Selected) || _validated.Contains(remote);

    public IceCheckResult Receive(Instant now, IPEndPoint remote, ReadOnlySpan<byte> datagram)
    {
        if (!StunMessage.TryParse(datagram, out var request) || request.Class != StunClass.Request) return IceCheckResult.Ignored;
        if (!request.HasIntegrityAttribute || !request.Has(StunAttribute.Username)) return Refuse(remote, request, 400, "Bad Request", default);
        if (Find(request) is not { } generation || !request.HasIntegrity(generation.Key)) return Refuse(remote, request, 401, "Unauthenticated", default);
        Span<ushort> unknown = stackalloc ushort[8];
        if (request.UnknownAttributes(unknown) is > 0 and var count) return RefuseUnknown(remote, request, generation.Key, unknown[..count]);
        // A lite agent is controlled whatever the peer's tie-breaker says; 487 makes the peer take the other role (RFC 8445 §7.3.1.1).
        if (request.Has(StunAttribute.IceControlled)) return Refuse(remote, request, 487, "Role Conflict", generation.Key);
        return Accept(now, remote, request, generation);
    }

    public bool TryDequeue(out PeerTransmit transmit) => _transmits.TryDequeue(out transmit);

    /// <summary>Whose credentials the check was made with; null for somebody else's.</summary>
    private Generation? Find(StunMessage request) => IsFor(_current, request) ? _current : _previous is not null && IsFor(_previous, request) ? _previous : null;

    private static bool IsFor(Generation generation, StunMessage request)
    {
        request.TryGet(StunAttribute.Username, out var username);
        if (!request.LocalFragment.SequenceEqual(generation.Fragment)) return false;
        return generation.PeerFragment is null || username[(generation.Fragment.Length + 1)..].SequenceEqual(generation.PeerFragment);
    }

    private IceCheckResult Accept(Instant now, IPEndPoint remote, StunMessage request, Generation generation)
    {
        if (_heard is not null) _heard = now;
        if (!_validated.Contains(remote))
        {
            if (_validated.Count == MaxValidated) _validated.RemoveAt(_validated[0].Equals(Selected) ? 1 : 0);
            _validated.Add(remote);
        }

        Span<byte> buffer = stackalloc byte[MaxResponse];
        var writer = new StunWriter(buffer, StunClass.Success, request.TransactionId);
        writer.AddMappedAddress(remote);
        Transmit(remote, buffer[..writer.Finish(generation.Key)]);
        if (!request.Has(StunAttribute.UseCandidate)) return IceCheckResult.Valid;
        Selected = remote;
        if (generation == _current) _previous = null;
        return IceCheckResult.Nominated;
    }

    private IceCheckResult RefuseUnknown(IPEndPoint remote, StunMessage request, ReadOnlySpan<byte> key, ReadOnlySpan<ushort> unknown)
    {
        Span<byte> buffer = stackalloc byte[MaxResponse];
        var writer = new StunWriter(buffer, StunClass.Error, request.TransactionId);
        writer.AddError(420, "Unknown Attribute");
        writer.AddUnknownAttributes(unknown);
        Transmit(remote, buffer[..writer.Finish(key)]);
        return IceCheckResult.Refused;
    }

    /// <summary>Errors before authentication carry no integrity, since there is no shared key to make it with (RFC 8489 §9.1.3).</summary>
    private IceCheckResult Refuse(IPEndPoint remote, StunMessage request, int code, string reason, ReadOnlySpan<byte> key)
    {
        Span<byte> buffer = stackalloc byte[MaxResponse];
        var writer = new StunWriter(buffer, StunClass.Error, request.TransactionId);
        writer.AddError(code, reason);
        Transmit(remote, buffer[..writer.Finish(key)]);
        return IceCheckResult.Refused;
    }

    private void Transmit(IPEndPoint remote, ReadOnlySpan<byte> response)
    {
        // The owner drains after each datagram, so one buffer serves them all; whoever does not must not make us grow.
        if (_transmits.Count >= 64) return;
        var memory = _transmits.Count == 0 ? _response ??= new byte[MaxResponse] : new byte[response.Length];
        response.CopyTo(memory);
        _transmits.Enqueue(new PeerTransmit(remote, memory.AsMemory(0, response.Length)));
    }

    /// <summary>One pair of credentials on each side, from one (re)start of ICE to the next.</summary>
    private sealed class Generation(IceCredentials local)
    {
        public IceCredentials Local { get; } = local;

        public byte[] Key { get; } = Encoding.ASCII.GetBytes(local.Password);

        public byte[] Fragment { get; } = Encoding.ASCII.GetBytes(local.UsernameFragment);

        /// <summary>Null until the peer's description is here.</summary>
        public byte[]? PeerFragment { get; set; }
    }
}
