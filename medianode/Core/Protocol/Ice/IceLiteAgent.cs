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
    private readonly byte[] _key = Encoding.ASCII.GetBytes(local.Password);
    private readonly byte[] _fragment = Encoding.ASCII.GetBytes(local.UsernameFragment);
    private readonly List<IPEndPoint> _validated = [];
    private readonly Queue<PeerTransmit> _transmits = new();
    private byte[]? _peerFragment;
    private Instant? _heard;

    /// <summary>Where media goes: the address of the latest nomination.</summary>
    public IPEndPoint? Selected { get; private set; }

    /// <summary>When consent runs out; null until <see cref="Configure"/>.</summary>
    public Instant? ConsentExpires => _heard + ConsentTime;

    /// <summary>Learns who the peer is; from here on checks must name it, and silence counts.</summary>
    public void Configure(Instant now, IceCredentials peer)
    {
        _peerFragment = Encoding.ASCII.GetBytes(peer.UsernameFragment);
        _heard ??= now;
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
        if (!request.HasIntegrityAttribute || !request.Has(StunAttribute.Username)) return Refuse(remote, request, 400, "Bad Request", signed: false);
        if (!IsForMe(request) || !request.HasIntegrity(_key)) return Refuse(remote, request, 401, "Unauthenticated", signed: false);
        Span<ushort> unknown = stackalloc ushort[8];
        if (request.UnknownAttributes(unknown) is > 0 and var count) return RefuseUnknown(remote, request, unknown[..count]);
        // A lite agent is controlled whatever the peer's tie-breaker says; 487 makes the peer take the other role (RFC 8445 §7.3.1.1).
        if (request.Has(StunAttribute.IceControlled)) return Refuse(remote, request, 487, "Role Conflict", signed: true);
        return Accept(now, remote, request);
    }

    public bool TryDequeue(out PeerTransmit transmit) => _transmits.TryDequeue(out transmit);

    private bool IsForMe(StunMessage request)
    {
        request.TryGet(StunAttribute.Username, out var username);
        if (!request.LocalFragment.SequenceEqual(_fragment)) return false;
        return _peerFragment is null || username[(_fragment.Length + 1)..].SequenceEqual(_peerFragment);
    }

    private IceCheckResult Accept(Instant now, IPEndPoint remote, StunMessage request)
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
        Transmit(remote, buffer[..writer.Finish(_key)]);
        if (!request.Has(StunAttribute.UseCandidate)) return IceCheckResult.Valid;
        Selected = remote;
        return IceCheckResult.Nominated;
    }

    private IceCheckResult RefuseUnknown(IPEndPoint remote, StunMessage request, ReadOnlySpan<ushort> unknown)
    {
        Span<byte> buffer = stackalloc byte[MaxResponse];
        var writer = new StunWriter(buffer, StunClass.Error, request.TransactionId);
        writer.AddError(420, "Unknown Attribute");
        writer.AddUnknownAttributes(unknown);
        Transmit(remote, buffer[..writer.Finish(_key)]);
        return IceCheckResult.Refused;
    }

    /// <summary>Errors before authentication carry no integrity, since there is no shared key to make it with (RFC 8489 §9.1.3).</summary>
    private IceCheckResult Refuse(IPEndPoint remote, StunMessage request, int code, string reason, bool signed)
    {
        Span<byte> buffer = stackalloc byte[MaxResponse];
        var writer = new StunWriter(buffer, StunClass.Error, request.TransactionId);
        writer.AddError(code, reason);
        Transmit(remote, buffer[..writer.Finish(signed ? _key : default)]);
        return IceCheckResult.Refused;
    }

    private void Transmit(IPEndPoint remote, ReadOnlySpan<byte> response)
    {
        // The owner drains after each datagram; whoever does not must not make us grow.
        if (_transmits.Count < 64) _transmits.Enqueue(new PeerTransmit(remote, response.ToArray()));
    }
}
