using System.Diagnostics.CodeAnalysis;
using System.Net;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Dtls;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Protocol;

/// <summary>What <see cref="WebRtcPeer.Receive"/> left in the buffer for the media session.</summary>
public enum PeerPacketKind
{
    None,
    Rtp,
    Rtcp,
}

/// <summary>
/// A browser as the network shows it: ICE-lite, DTLS and SRTP on one 5-tuple. Feed it datagrams and time, drain it for datagrams
/// to send and for events; media comes out of <see cref="Receive"/> in place and goes through the two Protect methods.
/// </summary>
/// <remarks>
/// Checks and a first DTLS flight may come before the plan: whoever answers our offer starts at once, while its answer is still on
/// its way to us through the API. A later plan may change codecs and direction, and restart ICE under the same association; one
/// with another certificate is another peer, such as a page that was loaded anew, and its association begins from nothing.
/// </remarks>
public sealed class WebRtcPeer : IDisposable
{
    /// <summary>Room that a caller of the Protect methods must leave behind the packet.</summary>
    public const int MaxOverhead = SrtpContext.MaxOverhead;

    private IceCredentials _local;
    private readonly IceLiteAgent _ice;
    private readonly IDtlsEndpointFactory _factory;
    private readonly Queue<PeerTransmit> _transmits = new();
    private readonly Queue<MediaEvent> _events = new();
    private readonly long[] _drops = new long[Enum.GetValues<WebRtcDrop>().Length];
    private readonly EarlyDatagrams _early = new();
    private WebRtcLegPlan? _plan;
    private IDtlsEndpoint? _dtls;
    private IPEndPoint? _dtlsRemote;
    private SrtpContext? _send;
    private SrtpContext? _receive;
    private bool _iceReported;
    private bool _lost;
    private bool _dtlsEnded;

    /// <param name="local">What our description says: checks must be made with it.</param>
    public WebRtcPeer(IceCredentials local, IDtlsEndpointFactory dtls)
    {
        _local = local;
        _ice = new IceLiteAgent(local);
        _factory = dtls;
    }

    /// <summary>
    /// Takes up a peer that was connected elsewhere. Its DTLS association is not part of the state (nothing but a goodbye comes over
    /// it any more), so DTLS is ignored from here on.
    /// </summary>
    public WebRtcPeer(Instant now, WebRtcPeerState state, IDtlsEndpointFactory dtls) : this(state.Local, dtls)
    {
        _plan = state.Plan;
        _ice.Restore(now, state.Plan.PeerIce, state.Remote);
        _send = new SrtpContext(state.Send);
        _receive = new SrtpContext(state.Receive);
        _iceReported = true;
        _dtlsEnded = true;
    }

    /// <summary>The address the browser nominated last.</summary>
    public IPEndPoint? Remote => _ice.Selected;

    /// <summary>Whether a check of the browser's has come from there, made with our password.</summary>
    public bool IsValidated(IPEndPoint remote) => _ice.IsValidated(remote);

    /// <summary>An address is selected, the keys are there and belong to the right certificate.</summary>
    public bool CanSend => Remote is not null && _send is not null;

    public Instant? NextTimeout => Instant.Earliest(_lost ? null : _ice.ConsentExpires, _dtlsEnded ? null : _dtls?.NextTimeout);

    public long Dropped(WebRtcDrop why) => _drops[(int)why];

    /// <summary>Takes the plan; the first one starts consent and, where this node is the DTLS client, the handshake.</summary>
    public void Configure(Instant now, WebRtcLegPlan plan)
    {
        _ice.Configure(now, plan.PeerIce, plan.LocalIce);
        _local = plan.LocalIce ?? _local;
        if (_plan is not null && plan.PeerFingerprint == _plan.PeerFingerprint)
        {
            _plan = _plan with { PeerIce = plan.PeerIce };
            return;
        }

        if (_plan is not null) ForgetAssociation();
        _plan = plan;
        _dtls = _factory.Create(plan.DtlsClient);
        if (plan.DtlsClient && Remote is not null) StartDtls(now);
        while (_early.TryDequeue(out var remote, out var datagram)) ReceiveDtls(now, remote, datagram);
    }

    /// <summary>What another node needs to take this peer up; null until it is connected.</summary>
    public WebRtcPeerState? Save() => _plan is not null && Remote is not null && _send is not null && _receive is not null
        ? new WebRtcPeerState(_local, _plan, Remote, _send.Save(), _receive.Save())
        : null;

    /// <summary>Takes one datagram of the browser's. Media is decrypted in place: the plain packet is <c>datagram[..length]</c>.</summary>
    public PeerPacketKind Receive(Instant now, IPEndPoint remote, Span<byte> datagram, out int length)
    {
        length = 0;
        switch (Datagram.Classify(datagram))
        {
            case DatagramKind.Stun:
                ReceiveStun(now, remote, datagram);
                return PeerPacketKind.None;
            case DatagramKind.Dtls:
                ReceiveDtls(now, remote, datagram);
                return PeerPacketKind.None;
            case DatagramKind.Rtp:
                length = Unprotect(now, remote, datagram, rtcp: false);
                return length > 0 ? PeerPacketKind.Rtp : PeerPacketKind.None;
            case DatagramKind.Rtcp:
                length = Unprotect(now, remote, datagram, rtcp: true);
                return length > 0 ? PeerPacketKind.Rtcp : PeerPacketKind.None;
            default:
                Drop(WebRtcDrop.UnknownProtocol);
                return PeerPacketKind.None;
        }
    }

    public void HandleTimeout(Instant now)
    {
        if (!_lost && _ice.ConsentExpires <= now)
        {
            _lost = true;
            _events.Enqueue(new WebRtcPeerLost());
        }
        if (_dtls is not null && !_dtlsEnded && _dtls.NextTimeout <= now)
        {
            _dtls.HandleTimeout(now);
            DrainDtls();
        }
    }

    /// <summary>Reads what the next packet of the browser's will need, see <see cref="MediaSession.ReadAhead"/>.</summary>
    internal long ReadAheadHearing() => _receive?.ReadAhead() ?? 0;

    /// <summary>Reads what the next packet to the browser will need.</summary>
    internal long ReadAheadTelling() => (Remote is { } remote ? (int)remote.Address.AddressFamily : 0) + (_send?.ReadAhead() ?? 0);

    /// <summary>Protects the RTP packet <c>buffer[..length]</c>; returns its new length, 0 when it cannot be sent.</summary>
    public int ProtectRtp(Span<byte> buffer, int length)
    {
        if (_send is null) return 0;
        var protectedLength = _send.ProtectRtp(buffer, length, out var fault);
        Count(fault);
        return protectedLength;
    }

    /// <summary>Protects the compound RTCP packet <c>buffer[..length]</c>; returns its new length, 0 when it cannot be sent.</summary>
    public int ProtectRtcp(Span<byte> buffer, int length)
    {
        if (_send is null) return 0;
        var protectedLength = _send.ProtectRtcp(buffer, length, out var fault);
        Count(fault);
        return protectedLength;
    }

    public bool TryDequeue(out PeerTransmit transmit) => _ice.TryDequeue(out transmit) || _transmits.TryDequeue(out transmit);

    public bool TryDequeue([NotNullWhen(true)] out MediaEvent? mediaEvent) => _events.TryDequeue(out mediaEvent);

    /// <summary>Says goodbye on DTLS: drain once more after it, then dispose.</summary>
    public void Close()
    {
        _dtls?.Close();
        DrainDtls();
    }

    public void Dispose()
    {
        _dtls?.Dispose();
        _send?.Dispose();
        _receive?.Dispose();
    }

    private void ReceiveStun(Instant now, IPEndPoint remote, ReadOnlySpan<byte> datagram)
    {
        switch (_ice.Receive(now, remote, datagram))
        {
            case IceCheckResult.Ignored:
                Drop(WebRtcDrop.BadStun);
                break;
            case IceCheckResult.Refused:
                Drop(WebRtcDrop.RefusedCheck);
                break;
            case IceCheckResult.Nominated when !_iceReported:
                _iceReported = true;
                _events.Enqueue(new IceConnected());
                if (_plan is { DtlsClient: true }) StartDtls(now);
                break;
        }
    }

    private void ForgetAssociation()
    {
        _ice.ForgetPeer();
        Dispose();
        (_dtls, _send, _receive, _dtlsRemote) = (null, null, null, null);
        (_iceReported, _dtlsEnded) = (false, false);
    }

    private void StartDtls(Instant now)
    {
        _dtls!.Start(now);
        DrainDtls();
    }

    private void ReceiveDtls(Instant now, IPEndPoint remote, ReadOnlySpan<byte> datagram)
    {
        if (!_ice.IsValidated(remote))
        {
            Drop(WebRtcDrop.UnvalidatedAddress);
            return;
        }
        if (_dtlsEnded) return;
        if (_dtls is null)
        {
            if (!_early.TryEnqueue(remote, datagram)) Drop(WebRtcDrop.EarlyDtls);
            return;
        }
        _dtlsRemote = remote;
        _dtls.Receive(now, datagram);
        DrainDtls();
    }

    /// <summary>Flights go to the selected address, or before there is one to where the handshake came from.</summary>
    private void DrainDtls()
    {
        if (_dtls is null) return;
        while (_dtls.TryDequeue(out var datagram))
        {
            if ((Remote ?? _dtlsRemote) is { } remote) _transmits.Enqueue(new PeerTransmit(remote, datagram));
        }
        if (_dtlsEnded) return;
        switch (_dtls.State)
        {
            case DtlsState.Connected when _send is null:
                TakeKeys();
                break;
            case DtlsState.Failed:
                Fail(_dtls.Failure ?? "failed");
                break;
            case DtlsState.Closed when _send is null:
                Fail("closed by the peer");
                break;
            case DtlsState.Closed:
                // Sending stops, but the call is the API's to end: a browser that goes away also closes its channel or goes silent.
                _dtlsEnded = true;
                break;
        }
    }

    /// <summary>RFC 8122 §6.2: a certificate that is not the one described ends the association.</summary>
    private void TakeKeys()
    {
        if (!_plan!.PeerFingerprint.Matches(_dtls!.PeerCertificate.Span))
        {
            Fail("fingerprint mismatch");
            return;
        }
        if (_dtls.SrtpKeys is not { } keys)
        {
            Fail("no SRTP profile in common");
            return;
        }
        _send = new SrtpContext(keys.Profile, keys.Send);
        _receive = new SrtpContext(keys.Profile, keys.Receive);
        _events.Enqueue(new DtlsConnected(keys.Profile.RegisteredName()));
    }

    private void Fail(string why)
    {
        _dtlsEnded = true;
        if (_send is null) _events.Enqueue(new DtlsFailed(why));
    }

    private int Unprotect(Instant now, IPEndPoint remote, Span<byte> datagram, bool rtcp)
    {
        if (!_ice.IsValidated(remote))
        {
            Drop(WebRtcDrop.UnvalidatedAddress);
            return 0;
        }
        if (_receive is null)
        {
            Drop(WebRtcDrop.NoKeys);
            return 0;
        }
        SrtpFault fault;
        var length = rtcp ? _receive.UnprotectRtcp(datagram, out fault) : _receive.UnprotectRtp(datagram, out fault);
        Count(fault);
        if (length > 0) _ice.Heard(now);
        return length;
    }

    private void Count(SrtpFault fault)
    {
        switch (fault)
        {
            case SrtpFault.None: break;
            case SrtpFault.Malformed: Drop(WebRtcDrop.Malformed); break;
            case SrtpFault.NotAuthentic: Drop(WebRtcDrop.NotAuthentic); break;
            case SrtpFault.Replayed: Drop(WebRtcDrop.Replayed); break;
            default: Drop(WebRtcDrop.Exhausted); break;
        }
    }

    private void Drop(WebRtcDrop why) => _drops[(int)why]++;
}
