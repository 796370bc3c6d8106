using System.Buffers.Binary;
using System.Net;
using System.Text;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Dtls;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.Tests.TestKit.WebRtc;

namespace Byon.Tests.Bench.Media.Load;

/// <summary>Both ends of one call, each with a loopback address of its own: a browser's (ICE, DTLS, SRTP) and a phone's (RTP).</summary>
internal sealed class LoadCall : IDisposable
{
    private const uint WebNetwork = 127u << 24 | 10u << 16;
    private const uint ImsNetwork = 127u << 24 | 20u << 16;
    private const int HostsPerNet = 250;

    public LoadCall(int index, EntropySource entropy, IDtlsEndpointFactory dtls, DtlsFingerprint fingerprint)
    {
        Index = index;
        WebAddress = WebNetwork | HostOf(index);
        ImsAddress = ImsNetwork | HostOf(index);
        Client = new RtcClient(entropy, dtls, fingerprint);
    }

    public int Index { get; }

    /// <summary>In host order.</summary>
    public uint WebAddress { get; }

    public uint ImsAddress { get; }

    public RtcClient Client { get; }

    /// <summary>Where the server takes the browser's packets.</summary>
    public IPEndPoint WebRemote { get; private set; } = new(IPAddress.None, 0);

    /// <summary>Where the server takes the phone's packets.</summary>
    public IPEndPoint ImsRemote { get; private set; } = new(IPAddress.None, 0);

    public Stream Up { get; } = new();

    public Stream Down { get; } = new();

    /// <summary>Which call has this address, or -1.</summary>
    public static int IndexOf(uint address)
    {
        var host = address & 0xFFFF;
        return (int)(host >> 8) * HostsPerNet + (int)(host & 0xFF) - 1;
    }

    public static IPAddress Text(uint address)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, address);
        return new IPAddress(bytes);
    }

    public void Aim(ServerEndpoints server)
    {
        WebRemote = server.WebRtc;
        ImsRemote = server.Ims;
    }

    public void Connect(Instant now, ServerEndpoints server)
    {
        Aim(server);
        Client.Connect(now, server.WebRtc, server.Ice, server.Fingerprint, dtlsClient: true);
    }

    /// <summary>Answers a check of a peer that is no ICE-lite agent (RFC 8445 §7.3). Returns the answer's length, or 0.</summary>
    public int AnswerCheck(ReadOnlySpan<byte> datagram, Span<byte> answer)
    {
        if (Datagram.Classify(datagram) != DatagramKind.Stun || !StunMessage.TryParse(datagram, out var request) || request.Class != StunClass.Request) return 0;
        var writer = new StunWriter(answer, StunClass.Success, request.TransactionId);
        writer.AddMappedAddress(WebRemote);
        return writer.Finish(Encoding.ASCII.GetBytes(Client.Ice.Password));
    }

    public void Dispose() => Client.Dispose();

    private static uint HostOf(int index) => (uint)(index / HostsPerNet) << 8 | (uint)(index % HostsPerNet + 1);

    /// <summary>One direction of the call's audio.</summary>
    internal sealed class Stream
    {
        public ushort Sequence { get; set; }

        public uint Timestamp { get; set; }

        public int Packet { get; set; }

        /// <summary>When the last probe's burst left, in ns since 1970.</summary>
        public long BurstSentAt { get; set; }

        public OnsetDetector? Probe { get; set; }
    }
}

/// <summary>Where a server under test takes one call's packets.</summary>
internal sealed record ServerEndpoints(IPEndPoint WebRtc, IceCredentials Ice, DtlsFingerprint Fingerprint, IPEndPoint Ims);
