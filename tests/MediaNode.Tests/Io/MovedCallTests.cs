using System.Net;
using System.Text;
using Byon.MediaNode;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Moving;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.MediaNode.Io;
using Byon.MediaNode.Native;
using Byon.Tests.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Byon.Tests.MediaNode.Tests.Io;

/// <summary>A live call goes from the workers of one node to those of another, with real sockets, ICE, DTLS and SRTP.</summary>
public sealed class MovedCallTests : IDisposable
{
    private static readonly AudioFormat Opus = new(AudioCodec.Opus, 111, 48000);
    private static readonly AudioFormat Pcma = new(AudioCodec.Pcma, 8, 8000);

    private readonly int _webRtcPort = FreePorts.Next(2);
    private readonly List<MediaWorkers> _nodes = [];

    public void Dispose()
    {
        foreach (var node in _nodes) node.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AudioFlowsBeforeAndAfterBothWaysWithoutAHandshake(bool sameAddress)
    {
        var first = Start(_webRtcPort);
        // The browser's numbers wrap before the move: the other node must know of it.
        using var call = new LoopbackCall(first, "call") { BrowserSequence = 65_500 };
        call.Apply(Stream(Opus), Stream(Opus));
        call.Connect();
        WaitFor.True(call.Pump);
        Talk(call, 100);
        var (atPhone, atBrowser) = (Numbers(call.AtPhone[^1]), Numbers(call.Browser.Rtp.Last()));

        var saved = MediaSessionJson.Write((await first.HandOverAsync("call", DateTimeOffset.UtcNow))!);
        first.Release("call");
        if (sameAddress) Stop(first);
        var second = Start(sameAddress ? _webRtcPort : FreePorts.Next(2));
        Assert.True(MediaSessionJson.TryRead(saved, out var state));
        call.MovedTo(second, second.TryTakeUp("call", state, DateTimeOffset.UtcNow)!);
        if (!sameAddress) call.Browser.Client.Follow(MonotonicClock.Now, call.Allocation.WebRtc);
        call.AtPhone.Clear();
        call.Browser.Rtp.Clear();
        Talk(call, 100);

        Assert.Equal((atPhone.Ssrc, (ushort)(atPhone.Sequence + 1)), Numbers(call.AtPhone[0]));
        Assert.Equal((atBrowser.Ssrc, (ushort)(atBrowser.Sequence + 1)), Numbers(call.Browser.Rtp.First()));
        var statistics = second.Statistics("call")!;
        Assert.Equal((200, 0, 0), (statistics.WebRtc.PacketsReceived, statistics.WebRtc.Lost, statistics.WebRtc.Dropped));
        Assert.Equal((200, 0, 0), (statistics.Ims.PacketsReceived, statistics.Ims.Lost, statistics.Ims.Dropped));
    }

    [Fact]
    public async Task AReplayedPacketIsRefusedByTheOtherNodeToo()
    {
        var first = Start(_webRtcPort);
        using var call = new LoopbackCall(first, "call");
        call.Apply(Stream(Pcma), Stream(Pcma));
        call.Connect();
        WaitFor.True(call.Pump);
        var packet = new byte[RtpPacket.HeaderSize + 160 + 32];
        RtpPacket.WriteHeader(packet, 8, false, 7, 0, 10);
        var length = call.Browser.Client.ProtectRtp(packet, RtpPacket.HeaderSize + 160);
        call.Browser.Send(packet.AsSpan(0, length));
        WaitFor.True(() => call.Pump() && call.AtPhone.Count == 1);

        var state = await first.HandOverAsync("call", DateTimeOffset.UtcNow);
        Stop(first);
        var second = Start(_webRtcPort);
        call.MovedTo(second, second.TryTakeUp("call", state!, DateTimeOffset.UtcNow)!);
        call.Browser.Send(packet.AsSpan(0, length));
        WaitFor.True(() => call.Pump() && second.Statistics("call")!.WebRtc.Dropped == 1);
        Assert.Single(call.AtPhone);
    }

    [Fact]
    public async Task ACallWhoseBrowserIsNotConnectedStays()
    {
        var first = Start(_webRtcPort);
        using var call = new LoopbackCall(first, "call");
        call.Apply(Stream(Pcma), Stream(Pcma));
        Assert.Null(await first.HandOverAsync("call", DateTimeOffset.UtcNow));
        Assert.Null(await first.HandOverAsync("another", DateTimeOffset.UtcNow));
        call.Connect();
        WaitFor.True(call.Pump);
    }

    [Fact]
    public async Task WhatIsHandedOverSendsNothingAnyMore()
    {
        var first = Start(_webRtcPort);
        using var call = new LoopbackCall(first, "call");
        call.Apply(Stream(Pcma), Stream(Pcma));
        call.Connect();
        WaitFor.True(call.Pump);
        call.SpeakAsBrowser(Pcma, [1]);
        WaitFor.True(() => call.Pump() && call.AtPhone.Count == 1);
        Assert.NotNull(await first.HandOverAsync("call", DateTimeOffset.UtcNow));
        call.SpeakAsBrowser(Pcma, [2]);
        WaitFor.True(() => first.Totals.UnknownSenders == 1);
        first.Release("call");
        call.Pump();
        Assert.Single(call.AtPhone);
        Assert.DoesNotContain(call.AtPhoneRtcp, LoopbackCall.IsGoodbye);
    }

    [Fact]
    public async Task WhatIsReadIsWhatWasWrittenAndAllElseIsRefused()
    {
        var state = await StateAsync();
        var json = MediaSessionJson.Write(state);
        Assert.True(MediaSessionJson.TryRead(json, out var read));
        Assert.Equal(json, MediaSessionJson.Write(read));

        var text = Encoding.UTF8.GetString(json);
        Assert.False(MediaSessionJson.TryRead(Encoding.UTF8.GetBytes(text.Replace("\"Version\":1", "\"Version\":2")), out _));
        Assert.False(MediaSessionJson.TryRead("{\"Version\":1}"u8, out _));
        Assert.False(MediaSessionJson.TryRead("null"u8, out _));
        for (var length = 0; length < json.Length; length += 7) Assert.False(MediaSessionJson.TryRead(json.AsSpan(0, length), out _));
        var shortKey = state.Peer.Send.Master with { Key = new byte[15] };
        Assert.False(MediaSessionJson.TryRead(MediaSessionJson.Write(state with { ImsSrtp = new(state.Peer.Send with { Master = shortKey }, state.Peer.Receive) }), out _));
        Assert.False(MediaSessionJson.TryRead(
            MediaSessionJson.Write(state with { Plan = state.Plan with { Ims = state.Plan.Ims! with { Srtp = new SrtpKeys(SrtpProfile.AeadAes128Gcm, shortKey, shortKey) } } }), out _));
    }

    [Fact]
    public async Task DamagedStatesNeverThrow()
    {
        var json = MediaSessionJson.Write(await StateAsync());
        var random = new Random(1);
        for (var i = 0; i < 3000; i++)
        {
            var damaged = json.ToArray();
            for (var hits = random.Next(1, 4); hits > 0; hits--) damaged[random.Next(damaged.Length)] = (byte)random.Next(32, 127);
            MediaSessionJson.TryRead(damaged, out _);
        }
    }

    private async Task<MediaSessionState> StateAsync()
    {
        var node = Start(_webRtcPort);
        using var call = new LoopbackCall(node, "call");
        call.Apply(Stream(Opus), Stream(Opus));
        call.Connect();
        WaitFor.True(call.Pump);
        Talk(call, 20);
        return (await node.HandOverAsync("call", DateTimeOffset.UtcNow))!;
    }

    private static (uint Ssrc, ushort Sequence) Numbers(byte[] bytes) => (LoopbackCall.Read(bytes).Ssrc, LoopbackCall.Read(bytes).SequenceNumber);

    private static void Talk(LoopbackCall call, int packets)
    {
        var (phone, browser) = (call.AtPhone.Count, call.Browser.Rtp.Count);
        for (var i = 1; i <= packets; i++)
        {
            call.SpeakAsBrowser(Opus, [1, 2, 3]);
            call.SpeakAsPhone(Opus, [4, 5, 6]);
            var spoken = i;
            if (i % 10 == 0) WaitFor.True(() => call.Pump() && call.AtPhone.Count == phone + spoken && call.Browser.Rtp.Count == browser + spoken);
        }
    }

    private static AudioStream Stream(AudioFormat format) => new(format, [format], null, TimeSpan.FromMilliseconds(20), MediaDirection.SendReceive);

    private void Stop(MediaWorkers node)
    {
        _nodes.Remove(node);
        node.Dispose();
    }

    private MediaWorkers Start(int webRtcPort)
    {
        var options = new MediaWorkerOptions(IPAddress.Loopback, IPAddress.Loopback, webRtcPort, Workers: 2, FreePorts.Next(4), 4);
        var node = new MediaWorkers(
            options, DtlsCertificate.Create(DateTimeOffset.UtcNow), new NativeCodecs(NullLogger.Instance), (_, _) => { }, NullLogger.Instance);
        _nodes.Add(node);
        return node;
    }
}
