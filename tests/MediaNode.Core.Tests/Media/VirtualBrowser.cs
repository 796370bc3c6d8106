using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Dtls;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

/// <summary>A browser of few bytes: one ICE check, a handshake that is over with its first datagram, then SRTP.</summary>
internal sealed class VirtualBrowser : IDtlsEndpointFactory, IDisposable
{
    public static readonly IPEndPoint Address = new(IPAddress.Parse("192.0.2.7"), 50_000);

    private static readonly byte[] Certificate = [1, 2, 3];
    private static readonly IceCredentials Ice = new("brow", "browserbrowserbrowser1");
    private static readonly SrtpKeys GatewayKeys = SrtpKeys.FromExporter(
        SrtpProfile.AeadAes128Gcm, Enumerable.Range(0, 56).Select(i => (byte)i).ToArray(), isClient: false)!;

    private readonly SrtpContext _send = new(GatewayKeys.Profile, GatewayKeys.Receive);
    private readonly SrtpContext _receive = new(GatewayKeys.Profile, GatewayKeys.Send);
    private readonly byte[] _buffer = new byte[2048];

    public static WebRtcLegPlan Plan(AudioStream audio) => new(Ice, DtlsFingerprint.Of(Certificate), false, audio);

    public IDtlsEndpoint Create(bool client) => new Endpoint();

    /// <summary>Checks with USE-CANDIDATE, and shakes hands.</summary>
    public static void Connect(Instant now, MediaSession session, IceCredentials gateway)
    {
        var check = new byte[512];
        var writer = new StunWriter(check, StunClass.Request, new byte[12]);
        writer.Add(StunAttribute.Username, Encoding.ASCII.GetBytes($"{gateway.UsernameFragment}:{Ice.UsernameFragment}"));
        writer.AddUInt32(StunAttribute.Priority, 1);
        writer.Add(StunAttribute.IceControlling, new byte[8]);
        writer.Add(StunAttribute.UseCandidate, []);
        var length = writer.Finish(Encoding.ASCII.GetBytes(gateway.Password));
        session.ReceiveWebRtc(now, Address, check.AsSpan(0, length));
        session.ReceiveWebRtc(now, Address, [22, 254, 253]);
    }

    /// <summary>The packet as it goes over the wire.</summary>
    public Span<byte> Protect(ReadOnlySpan<byte> packet, bool rtcp = false)
    {
        packet.CopyTo(_buffer);
        var length = rtcp ? _send.ProtectRtcp(_buffer, packet.Length, out _) : _send.ProtectRtp(_buffer, packet.Length, out _);
        return _buffer.AsSpan(0, length);
    }

    /// <summary>Empty for what is not for this browser.</summary>
    public byte[] Unprotect(Span<byte> datagram, bool rtcp)
    {
        var length = rtcp ? _receive.UnprotectRtcp(datagram, out _) : _receive.UnprotectRtp(datagram, out _);
        return datagram[..length].ToArray();
    }

    public void Dispose()
    {
        _send.Dispose();
        _receive.Dispose();
    }

    private sealed class Endpoint : IDtlsEndpoint
    {
        public DtlsState State { get; private set; }

        public string? Failure => null;

        public SrtpKeys? SrtpKeys => GatewayKeys;

        public ReadOnlyMemory<byte> PeerCertificate => Certificate;

        public Instant? NextTimeout => null;

        public void Start(Instant now)
        {
        }

        public void Receive(Instant now, ReadOnlySpan<byte> datagram) => State = DtlsState.Connected;

        public void HandleTimeout(Instant now)
        {
        }

        public bool TryDequeue([NotNullWhen(true)] out byte[]? datagram)
        {
            datagram = null;
            return false;
        }

        public void Close()
        {
        }

        public void Dispose()
        {
        }
    }
}
