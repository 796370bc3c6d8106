using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Byon.MediaNode;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Video;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Io;
using Byon.MediaNode.Native;
using Byon.Tests.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Byon.Tests.MediaNode.Tests.Io;

/// <summary>The workers with real sockets, ICE, DTLS and SRTP on loopback.</summary>
public sealed class MediaWorkersTests : IDisposable
{
    private const int ImsPorts = 8;
    private const double BrowserHertz = 500;
    private const double PhoneHertz = 1200;

    private static readonly AudioFormat Opus = new(AudioCodec.Opus, 111, 48000);
    private static readonly AudioFormat Pcma = new(AudioCodec.Pcma, 8, 8000);
    private static readonly TimeSpan PacketTime = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentQueue<(string Call, MediaEvent Event)> _events = new();
    private readonly FaultyCodecs _codecs = new();
    private readonly int _imsPort = FreePorts.Next(ImsPorts);
    private readonly MediaWorkers _workers;
    private readonly List<LoopbackCall> _calls = [];

    /// <summary>Whoever is told of this call's failure fails as well, outside any session.</summary>
    private string? _deaf;

    public MediaWorkersTests()
    {
        var options = new MediaWorkerOptions(IPAddress.Loopback, IPAddress.Loopback, FreePorts.Next(2), Workers: 2, _imsPort, ImsPorts, Pin: true);
        _workers = new MediaWorkers(
            options, DtlsCertificate.Create(DateTimeOffset.UtcNow), _codecs, Tell, NullLogger.Instance);
    }

    public void Dispose()
    {
        foreach (var call in _calls) call.Dispose();
        _workers.Dispose();
    }

    [Fact]
    public void BrowserAndPhoneHearEachOtherThroughTranscoding()
    {
        var call = Connect(Stream(Opus), Stream(Pcma));
        using var encoder = _codecs.CreateEncoder(Opus, 16000);
        using var decoder = _codecs.CreateDecoder(Opus, 8000);
        var browserTone = Tone.Samples(BrowserHertz, TimeSpan.FromSeconds(1), 16000);
        var phoneTone = Tone.Samples(PhoneHertz, TimeSpan.FromSeconds(1), 8000);
        var (payload, samples, atBrowser, atPhone) = (new byte[1280], new short[960], new List<short>(), new List<short>());

        // One packet from each side with every look, which is about as often as packets are due.
        var spoken = 0;
        WaitFor.True(
            () =>
            {
                call.SpeakAsBrowser(Opus, payload.AsSpan(0, encoder.Encode(browserTone.AsSpan(spoken % 50 * 320, 320), payload)));
                new G711Encoder(AudioCodec.Pcma).Encode(phoneTone.AsSpan(spoken % 50 * 160, 160), payload);
                call.SpeakAsPhone(Pcma, payload.AsSpan(0, 160));
                spoken++;
                call.Pump();
                foreach (var packet in call.AtPhone) atPhone.AddRange(samples[..new G711Decoder(AudioCodec.Pcma).Decode(LoopbackCall.Read(packet).Payload, samples)]);
                call.AtPhone.Clear();
                while (call.Browser.Rtp.TryDequeue(out var packet)) atBrowser.AddRange(samples[..decoder.Decode(LoopbackCall.Read(packet).Payload, samples)]);
                return Tone.Heard(atPhone.ToArray(), BrowserHertz, PhoneHertz, 8000) > TimeSpan.FromSeconds(1)
                    && Tone.Heard(atBrowser.ToArray(), PhoneHertz, BrowserHertz, 8000) > TimeSpan.FromSeconds(1);
            },
            limit: TimeSpan.FromMinutes(1),
            otherwise: () => $"phone got {atPhone.Count} samples, browser {atBrowser.Count}; {_workers.Statistics(call.Id)}");

        Assert.Equal(TimeSpan.Zero, Tone.Traces(atPhone.ToArray(), PhoneHertz, 8000));
        Assert.Equal(
            ["DtlsConnected", "FirstImsAudio", "FirstWebRtcAudio", "IceConnected"],
            _events.Select(e => e.Event.GetType().Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void ASharedCodecPassesThroughWithoutLossOrChange()
    {
        var call = Connect(Stream(Opus), Stream(Opus));
        var expected = new List<byte[]>();
        for (var i = 0; i < 300; i++)
        {
            var payload = new byte[100];
            new Random(i).NextBytes(payload);
            expected.Add(payload);
            call.SpeakAsBrowser(Opus, payload);
            if (i % 10 == 9) WaitFor.True(() => call.Pump() && call.AtPhone.Count == expected.Count);
        }

        Assert.Equal(expected, call.AtPhone.OrderBy(p => LoopbackCall.Read(p).SequenceNumber).Select(p => LoopbackCall.Read(p).Payload.ToArray()));
        Assert.Equal(300, _workers.Statistics(call.Id)!.WebRtc.PacketsReceived);
        Assert.Equal(300, _workers.Statistics(call.Id)!.Ims.PacketsSent);
        Assert.Equal(0, _workers.Statistics(call.Id)!.WebRtc.Lost);
    }

    [Fact]
    public void CallsGoToTheWorkersInTurnAndDoNotMix()
    {
        var (first, second, third) = (Connect(Stream(Pcma), Stream(Pcma)), Connect(Stream(Pcma), Stream(Pcma)), Connect(Stream(Pcma), Stream(Pcma)));
        Assert.Equal([0, 1, 0], [first.Allocation.Worker, second.Allocation.Worker, third.Allocation.Worker]);
        Assert.Equal(first.Allocation.WebRtc.Port + 1, second.Allocation.WebRtc.Port);
        Assert.Equal(first.Allocation.WebRtc, third.Allocation.WebRtc);

        LoopbackCall[] calls = [first, second, third];
        for (byte i = 0; i < 3; i++) calls[i].SpeakAsBrowser(Pcma, [i, i]);
        WaitFor.True(() => calls.All(c => c.Pump() && c.AtPhone.Count == 1));
        Assert.Equal([0, 1, 2], calls.Select(c => (int)LoopbackCall.Read(c.AtPhone[0]).Payload[0]));
    }

    [Fact]
    public void AnIceRestartIsFoundByItsNewNameAndMediaGoesOn()
    {
        var call = Connect(Stream(Pcma), Stream(Pcma));
        for (var (i, ice) = (1, call.Allocation.Ice.Next()); i <= 4; i++, ice = ice.Next())
        {
            call.Browser.Client.RestartIce();
            call.Apply(Stream(Pcma), Stream(Pcma), ice);
            call.Browser.Client.Follow(MonotonicClock.Now, call.Allocation.WebRtc, ice);
            call.SpeakAsBrowser(Pcma, [1]);
            WaitFor.True(() => call.Pump() && call.AtPhone.Count == i);
        }

        Assert.Empty(call.Browser.Client.CheckErrors);
    }

    [Fact]
    public void GarbageOnEveryPortIsDroppedAndTheCallGoesOn()
    {
        var call = Connect(Stream(Pcma), Stream(Pcma));
        var random = new Random(6);
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        for (var i = 0; i < 500; i++)
        {
            var garbage = new byte[random.Next(1, 2500)];
            random.NextBytes(garbage);
            stranger.SendTo(garbage, call.Allocation.WebRtc);
            stranger.SendTo(garbage, call.Allocation.ImsRtp);
            call.Browser.Send(garbage);
            call.SendAsPhone(garbage, rtcp: i % 2 == 0);
            if (i % 20 == 0) call.Pump();
        }

        WaitFor.True(() =>
        {
            call.SpeakAsBrowser(Pcma, [1, 2, 3]);
            call.Pump();
            return call.AtPhone.Any(p => LoopbackCall.Read(p).Payload.SequenceEqual<byte>([1, 2, 3]));
        });
        Assert.True(_workers.Totals.UnknownSenders > 0);
        Assert.True(_workers.Statistics(call.Id)!.Ims.Dropped > 0);
        Assert.DoesNotContain(_events, e => e.Event is MediaFailed);
    }

    [Fact]
    public void WhoSeesTheNameOfACallButNotItsPasswordTakesNoPlaceInIt()
    {
        const int strangers = 20;
        var call = new LoopbackCall(_workers, "call");
        _calls.Add(call);
        call.Apply(Stream(Pcma), Stream(Pcma));
        var buffer = new byte[256];
        var check = new StunWriter(buffer, StunClass.Request, new byte[12]);
        check.Add(StunAttribute.Username, Encoding.ASCII.GetBytes($"{call.Allocation.Ice.UsernameFragment}:{call.Browser.Client.Ice.UsernameFragment}"));
        var length = check.Finish("a password of somebody else"u8);
        for (var i = 0; i < strangers; i++)
        {
            using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            stranger.SendTo(buffer.AsSpan(0, length), call.Allocation.WebRtc);
            // Refused, and from then on as unknown as before.
            stranger.SendTo([0x80, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1], call.Allocation.WebRtc);
        }

        WaitFor.True(() => _workers.Totals.UnknownSenders == strangers, otherwise: () => $"{_workers.Totals}");
        call.Connect();
        WaitFor.True(call.Pump);
        call.SpeakAsBrowser(Pcma, [1, 2, 3]);
        WaitFor.True(() => call.Pump() && call.AtPhone.Count == 1);
    }

    [Fact]
    public void ACallIsSetUpInTheMidstOfAFloodOfHellos()
    {
        using var certificate = new DtlsEndpointFactory(DtlsCertificate.Create(DateTimeOffset.UtcNow));
        using var endpoint = certificate.Create(client: true);
        endpoint.Start(MonotonicClock.Now);
        Assert.True(endpoint.TryDequeue(out var hello));
        var strangers = Enumerable.Range(0, 50).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)).ToList();
        var call = new LoopbackCall(_workers, "call");
        _calls.Add(call);
        call.Apply(Stream(Pcma), Stream(Pcma));
        call.Connect();
        WaitFor.True(() =>
        {
            foreach (var stranger in strangers)
            {
                stranger.SendTo(hello, call.Allocation.WebRtc);
                stranger.SendTo(hello.AsSpan(0, 40), call.Allocation.WebRtc);
            }

            return call.Pump();
        });
        Assert.True(_workers.Totals.UnknownSenders > 0);
        foreach (var stranger in strangers) Assert.Equal(0, stranger.Available);
        call.SpeakAsBrowser(Pcma, [1, 2, 3]);
        WaitFor.True(() => call.Pump() && call.AtPhone.Count == 1);
        foreach (var stranger in strangers) stranger.Dispose();
    }

    [Fact]
    public void AReleasedCallSaysGoodbyeAndItsPortRests()
    {
        var call = Connect(Stream(Pcma), Stream(Pcma));
        call.SpeakAsBrowser(Pcma, [1]);
        WaitFor.True(() => call.Pump() && call.AtPhone.Count == 1);

        _workers.Release(call.Id);
        _workers.Release(call.Id);
        Assert.Null(_workers.Statistics(call.Id));
        // Reports may have come before it.
        WaitFor.True(() =>
        {
            call.Pump();
            return call.AtPhoneRtcp.Any(LoopbackCall.IsGoodbye) && call.Browser.Rtcp.Any(LoopbackCall.IsGoodbye);
        });
        Assert.Single(call.AtPhoneRtcp, LoopbackCall.IsGoodbye);
        Assert.Single(call.Browser.Rtcp, LoopbackCall.IsGoodbye);
        WaitFor.True(() => CanBind(call.Allocation.ImsRtp.Port));
        var next = _workers.TryAllocate("next")!;
        Assert.NotEqual(call.Allocation.ImsRtp.Port, next.ImsRtp.Port);
    }

    [Fact]
    public void VideoHasPortsOfItsOwnWhichRestWithThoseOfTheCall()
    {
        var call = Connect(Stream(Pcma), Stream(Pcma));
        using var phone = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        phone.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var atPhone = (IPEndPoint)phone.LocalEndPoint!;
        var ports = _workers.TryAddVideo(call.Id)!;
        VideoFormat browsers = new(VideoCodec.Vp8, 96), phones = new(VideoCodec.Vp8, 98);
        call.Apply(Stream(Pcma), Stream(Pcma), video: (
            new VideoStream(browsers, browsers, VideoFeedback.None, MediaDirection.SendReceive),
            new ImsVideo(atPhone, atPhone, RtcpMux: false, new VideoStream(phones, phones, VideoFeedback.None, MediaDirection.SendReceive))));

        byte[] packet = [0x80, 98, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 1, 2, 3];
        WaitFor.True(() =>
        {
            phone.SendTo(packet, ports);
            return call.Pump() && call.Browser.Rtp.TryDequeue(out var seen) && LoopbackCall.Read(seen).PayloadType == 96;
        });
        Assert.True(_workers.Statistics(call.Id)!.Video!.Ims.Counted.PacketsReceived > 0);

        _workers.Release(call.Id);
        WaitFor.True(() => CanBind(ports.Port) && CanBind(ports.Port + 1) && CanBind(call.Allocation.ImsRtp.Port));
        Assert.Null(_workers.TryAddVideo(call.Id));
    }

    [Fact]
    public void WithoutAFreePortACallGetsNoMedia()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, _imsPort + 3));
        for (var i = 0; i < ImsPorts / 2 - 1; i++)
            Assert.NotEqual(_imsPort + 2, _workers.TryAllocate($"call {i}")!.ImsRtp.Port);
        Assert.Null(_workers.TryAllocate("one too many"));
    }

    [Fact]
    public void APhoneThatMovesIsHeardBeforeAnythingIsSentToIt()
    {
        var call = Connect(Stream(Opus), Stream(Opus));
        call.SpeakAsPhone(Opus, [1]);
        WaitFor.True(() => call.Pump() && call.Browser.Rtp.Count == 1);
        call.SpeakAsBrowser(Opus, [2]);
        WaitFor.True(() => call.Pump() && call.AtPhone.Count == 1);

        call.MovePhone();
        call.Apply(Stream(Opus), Stream(Opus));
        WaitFor.True(() =>
        {
            call.SpeakAsPhone(Opus, [3]);
            return call.Pump() && call.Browser.Rtp.Count > 1;
        });
        call.SpeakAsBrowser(Opus, [4]);
        WaitFor.True(() => call.Pump() && call.AtPhone.Count == 2);
        Assert.Equal(0, _workers.Totals.SendFailures);
    }

    [Fact]
    public void ACrashEndsItsOwnCallOnly()
    {
        var (bad, _, good) = (Connect(Stream(Opus), Stream(Opus)), Connect(Stream(Opus), Stream(Opus)), Connect(Stream(Opus), Stream(Opus)));
        Assert.Equal(bad.Allocation.Worker, good.Allocation.Worker);
        _codecs.Fail = true;
        bad.Apply(Stream(Opus), Stream(Pcma));
        bad.SpeakAsBrowser(Opus, [1]);
        WaitFor.True(() => _events.Any(e => e.Call == bad.Id && e.Event is MediaFailed));

        good.SpeakAsBrowser(Opus, [7]);
        WaitFor.True(() => good.Pump() && good.AtPhone.Count == 1);
        _workers.Release(bad.Id);
        Assert.DoesNotContain(_events, e => e.Call == good.Id && e.Event is MediaFailed);
    }

    [Fact]
    public void ANewCallGoesToTheWorkerWithTheFewest()
    {
        Assert.Equal([0, 1, 0], Enumerable.Range(0, 3).Select(i => _workers.TryAllocate($"call {i}")!.Worker));
        _workers.Release("call 0");
        _workers.Release("call 2");
        // In turn it would be the other one.
        Assert.Equal(0, _workers.TryAllocate("call 3")!.Worker);
    }

    [Fact]
    public void AWorkerThatCrashesLosesItsCallsBeginsAnewAndLeavesTheOthers()
    {
        var (bad, good, beside) = (Connect(Stream(Opus), Stream(Opus)), Connect(Stream(Opus), Stream(Opus)), Connect(Stream(Opus), Stream(Opus)));
        Assert.Equal((0, 1, 0), (bad.Allocation.Worker, good.Allocation.Worker, beside.Allocation.Worker));
        _deaf = bad.Id;
        _codecs.Fail = true;
        bad.Apply(Stream(Opus), Stream(Pcma));
        bad.SpeakAsBrowser(Opus, [1]);
        WaitFor.True(() => _events.Any(e => e.Call == beside.Id && e.Event is MediaFailed));
        _codecs.Fail = false;

        good.SpeakAsBrowser(Opus, [7]);
        WaitFor.True(() => good.Pump() && good.AtPhone.Count == 1);
        Assert.DoesNotContain(_events, e => e.Call == good.Id && e.Event is MediaFailed);
        _workers.Release(bad.Id);
        _workers.Release(beside.Id);
        var next = Connect(Stream(Opus), Stream(Opus));
        Assert.Equal(bad.Allocation.Worker, next.Allocation.Worker);
        next.SpeakAsBrowser(Opus, [8]);
        WaitFor.True(() => next.Pump() && next.AtPhone.Count == 1);
    }

    private void Tell(string call, MediaEvent mediaEvent)
    {
        if (call == _deaf && mediaEvent is MediaFailed) throw new InvalidOperationException("told to fail");
        _events.Enqueue((call, mediaEvent));
    }

    private LoopbackCall Connect(AudioStream browser, AudioStream phone)
    {
        var call = new LoopbackCall(_workers, $"call-{_calls.Count}");
        _calls.Add(call);
        call.Apply(browser, phone);
        call.Connect();
        WaitFor.True(call.Pump, otherwise: () => $"{call.Browser.Client.Dtls}, nominated {call.Browser.Client.IsNominated}, {_workers.Totals}");
        WaitFor.True(() => _events.Any(e => e.Call == call.Id && e.Event is DtlsConnected));
        return call;
    }

    private static AudioStream Stream(AudioFormat format) => new(format, [format], null, PacketTime, MediaDirection.SendReceive);

    private static bool CanBind(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>The real codecs, until they are told to fail.</summary>
    private sealed class FaultyCodecs : ICodecFactory
    {
        private readonly NativeCodecs _real = new(NullLogger.Instance);

        public bool Fail { get; set; }

        public IReadOnlyList<AudioCodec> Codecs => _real.Codecs;

        public IAudioDecoder CreateDecoder(AudioFormat format, int sampleRate) =>
            Fail ? throw new InvalidOperationException("told to fail") : _real.CreateDecoder(format, sampleRate);

        public IAudioEncoder CreateEncoder(AudioFormat format, int sampleRate) => _real.CreateEncoder(format, sampleRate);
    }
}
