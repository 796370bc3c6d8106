using System.Net;
using System.Security.Cryptography;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.MediaNode.Core.Protocol.Sdp;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Io;
using Byon.MediaNode.Native;
using Byon.Tests.Rig;
using Byon.Tests.TestKit;
using Byon.Tests.TestKit.WebRtc;
using Microsoft.Extensions.Logging.Abstractions;

namespace Byon.Tests.EndToEnd;

/// <summary>A phone that takes nothing but SRTP with keys in the SDP talks to a browser's stack through the media workers.</summary>
public sealed class SrtpInteropTests : IAsyncLifetime
{
    private const int BrowserTone = 1000;

    private static readonly AudioFormat Pcma = new(AudioCodec.Pcma, 8, 8000);

    private readonly DtlsCertificate _certificate = DtlsCertificate.Create(DateTimeOffset.UtcNow);
    private readonly MediaWorkers _workers;
    private readonly DtlsEndpointFactory _browserDtls;
    private readonly RtcClientSocket _browser;
    private KamailioServer _registrar = null!;

    public SrtpInteropTests()
    {
        var options = new MediaWorkerOptions(IPAddress.Loopback, IPAddress.Loopback, FreePorts.Next(), Workers: 1, FreePorts.Next(2), 2) { Srtp = ImsSrtp.Required };
        _workers = new MediaWorkers(options, _certificate, new NativeCodecs(NullLogger.Instance), (_, _) => { }, NullLogger.Instance);
        _browserDtls = new DtlsEndpointFactory(_certificate);
        _browser = new RtcClientSocket(
            new RtcClient(new EntropySource(RandomNumberGenerator.GetBytes(32)), _browserDtls, _certificate.Fingerprint), () => SipPort.Now);
    }

    public async Task InitializeAsync() => _registrar = await KamailioServer.StartAsync(People.Domain, People.Registrar);

    public async Task DisposeAsync()
    {
        _browser.Dispose();
        _browserDtls.Dispose();
        _workers.Dispose();
        await _registrar.DisposeAsync();
    }

    [Fact]
    public async Task ThePhoneIsCalledAndBothAreHeard()
    {
        await using var phone = await BaresipPhone.StartAsync(_registrar, People.Cleo, tone: 440, srtp: true);
        using var port = new SipPort();
        var line = Registered(port);
        var media = _workers.TryAllocate("call")!;
        var leg = new ImsLeg(media, new SdpOrigin(1, 1), MediaDirection.SendReceive).Offer(MediaDirection.SendReceive, [AudioCodec.Pcma], null, out var offer);
        port.Agent.Invite(SipPort.Now, new SipInviteRequest(
            line, new SipUri($"sip:{People.Cleo.Number}@{People.Domain}"), offer, Anonymous: false, CallerName: null, RingTimeout: TimeSpan.FromSeconds(60)));
        port.WaitFor<SessionProgressed>();
        await phone.AnswerAsync();
        Assert.True(leg.TryReadAnswer(port.WaitFor<SessionAnswered>().Sdp!, out var agreed, out var why), why?.ToString());
        MustTalk(phone, port, media, agreed.Plan!);
    }

    [Fact]
    public async Task ThePhoneCallsAndBothAreHeard()
    {
        await using var phone = await BaresipPhone.StartAsync(_registrar, People.Cleo, tone: 440, srtp: true);
        using var port = new SipPort();
        Registered(port);
        await phone.DialAsync(People.Ana.Number);
        var invited = port.WaitFor<SessionInvited>();
        var media = _workers.TryAllocate("call")!;
        var leg = new ImsLeg(media, new SdpOrigin(1, 1), MediaDirection.SendReceive);
        Assert.True(leg.TryAnswer(invited.Offer!, MediaDirection.SendReceive, [AudioCodec.Pcma], null, out var agreed, out var answer, out var why), why?.ToString());
        port.Agent.Answer(SipPort.Now, invited.Session, answer);
        port.WaitFor<SessionAcknowledged>();
        MustTalk(phone, port, media, agreed.Plan!);
    }

    private void MustTalk(BaresipPhone phone, SipPort port, MediaAllocation media, ImsLegPlan network)
    {
        Assert.NotNull(network.Srtp);
        var stream = new AudioStream(Pcma, [Pcma], null, TimeSpan.FromMilliseconds(20), MediaDirection.SendReceive);
        _workers.Apply("call", new MediaPlan(new WebRtcLegPlan(_browser.Client.Ice, _certificate.Fingerprint, false, stream), network));
        _browser.Client.Connect(SipPort.Now, media.WebRtc, media.Ice, media.Fingerprint, dtlsClient: true);
        WaitFor.True(Pump);
        // Up to here, and no further, packets may have come before the plan.
        var early = _workers.Statistics("call")!.Ims.Dropped;

        var spoken = Tone.Samples(BrowserTone, TimeSpan.FromSeconds(1), 8000);
        var (packet, samples, sent, atBrowser) = (new byte[RtpPacket.HeaderSize + 160], new short[160], 0, new List<short>());
        port.RunUntil(
            () =>
            {
                RtpPacket.WriteHeader(packet, 8, sent == 0, (ushort)sent, (uint)(sent * 160), 10);
                new G711Encoder(AudioCodec.Pcma).Encode(spoken.AsSpan(sent++ % 50 * 160, 160), packet.AsSpan(RtpPacket.HeaderSize));
                _browser.SendRtp(packet);
                Pump();
                while (_browser.Rtp.TryDequeue(out var received))
                {
                    Assert.True(RtpPacket.TryParse(received, out var audio));
                    atBrowser.AddRange(samples[..new G711Decoder(AudioCodec.Pcma).Decode(audio.Payload, samples)]);
                }

                var heard = phone.HeardAsync(0).Result;
                return Tone.Heard(atBrowser.ToArray(), phone.Tone, BrowserTone, 8000) > TimeSpan.FromSeconds(1)
                    && Tone.Heard(heard.Samples, BrowserTone, phone.Tone, heard.SampleRate) > TimeSpan.FromSeconds(0.5);
            },
            TimeSpan.FromSeconds(30));
        Assert.Equal(early, _workers.Statistics("call")!.Ims.Dropped);
    }

    private bool Pump()
    {
        _browser.Pump();
        return _browser.Client.IsConnected;
    }

    private SipRegistrationId Registered(SipPort port)
    {
        var request = new SipRegistrationRequest(
            new SipUri($"sip:{People.Ana.Number}@{People.Domain}"), new SipFlow(SipTransport.Udp, new IPEndPoint(IPAddress.Loopback, _registrar.Port)),
            new SipCredentials($"{People.Ana.User}@{People.Domain}", People.Ana.Password), Guid.NewGuid(), "line1", TimeSpan.FromMinutes(10));
        var line = port.Agent.Register(SipPort.Now, request);
        port.WaitFor<RegistrationAccepted>();
        return line;
    }
}
