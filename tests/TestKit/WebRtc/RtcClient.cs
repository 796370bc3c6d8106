using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Dtls;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.MediaNode.Core.Protocol.Sdp;

namespace Byon.Tests.TestKit.WebRtc;

/// <summary>
/// The browser's end of a call without a browser: a full, controlling ICE agent with one candidate pair (RFC 8445), DTLS by whatever
/// endpoint it is given, SRTP. Sans-IO like what it talks to: feed it datagrams and time, drain it for datagrams.
/// </summary>
public sealed class RtcClient(EntropySource entropy, IDtlsEndpointFactory dtls, DtlsFingerprint fingerprint) : IDisposable
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ConsentInterval = TimeSpan.FromMilliseconds(2_500);

    /// <summary>Checks whose answers may still come: on a busy machine that takes longer than until the next check.</summary>
    private const int MostChecks = 20;

    private readonly Queue<byte[]> _transmits = new();
    private readonly Queue<(byte[] Id, bool Nominates)> _checks = new();
    private IceCredentials? _peerIce;
    private DtlsFingerprint? _peerFingerprint;
    private IDtlsEndpoint? _dtls;
    private bool _dtlsClient;
    private bool _isValid;
    private Instant? _nextCheck;
    private SrtpContext? _send;
    private SrtpContext? _receive;

    public IceCredentials Ice { get; private set; } = IceCredentials.Create(entropy);

    /// <summary>Where the node's candidate says to send, once its description was read.</summary>
    public IPEndPoint? Remote { get; private set; }

    /// <summary>A check with USE-CANDIDATE was answered.</summary>
    public bool IsNominated { get; private set; }

    /// <summary>DTLS finished with the certificate the description named, and SRTP can flow.</summary>
    public bool IsConnected => _send is not null;

    public SrtpProfile? Profile { get; private set; }

    /// <summary>Our own address as the node saw it.</summary>
    public IPEndPoint? MappedAddress { get; private set; }

    /// <summary>Error codes of refused checks, in order.</summary>
    public List<int> CheckErrors { get; } = [];

    public DtlsState? Dtls => _dtls?.State;

    /// <summary>When false, consent checks stop as well: the client has gone silent.</summary>
    public bool Checks { get; set; } = true;

    public Instant? NextTimeout => Instant.Earliest(Checks ? _nextCheck : null, _dtls?.NextTimeout);

    /// <param name="setup">actpass in an offer, active or passive in an answer.</param>
    /// <param name="codecs">As "111 opus/48000/2", in order.</param>
    public string Describe(string setup, string direction = "sendrecv", params string[] codecs)
    {
        if (codecs.Length == 0) codecs = ["111 opus/48000/2", "8 PCMA/8000", "0 PCMU/8000", "110 telephone-event/48000", "126 telephone-event/8000"];
        string[] lines =
        [
            "v=0", $"o=- {entropy.NextUInt32()} 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0", "a=msid-semantic: WMS client",
            $"m=audio 9 UDP/TLS/RTP/SAVPF {string.Join(' ', codecs.Select(c => c.Split(' ')[0]))}", "c=IN IP4 0.0.0.0", "a=rtcp:9 IN IP4 0.0.0.0",
            $"a=ice-ufrag:{Ice.UsernameFragment}", $"a=ice-pwd:{Ice.Password}", "a=ice-options:trickle",
            $"a=fingerprint:{fingerprint.HashFunction} {fingerprint.Value}", $"a=setup:{setup}", "a=mid:0", $"a={direction}", "a=rtcp-mux",
            .. codecs.Select(c => $"a=rtpmap:{c}"),
        ];
        return string.Join("\r\n", lines) + "\r\n";
    }

    /// <summary>Starts checks (and DTLS once nominated) with what the node's description says.</summary>
    /// <param name="setup">What our own description said or will say: passive makes the node the DTLS client.</param>
    public void Connect(Instant now, string description, string setup = "active")
    {
        if (!SdpParser.TryParse(description, out var session, out var why)) throw new ArgumentException(why.ToString());
        var audio = session.Media.First(m => m.Kind == "audio");
        var candidate = audio.Value("candidate")!.Split(' ');
        Connect(
            now, new IPEndPoint(IPAddress.Parse(candidate[4]), int.Parse(candidate[5], CultureInfo.InvariantCulture)),
            new IceCredentials(audio.Value("ice-ufrag")!, audio.Value("ice-pwd")!), DtlsFingerprint.Parse(audio.Value("fingerprint")!)!, setup != "passive");
    }

    /// <summary>Takes an offer of a node that the call has moved to: ICE and DTLS begin anew under the same certificate. Describe the answer afterwards.</summary>
    public void ConnectAnew(Instant now, string offer)
    {
        RestartIce();
        Dispose();
        (_send, _receive, _isValid, IsNominated) = (null, null, false, false);
        Connect(now, offer);
    }

    public void Connect(Instant now, IPEndPoint remote, IceCredentials peerIce, DtlsFingerprint peerFingerprint, bool dtlsClient)
    {
        Remote = remote;
        _peerIce = peerIce;
        _peerFingerprint = peerFingerprint;
        _dtlsClient = dtlsClient;
        _dtls = dtls.Create(dtlsClient);
        _nextCheck = now;
        HandleTimeout(now);
    }

    /// <summary>Takes one datagram; media is decrypted in place and lies in <c>datagram[..length]</c>.</summary>
    public PeerPacketKind Receive(Instant now, Span<byte> datagram, out int length)
    {
        length = 0;
        switch (Datagram.Classify(datagram))
        {
            case DatagramKind.Stun:
                ReceiveStun(now, datagram);
                return PeerPacketKind.None;
            case DatagramKind.Dtls:
                _dtls?.Receive(now, datagram);
                DrainDtls();
                return PeerPacketKind.None;
            case DatagramKind.Rtp:
                length = _receive?.UnprotectRtp(datagram, out _) ?? 0;
                return length > 0 ? PeerPacketKind.Rtp : PeerPacketKind.None;
            case DatagramKind.Rtcp:
                length = _receive?.UnprotectRtcp(datagram, out _) ?? 0;
                return length > 0 ? PeerPacketKind.Rtcp : PeerPacketKind.None;
            default:
                return PeerPacketKind.None;
        }
    }

    public void HandleTimeout(Instant now)
    {
        if (Checks && _nextCheck <= now) Check(now, nominate: _isValid);
        if (_dtls?.NextTimeout <= now) _dtls.HandleTimeout(now);
        DrainDtls();
    }

    /// <summary>New credentials for the next description: an ICE restart, until the answer comes with <see cref="Follow"/>.</summary>
    public void RestartIce()
    {
        Ice = IceCredentials.Create(entropy);
        _checks.Clear();
    }

    /// <summary>The node is somewhere else now: checks and media go there, with the keys there are.</summary>
    /// <param name="peerIce">Those of an ICE restart.</param>
    public void Follow(Instant now, IPEndPoint remote, IceCredentials? peerIce = null)
    {
        Remote = remote;
        _peerIce = peerIce ?? _peerIce;
        Check(now, nominate: true);
    }

    /// <summary>Nominates again at once, as after a change of our address.</summary>
    public void Nominate(Instant now) => Check(now, nominate: true);

    public bool TryDequeue([NotNullWhen(true)] out byte[]? datagram) => _transmits.TryDequeue(out datagram);

    /// <summary>Protects <c>buffer[..length]</c>; the buffer needs <see cref="SrtpContext.MaxOverhead"/> bytes of room.</summary>
    public int ProtectRtp(Span<byte> buffer, int length) => _send?.ProtectRtp(buffer, length, out _) ?? 0;

    public int ProtectRtcp(Span<byte> buffer, int length) => _send?.ProtectRtcp(buffer, length, out _) ?? 0;

    /// <summary>DTLS close_notify: drain afterwards.</summary>
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

    private void Check(Instant now, bool nominate)
    {
        var transaction = new byte[StunMessage.TransactionIdLength];
        entropy.Fill(transaction);
        _checks.Enqueue((transaction, nominate));
        if (_checks.Count > MostChecks) _checks.Dequeue();
        var buffer = new byte[256];
        var writer = new StunWriter(buffer, StunClass.Request, transaction);
        writer.Add(StunAttribute.Username, Encoding.ASCII.GetBytes($"{_peerIce!.UsernameFragment}:{Ice.UsernameFragment}"));
        writer.AddUInt32(StunAttribute.Priority, 1_845_501_695);
        writer.Add(StunAttribute.IceControlling, "tiebreak"u8);
        if (nominate) writer.Add(StunAttribute.UseCandidate, default);
        _transmits.Enqueue(buffer[..writer.Finish(Encoding.ASCII.GetBytes(_peerIce.Password))]);
        _nextCheck = now + (IsNominated ? ConsentInterval : CheckInterval);
    }

    /// <summary>The first success validates the pair, the second answers the nomination; lost ones are simply sent anew.</summary>
    private void ReceiveStun(Instant now, ReadOnlySpan<byte> datagram)
    {
        if (_peerIce is null || !StunMessage.TryParse(datagram, out var response) || !TryFind(response.TransactionId, out var nominates)) return;
        if (response.Class == StunClass.Error) CheckErrors.Add(response.ErrorCode());
        if (response.Class != StunClass.Success || !response.HasIntegrity(Encoding.ASCII.GetBytes(_peerIce.Password))) return;
        MappedAddress = response.MappedAddress();
        if (!_isValid)
        {
            _isValid = true;
            Check(now, nominate: true);
        }
        else if (!IsNominated && nominates)
        {
            IsNominated = true;
            _nextCheck = now + ConsentInterval;
            if (_dtlsClient) _dtls!.Start(now);
            DrainDtls();
        }
    }

    private bool TryFind(ReadOnlySpan<byte> transaction, out bool nominates)
    {
        nominates = false;
        foreach (var check in _checks)
        {
            if (!transaction.SequenceEqual(check.Id)) continue;
            nominates = check.Nominates;
            return true;
        }

        return false;
    }

    private void DrainDtls()
    {
        if (_dtls is null) return;
        while (_dtls.TryDequeue(out var datagram)) _transmits.Enqueue(datagram);
        if (_dtls is not { State: DtlsState.Connected, SrtpKeys: { } keys } || _send is not null) return;
        if (!_peerFingerprint!.Matches(_dtls.PeerCertificate.Span)) return;
        Profile = keys.Profile;
        _send = new SrtpContext(keys.Profile, keys.Send);
        _receive = new SrtpContext(keys.Profile, keys.Receive);
    }
}
