using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Byon.MediaNode;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Dtls;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.MediaNode.Native;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Tests.Native;

/// <summary>Two of libssl's endpoints over a pipe that the test controls. libssl's own timer runs on the system's clock.</summary>
public sealed class DtlsEndpointTests : IDisposable
{
    private static readonly DtlsCertificate ServerCertificate = DtlsCertificate.Create(DateTimeOffset.UtcNow);
    private static readonly DtlsCertificate ClientCertificate = DtlsCertificate.Create(DateTimeOffset.UtcNow);
    private readonly DtlsEndpointFactory _servers = new(ServerCertificate);
    private readonly DtlsEndpointFactory _clients = new(ClientCertificate);
    private readonly IDtlsEndpoint _server;
    private readonly IDtlsEndpoint _client;
    private int _sent;

    public DtlsEndpointTests()
    {
        _server = _servers.Create(client: false);
        _client = _clients.Create(client: true);
    }

    public void Dispose()
    {
        _server.Dispose();
        _client.Dispose();
        _servers.Dispose();
        _clients.Dispose();
    }

    /// <summary>Carries what both sides have to say, except what is lost, until neither has more.</summary>
    private void Carry(Func<int, bool> isLost)
    {
        var any = true;
        while (any)
        {
            any = Carry(_client, _server, isLost);
            any |= Carry(_server, _client, isLost);
        }
    }

    private bool Carry(IDtlsEndpoint from, IDtlsEndpoint to, Func<int, bool> isLost)
    {
        var any = false;
        while (from.TryDequeue(out var datagram))
        {
            Assert.InRange(datagram.Length, 1, 1200);
            any = true;
            if (!isLost(_sent++)) to.Receive(MonotonicClock.Now, datagram);
        }
        return any;
    }

    private void Connect(Func<int, bool>? isLost = null)
    {
        _client.Start(MonotonicClock.Now);
        WaitFor.True(() =>
        {
            _client.HandleTimeout(MonotonicClock.Now);
            _server.HandleTimeout(MonotonicClock.Now);
            Carry(isLost ?? (_ => false));
            return _client.State == DtlsState.Connected && _server.State == DtlsState.Connected;
        }, otherwise: () => $"{_client.State} {_client.Failure}, {_server.State} {_server.Failure}");
    }

    /// <summary>One handshake record cut into records of their own: 13 bytes of record header, 12 of handshake header, and a part of the body.</summary>
    private static IEnumerable<byte[]> Fragments(byte[] record, int pieces, int firstNumber)
    {
        const int recordHeader = 13, handshakeHeader = 12;
        var body = record[(recordHeader + handshakeHeader)..];
        var size = (body.Length / pieces) + 1;
        for (var at = 0; at < body.Length; at += size)
        {
            var part = body[at..Math.Min(at + size, body.Length)];
            byte[] fragment = [.. record[..(recordHeader + handshakeHeader)], .. part];
            // Each record has a number of its own.
            BinaryPrimitives.WriteUInt16BigEndian(fragment.AsSpan(9), (ushort)(firstNumber + (at / size)));
            BinaryPrimitives.WriteUInt16BigEndian(fragment.AsSpan(recordHeader - 2), (ushort)(handshakeHeader + part.Length));
            BinaryPrimitives.WriteUInt16BigEndian(fragment.AsSpan(recordHeader + 7), (ushort)at);
            BinaryPrimitives.WriteUInt16BigEndian(fragment.AsSpan(recordHeader + 10), (ushort)part.Length);
            yield return fragment;
        }
    }

    [Fact]
    public void Both_sides_get_the_same_keys_and_each_others_certificate()
    {
        Connect();
        Assert.Equal(SrtpProfile.AeadAes128Gcm, _server.SrtpKeys!.Profile);
        Assert.Equal(_server.SrtpKeys.Send.Key.ToArray(), _client.SrtpKeys!.Receive.Key.ToArray());
        Assert.Equal(_server.SrtpKeys.Send.Salt.ToArray(), _client.SrtpKeys.Receive.Salt.ToArray());
        Assert.Equal(_server.SrtpKeys.Receive.Key.ToArray(), _client.SrtpKeys.Send.Key.ToArray());
        Assert.NotEqual(_server.SrtpKeys.Send.Key.ToArray(), _server.SrtpKeys.Receive.Key.ToArray());
        Assert.True(ClientCertificate.Fingerprint.Matches(_server.PeerCertificate.Span));
        Assert.True(ServerCertificate.Fingerprint.Matches(_client.PeerCertificate.Span));
        Assert.False(ServerCertificate.Fingerprint.Matches(_server.PeerCertificate.Span));
        Assert.Null(_server.NextTimeout);
        Assert.Null(_client.NextTimeout);
    }

    /// <summary>Large key shares make browsers do this; RFC 6347 §4.2.3 has fragments in any order, and overlapping.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    public void A_hello_in_fragments_is_put_together_even_out_of_order_and_repeated(int pieces)
    {
        _client.Start(MonotonicClock.Now);
        Assert.True(_client.TryDequeue(out var hello));
        foreach (var fragment in Fragments(hello, pieces, firstNumber: 0).Reverse().Skip(1)) _server.Receive(MonotonicClock.Now, fragment);
        foreach (var fragment in Fragments(hello, pieces, firstNumber: pieces)) _server.Receive(MonotonicClock.Now, fragment);
        Connect();
        Assert.Equal(_server.SrtpKeys!.Send.Key.ToArray(), _client.SrtpKeys!.Receive.Key.ToArray());
    }

    [Fact]
    public void The_certificate_is_one_of_P_256()
    {
        using var certificate = X509CertificateLoader.LoadCertificate(ServerCertificate.Certificate.Span);
        using var key = certificate.GetECDsaPublicKey();
        Assert.Equal(ECCurve.NamedCurves.nistP256.Oid.Value, key!.ExportParameters(false).Curve.Oid.Value);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Any_one_lost_datagram_is_sent_again(int lost)
    {
        Connect(n => n == lost);
        Assert.Equal(_server.SrtpKeys!.Send.Key.ToArray(), _client.SrtpKeys!.Receive.Key.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_path_that_loses_a_third_of_everything_still_connects(byte seed)
    {
        var entropy = new EntropySource([.. Enumerable.Repeat(seed, 32)]);
        Connect(_ => entropy.NextUInt32() % 3 == 0);
        Assert.Equal(_server.SrtpKeys!.Send.Key.ToArray(), _client.SrtpKeys!.Receive.Key.ToArray());
    }

    [Fact]
    public void A_client_without_an_answer_has_a_deadline_and_sends_again()
    {
        _client.Start(MonotonicClock.Now);
        Assert.True(_client.TryDequeue(out _));
        Assert.NotNull(_client.NextTimeout);
        Assert.Null(_server.NextTimeout);
        WaitFor.True(() =>
        {
            _client.HandleTimeout(MonotonicClock.Now);
            return _client.TryDequeue(out _);
        });
    }

    [Fact]
    public void Goodbye_closes_the_other_side()
    {
        Connect();
        _client.Close();
        Assert.Equal(DtlsState.Closed, _client.State);
        Carry(_ => false);
        Assert.Equal(DtlsState.Closed, _server.State);
    }

    [Fact]
    public void A_certificate_taken_over_by_another_node_is_the_same_identity()
    {
        var copy = new DtlsCertificate(ServerCertificate.Certificate.ToArray(), ServerCertificate.PrivateKey.ToArray());
        Assert.Equal(ServerCertificate.Fingerprint, copy.Fingerprint);
        using var factory = new DtlsEndpointFactory(copy);
        using var server = factory.Create(client: false);
        _client.Start(MonotonicClock.Now);
        for (var turn = 0; turn < 10; turn++)
        {
            Carry(_client, server, _ => false);
            Carry(server, _client, _ => false);
        }
        Assert.Equal(DtlsState.Connected, _client.State);
        Assert.True(ServerCertificate.Fingerprint.Matches(_client.PeerCertificate.Span));
    }

    [Fact]
    public void Damaged_flights_never_throw_and_an_undamaged_one_still_connects()
    {
        var entropy = new EntropySource(new byte[32]);
        for (var round = 0; round < 300; round++)
        {
            using var client = _clients.Create(client: true);
            using var server = _servers.Create(client: false);
            client.Start(MonotonicClock.Now);
            for (var turn = 0; turn < 4; turn++)
            {
                while (client.TryDequeue(out var datagram)) server.Receive(MonotonicClock.Now, Damage(datagram));
                while (server.TryDequeue(out var datagram)) client.Receive(MonotonicClock.Now, Damage(datagram));
            }
            server.HandleTimeout(MonotonicClock.Now);
            server.Close();
        }
        Connect();

        byte[] Damage(byte[] datagram)
        {
            for (var change = entropy.NextUInt32() % 8; change is > 0 and < 4; change--) datagram[entropy.NextUInt32() % datagram.Length] ^= (byte)entropy.NextUInt32();
            return entropy.NextUInt32() % 8 == 0 ? datagram[..(int)(entropy.NextUInt32() % datagram.Length)] : datagram;
        }
    }

    [Fact]
    public void Garbage_leaves_a_connected_endpoint_as_it_is()
    {
        Connect();
        var entropy = new EntropySource(new byte[32]);
        for (var round = 0; round < 2_000; round++)
        {
            var garbage = new byte[1 + (entropy.NextUInt32() % 100)];
            entropy.Fill(garbage);
            garbage[0] = (byte)(20 + (garbage[0] % 4));
            _server.Receive(MonotonicClock.Now, garbage);
        }
        Assert.Equal(DtlsState.Connected, _server.State);
    }

    [Fact]
    public void A_disposed_endpoint_takes_no_more()
    {
        _server.Dispose();
        _server.Receive(MonotonicClock.Now, [22, 0xFE, 0xFD]);
        _server.HandleTimeout(MonotonicClock.Now);
        _server.Close();
        Assert.Equal(DtlsState.Closed, _server.State);
    }
}
