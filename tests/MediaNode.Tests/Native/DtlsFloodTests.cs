using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using Byon.MediaNode;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Dtls;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.MediaNode.Native;
using Byon.Tests.TestKit;
using Byon.Tests.TestKit.WebRtc;

namespace Byon.Tests.MediaNode.Tests.Native;

/// <summary>DTLS of strangers by the thousand at a peer whose associations are libssl's: only who has proved an address by ICE reaches one.</summary>
public sealed class DtlsFloodTests : IDisposable
{
    private const int Flood = 5_000;

    private static readonly IPEndPoint Browser = IPEndPoint.Parse("203.0.113.1:50000");
    private static readonly AudioStream Audio = new(
        new AudioFormat(AudioCodec.Opus, 111, 48_000), [], null, TimeSpan.FromMilliseconds(20), MediaDirection.SendReceive);

    private readonly EntropySource _entropy = new(new byte[32]);
    private readonly DtlsCertificate _nodeCertificate = DtlsCertificate.Create(DateTimeOffset.UtcNow);
    private readonly DtlsCertificate _clientCertificate = DtlsCertificate.Create(DateTimeOffset.UtcNow);
    private readonly CountingDtls _nodeDtls;
    private readonly DtlsEndpointFactory _clientDtls;
    private readonly IceCredentials _ice;
    private readonly WebRtcPeer _peer;
    private readonly RtcClient _client;
    private int _answers;
    private ushort _sequence;

    public DtlsFloodTests()
    {
        _nodeDtls = new CountingDtls(new DtlsEndpointFactory(_nodeCertificate));
        _clientDtls = new DtlsEndpointFactory(_clientCertificate);
        _ice = IceCredentials.Create(_entropy);
        _peer = new WebRtcPeer(_ice, _nodeDtls);
        _client = new RtcClient(_entropy, _clientDtls, _clientCertificate.Fingerprint);
    }

    public void Dispose()
    {
        _peer.Dispose();
        _client.Dispose();
        _clientDtls.Dispose();
        _nodeDtls.Dispose();
    }

    /// <param name="names">The strangers have seen the call's name on the wire, and check with it; they do not have the password.</param>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Strangers_reach_no_association_and_the_browser_connects_in_their_midst(bool names)
    {
        var checks = 0;
        _peer.Configure(MonotonicClock.Now, Plan());
        FloodWith(names, ref checks);
        Assert.Equal((1, 0), (_nodeDtls.Created, _nodeDtls.Received));

        _client.Connect(MonotonicClock.Now, Browser, _ice, _nodeCertificate.Fingerprint, dtlsClient: true);
        WaitFor.True(() =>
        {
            FloodWith(names, ref checks, 50);
            Exchange();
            return _client.IsConnected && _peer.CanSend;
        });
        Assert.Equal(1, _nodeDtls.Created);
        // What was answered are the checks, each with a refusal, and the browser's own.
        Assert.InRange(_answers, checks, checks + 40);
        AssertMediaFlows();
        FloodWith(names, ref checks);
        AssertMediaFlows();
    }

    [Fact]
    public void Before_the_plan_not_even_the_browsers_own_flood_makes_an_association()
    {
        Validate();
        var hello = Hello();
        for (var i = 0; i < Flood; i++) _peer.Receive(MonotonicClock.Now, Browser, hello.ToArray(), out _);
        Assert.Equal((0, Flood - 4), (_nodeDtls.Created, _peer.Dropped(WebRtcDrop.EarlyDtls)));
    }

    /// <summary>Hellos that never end, from the browser's own address: libssl holds what one message may need, and each is answered once at most.</summary>
    [Fact]
    public void Hellos_that_never_end_keep_one_association_that_answers_no_more_than_it_is_told()
    {
        _peer.Configure(MonotonicClock.Now, Plan());
        Validate();
        _answers = 0;
        var hello = Hello();
        for (var i = 0; i < Flood; i++)
        {
            // Another message each time, of 16 MiB in all, of which a few bytes are here.
            var fragment = hello[..60];
            BinaryPrimitives.WriteUInt16BigEndian(fragment.AsSpan(9), (ushort)i);
            BinaryPrimitives.WriteUInt16BigEndian(fragment.AsSpan(11), 60 - 13);
            fragment[14] = (byte)(i % 2 == 0 ? 0xFF : 0);
            BinaryPrimitives.WriteUInt16BigEndian(fragment.AsSpan(17), (ushort)(i % 7));
            (fragment[22], fragment[23], fragment[24]) = (0, 0, 60 - 25);
            _peer.Receive(MonotonicClock.Now, Browser, fragment, out _);
            Drain(toClient: false);
        }

        Assert.Equal(1, _nodeDtls.Created);
        Assert.InRange(_answers, 0, Flood);
        Assert.False(_peer.CanSend);
    }

    private WebRtcLegPlan Plan() => new(_client.Ice, _clientCertificate.Fingerprint, DtlsClient: false, Audio);

    private byte[] Hello()
    {
        using var client = _clientDtls.Create(client: true);
        client.Start(MonotonicClock.Now);
        Assert.True(client.TryDequeue(out var hello));
        return hello;
    }

    private void Validate()
    {
        _peer.Receive(MonotonicClock.Now, Browser, Check(_ice.Password), out _);
        Drain(toClient: false);
        Assert.True(_peer.IsValidated(Browser));
    }

    private void FloodWith(bool names, ref int checks, int count = Flood)
    {
        var hello = Hello();
        for (var i = 0; i < count; i++)
        {
            var source = new IPEndPoint(new IPAddress([198, 51, (byte)(i >> 8), (byte)i]), 40_000 + (i % 100));
            if (names)
            {
                checks++;
                _peer.Receive(MonotonicClock.Now, source, Check("a password of somebody else"), out _);
            }

            var datagram = (i % 3) switch
            {
                0 => hello.ToArray(),
                1 => hello[..(14 + (i % (hello.Length - 14)))],
                _ => Garbage(),
            };
            _peer.Receive(MonotonicClock.Now, source, datagram, out _);
            Drain(toClient: true);
        }
    }

    private byte[] Garbage()
    {
        var garbage = new byte[1 + (_entropy.NextUInt32() % 1_200)];
        _entropy.Fill(garbage);
        garbage[0] = (byte)(20 + (garbage[0] % 44));
        return garbage;
    }

    private byte[] Check(string password)
    {
        var buffer = new byte[256];
        var writer = new StunWriter(buffer, StunClass.Request, new byte[12]);
        writer.Add(StunAttribute.Username, Encoding.ASCII.GetBytes($"{_ice.UsernameFragment}:{_client.Ice.UsernameFragment}"));
        writer.AddUInt32(StunAttribute.Priority, 1);
        return buffer[..writer.Finish(Encoding.ASCII.GetBytes(password))];
    }

    private void Exchange()
    {
        _peer.HandleTimeout(MonotonicClock.Now);
        _client.HandleTimeout(MonotonicClock.Now);
        while (_client.TryDequeue(out var datagram)) _peer.Receive(MonotonicClock.Now, Browser, datagram, out _);
        Drain(toClient: true);
    }

    private void Drain(bool toClient)
    {
        while (_peer.TryDequeue(out PeerTransmit transmit))
        {
            _answers++;
            if (toClient && transmit.Remote.Equals(Browser)) _client.Receive(MonotonicClock.Now, transmit.Datagram.ToArray(), out _);
        }
    }

    private void AssertMediaFlows()
    {
        var packet = new byte[172 + WebRtcPeer.MaxOverhead];
        RtpPacket.WriteHeader(packet, 111, true, ++_sequence, 960, 7);
        var length = _client.ProtectRtp(packet, 172);
        Assert.Equal(PeerPacketKind.Rtp, _peer.Receive(MonotonicClock.Now, Browser, packet.AsSpan(0, length), out var plain));
        Assert.Equal(172, plain);
    }

    /// <summary>libssl's endpoints, with a count of those that were made and of what they were given.</summary>
    private sealed class CountingDtls(DtlsEndpointFactory real) : IDtlsEndpointFactory, IDisposable
    {
        public int Created { get; private set; }

        public int Received { get; private set; }

        public IDtlsEndpoint Create(bool client)
        {
            Created++;
            return new Endpoint(this, real.Create(client));
        }

        public void Dispose() => real.Dispose();

        private sealed class Endpoint(CountingDtls owner, IDtlsEndpoint real) : IDtlsEndpoint
        {
            public DtlsState State => real.State;

            public string? Failure => real.Failure;

            public SrtpKeys? SrtpKeys => real.SrtpKeys;

            public ReadOnlyMemory<byte> PeerCertificate => real.PeerCertificate;

            public Instant? NextTimeout => real.NextTimeout;

            public void Start(Instant now) => real.Start(now);

            public void Receive(Instant now, ReadOnlySpan<byte> datagram)
            {
                owner.Received++;
                real.Receive(now, datagram);
            }

            public void HandleTimeout(Instant now) => real.HandleTimeout(now);

            public bool TryDequeue([NotNullWhen(true)] out byte[]? datagram) => real.TryDequeue(out datagram);

            public void Close() => real.Close();

            public void Dispose() => real.Dispose();
        }
    }
}
