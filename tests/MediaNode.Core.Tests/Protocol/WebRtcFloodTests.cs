using System.Net;
using System.Text;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.Tests.TestKit.WebRtc;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol;

/// <summary>A hundred thousand datagrams of one kind at one browser's port: each is answered once or dropped and counted, and nothing is kept.</summary>
public sealed class WebRtcFloodTests : IDisposable
{
    private const int Flood = 100_000;

    private static readonly IceCredentials Ours = new("node", "abcdefghijklmnopqrstuv");
    private static readonly IceCredentials Theirs = new("brow", "browserbrowserbrowser1");
    private static readonly AudioStream Audio = new(
        new AudioFormat(AudioCodec.Opus, 111, 48_000), [], null, TimeSpan.FromMilliseconds(20), MediaDirection.SendReceive);

    private readonly ScriptedDtls _dtls = new([1, 2, 3]);
    private readonly WebRtcPeer _peer;
    private readonly Instant _now = new(5_000_000);
    private int _answers;

    public WebRtcFloodTests() => _peer = new WebRtcPeer(Ours, _dtls);

    public void Dispose() => _peer.Dispose();

    [Fact]
    public void Checks_with_a_wrong_password_are_refused_and_validate_nobody()
    {
        var check = Check("not the password at all");
        for (var i = 0; i < Flood; i++) Receive(Source(i), check);
        Assert.Equal((Flood, Flood), (_answers, _peer.Dropped(WebRtcDrop.RefusedCheck)));
        Assert.False(_peer.IsValidated(Source(0)));
        Assert.Null(_peer.Remote);
    }

    [Fact]
    public void Checks_with_the_right_password_from_everywhere_keep_the_nominated_address_and_a_handful_more()
    {
        Receive(Source(-1), Check(Ours.Password, nominates: true));
        var check = Check(Ours.Password);
        for (var i = 0; i < Flood; i++) Receive(Source(i), check);
        Assert.Equal(Source(-1), _peer.Remote);
        Assert.True(_peer.IsValidated(Source(-1)));
        Assert.Equal(7, Enumerable.Range(0, Flood).Count(i => _peer.IsValidated(Source(i))));
    }

    [Fact]
    public void Hellos_out_of_nowhere_are_dropped_and_four_early_ones_are_kept()
    {
        byte[] hello = [22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1];
        for (var i = 0; i < Flood; i++) Receive(Source(i), hello);
        Assert.Equal((0, Flood), (_answers, _peer.Dropped(WebRtcDrop.UnvalidatedAddress)));

        Receive(Source(1), Check(Ours.Password));
        for (var i = 0; i < Flood; i++) Receive(Source(1), hello);
        Assert.Equal(Flood - 4, _peer.Dropped(WebRtcDrop.EarlyDtls));
        _peer.Configure(_now, new WebRtcLegPlan(Theirs, _dtls.Fingerprint, false, Audio));
        Drain();
        Assert.InRange(_answers, 1, 5);
    }

    [Fact]
    public void Media_without_keys_and_bytes_without_meaning_are_counted_and_nothing_else()
    {
        Receive(Source(1), Check(Ours.Password));
        _answers = 0;
        var random = new byte[200];
        (random[0], random[1]) = (0x80, 8);
        for (var i = 0; i < Flood; i++) Receive(Source(1), random);
        random[0] = 250;
        for (var i = 0; i < Flood; i++) Receive(Source(1), random);
        Assert.Equal((0, Flood, Flood), (_answers, _peer.Dropped(WebRtcDrop.NoKeys), _peer.Dropped(WebRtcDrop.UnknownProtocol)));
    }

    [Fact]
    public void An_owner_that_does_not_drain_makes_nothing_grow()
    {
        var check = Check("not the password at all");
        for (var i = 0; i < Flood; i++) _peer.Receive(_now, Source(i), check.ToArray(), out _);
        Drain();
        Assert.Equal(64, _answers);
    }

    private static IPEndPoint Source(int number) => new(new IPAddress([198, 51, (byte)(number >> 8), (byte)number]), 50_000 + ((number >> 16) & 7));

    private static byte[] Check(string password, bool nominates = false)
    {
        var buffer = new byte[256];
        var writer = new StunWriter(buffer, StunClass.Request, new byte[12]);
        writer.Add(StunAttribute.Username, Encoding.ASCII.GetBytes($"{Ours.UsernameFragment}:{Theirs.UsernameFragment}"));
        writer.AddUInt32(StunAttribute.Priority, 1);
        if (nominates) writer.Add(StunAttribute.UseCandidate, []);
        return buffer[..writer.Finish(Encoding.ASCII.GetBytes(password))];
    }

    private void Receive(IPEndPoint source, byte[] datagram)
    {
        _peer.Receive(_now, source, datagram.ToArray(), out _);
        Drain();
    }

    private void Drain()
    {
        while (_peer.TryDequeue(out PeerTransmit _)) _answers++;
    }
}
