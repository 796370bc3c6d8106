using System.Net;
using System.Net.Http.Json;
using Byon.MediaNode;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.MediaNode.Native;
using Byon.Platform.Control;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Tests.MediaNode.Tests.Rig;
using Byon.Tests.TestKit;
using Byon.Tests.TestKit.WebRtc;

namespace Byon.Tests.MediaNode.Tests.Calls;

/// <summary>One subscriber with a browser on a node, and one phone in the network, each with a tone of its own.</summary>
internal sealed class CallRig : IAsyncDisposable
{
    public const double BrowserTone = 440;
    public const double PhoneTone = 1000;

    private readonly NodeFixture _fixture;
    private readonly bool _isOpus;
    private readonly TonePackets _tone;

    private CallRig(NodeFixture fixture, FakeIms ims, TestNode node, bool opus)
    {
        (_fixture, Ims, Node, _isOpus) = (fixture, ims, node, opus);
        _tone = opus ? TonePackets.Opus(BrowserTone) : TonePackets.Pcma(BrowserTone);
        Browser = Open();
    }

    public FakeIms Ims { get; }

    public TestNode Node { get; }

    public PhoneMedia Phone { get; } = new(PhoneTone);

    public RtcClientSocket Browser { get; private set; }

    public List<short> BrowserHeard { get; } = [];

    public string Number { get; private set; } = "";

    public string DeviceId { get; } = Guid.NewGuid().ToString();

    public RegistrationRecord Registration { get; private set; } = null!;

    public DeviceKey Device => new(Number, DeviceId);

    public static async Task<CallRig> StartAsync(NodeFixture fixture, TestNode? node = null, FakeIms? ims = null, bool opus = false)
    {
        ims ??= new FakeIms();
        node ??= await TestNode.StartAsync(fixture, ims.NextHop);
        var rig = new CallRig(fixture, ims, node, opus);
        rig.Number = await fixture.NewSubscriberAsync();
        rig.Registration = await node.RegisterAsync(rig.Number, rig.DeviceId);
        return rig;
    }

    /// <summary>The page is opened anew.</summary>
    public void Reopen()
    {
        Browser.Dispose();
        Browser = Open();
        BrowserHeard.Clear();
    }

    private static RtcClientSocket Open()
    {
        var certificate = DtlsCertificate.Create(DateTimeOffset.UtcNow);
        var client = new RtcClient(new EntropySource(Guid.NewGuid().ToByteArray().Concat(new byte[16]).ToArray()), new DtlsEndpointFactory(certificate), certificate.Fingerprint);
        return new RtcClientSocket(client, () => MonotonicClock.Now);
    }

    /// <summary>A browser that speaks what the phone speaks, or Opus only, which has to be transcoded.</summary>
    public string BrowserDescription(string setup) => _isOpus
        ? Browser.Client.Describe(setup, "sendrecv", "111 opus/48000/2", "110 telephone-event/48000")
        : Browser.Client.Describe(setup, "sendrecv", "8 PCMA/8000", "126 telephone-event/8000");

    /// <summary>An outgoing call up to the answer, media included.</summary>
    public async Task<CallRecord> ConnectAsync(bool anonymous = false)
    {
        var call = await Node.StartCallAsync(Registration, BrowserDescription("actpass"), anonymous: anonymous);
        Browser.Client.Connect(MonotonicClock.Now, call.AnswerSdp!);
        var invited = await WaitFor.NotNullAsync(() => Ims.Invitation);
        Ims.Do((phone, now) => phone.Answer(now, invited.Session, Phone.Describe()));
        await HasStatusAsync(call.CallId, CallStatus.Connected);
        await WaitFor.TrueAsync(() =>
        {
            Browser.Pump();
            return Browser.Client.IsConnected;
        });
        return call;
    }

    /// <summary>As <see cref="ConnectAsync(bool)"/>, with a phone whose media is somebody else's.</summary>
    /// <returns>What the node offered.</returns>
    public async Task<string> ConnectAsync(string phone)
    {
        var call = await Node.StartCallAsync(Registration, BrowserDescription("actpass"));
        Browser.Client.Connect(MonotonicClock.Now, call.AnswerSdp!);
        var invited = await WaitFor.NotNullAsync(() => Ims.Invitation);
        Ims.Do((it, now) => it.Answer(now, invited.Session, phone));
        await HasStatusAsync(call.CallId, CallStatus.Connected);
        return invited.Offer!;
    }

    /// <summary>An outgoing call that rings at the phone.</summary>
    public async Task<CallRecord> RingAsync()
    {
        var call = await Node.StartCallAsync(Registration, BrowserDescription("actpass"));
        var invited = await WaitFor.NotNullAsync(() => Ims.Invitation);
        Ims.Do((phone, now) => phone.Progress(now, invited.Session, 180, null));
        await LogWithAsync(data => data is CallEventData { Status: CallStatus.Ringing });
        return call;
    }

    /// <summary>Both sides speak until the condition holds.</summary>
    public Task TalkUntilAsync(string networkSdp, Func<bool> condition, Func<string>? otherwise = null) => SpeakUntilAsync(
        () =>
        {
            Phone.Pump(PhoneMedia.AudioOf(networkSdp));
            return condition();
        },
        otherwise);

    /// <summary>The browser speaks until the condition holds.</summary>
    public Task SpeakUntilAsync(Func<bool> condition, Func<string>? otherwise = null) => WaitFor.TrueAsync(
        () =>
        {
            Browser.Pump();
            Browser.SendRtp(_tone.Next());
            while (Browser.Rtp.TryDequeue(out var packet)) _tone.Hear(packet, BrowserHeard);
            return condition();
        },
        otherwise: otherwise);

    /// <summary>Presses a key in the browser for 100 ms, as Chromium does: updates every 20 ms, and the end three times.</summary>
    public void Press(byte code)
    {
        var clock = _isOpus ? 48_000 : 8_000;
        var pressedAt = _tone.Timestamp;
        for (var update = 1; update <= 7; update++)
        {
            var duration = (ushort)(Math.Min(update, 5) * clock / 50);
            Browser.SendRtp(_tone.Key((byte)(_isOpus ? 110 : 126), pressedAt, new TelephoneEvent(code, update >= 5, 10, duration), update == 1));
        }
    }

    public bool PhoneHears(double hertz, double notHertz) => Heard(Phone.Heard, hertz, notHertz);

    public bool BrowserHears(double hertz, double notHertz) => Heard(BrowserHeard, hertz, notHertz);

    public Task<CallRecord> HasStatusAsync(string callId, CallStatus status) => HasAsync(callId, row => row.Status == status);

    public async Task<CallRecord> HasAsync(string callId, Func<CallRecord, bool> condition)
    {
        CallRecord? row = null;
        await WaitFor.TrueAsync(
            async () => (row = await _fixture.Calls.GetAsync(Number, callId, CancellationToken.None)) is not null && condition(row),
            otherwise: () => $"the row says {row?.Status} {row?.Ending}");
        return row!;
    }

    /// <summary>The log as soon as it holds the event; positions and sequence numbers are checked for gaps on the way.</summary>
    public async Task<IReadOnlyList<DeviceEvent>> LogWithAsync(Func<DeviceEventData, bool> awaited)
    {
        IReadOnlyList<DeviceEvent> log = [];
        await WaitFor.TrueAsync(
            async () => (log = await _fixture.Events.ReadAsync(Device, 0, 100, CancellationToken.None)).Any(entry => awaited(entry.Data)),
            otherwise: () => string.Join(Environment.NewLine, log.Select(entry => entry.Data)));
        Assert.Equal(Enumerable.Range(1, log.Count).Select(position => (long)position), log.Select(entry => entry.Position));
        foreach (var call in log.Select(entry => entry.Data).OfType<CallEventData>().GroupBy(data => data.CallId))
            Assert.Equal(Enumerable.Range(1, call.Count()), call.Select(data => data.SequenceNumber));
        return log;
    }

    public static async Task<CallRecord> CallOf(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync(ControlJson.Default.CallRecord))!;
    }

    public async ValueTask DisposeAsync()
    {
        Browser.Dispose();
        _tone.Dispose();
        Phone.Dispose();
        await Node.DisposeAsync();
        await Ims.DisposeAsync();
    }

    private static bool Heard(List<short> samples, double hertz, double notHertz) =>
        Tone.Heard(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(samples), hertz, notHertz, 8000) >= TimeSpan.FromSeconds(1);
}
