using System.Net;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.Tests.Rig;

namespace Byon.Tests.EndToEnd;

/// <summary>The SIP agent behind a P-CSCF of Kamailio's IMS modules: Path, Service-Route, and who may pass.</summary>
public sealed class PcscfTests : IAsyncLifetime
{
    private const string Offer =
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8 101\r\n" +
        "a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n";

    private readonly SipPort _port = new(options => options with { IsTelephony = true, AccessNetwork = "IEEE-802.11" });
    private KamailioServer _core = null!;
    private KamailioServer _pcscf = null!;

    public async Task InitializeAsync()
    {
        _core = await KamailioServer.StartCoreAsync(People.Domain, People.Registrar);
        _pcscf = await KamailioServer.StartPcscfAsync(_core);
    }

    public async Task DisposeAsync()
    {
        _port.Dispose();
        await _pcscf.DisposeAsync();
        await _core.DisposeAsync();
    }

    [Fact]
    public async Task RegistersCallsAndIsCalledThroughIt()
    {
        await using var phone = await BaresipPhone.StartAsync(_core, People.Cleo, tone: 440);
        var line = Register(People.Ana);
        Assert.Single(await _core.ContactsAsync(People.Ana.Number));

        var session = _port.Agent.Invite(SipPort.Now, CallTo(line, People.Cleo));
        Assert.Equal(180, _port.WaitFor<SessionProgressed>().Status);
        await phone.AnswerAsync();
        _port.WaitFor<SessionAnswered>();
        _port.Agent.End(SipPort.Now, session);
        _port.WaitFor<SessionEnded>();
        _port.RunUntil(() => phone.Events.Any(one => one.Type == "CALL_CLOSED"));

        await phone.DialAsync(People.Ana.Number);
        var invited = _port.WaitFor<SessionInvited>();
        Assert.Equal(People.Cleo.Number, invited.Caller.TelephoneNumber);
        _port.Agent.Answer(SipPort.Now, invited.Session, Offer);
        _port.WaitFor<SessionAcknowledged>();
        await phone.HangUpAsync();
        Assert.Equal(SipEndingKind.RemoteBye, _port.WaitFor<SessionEnded>().Ending.Kind);

        _port.Agent.Unregister(SipPort.Now, line);
        _port.WaitFor<RegistrationRemoved>();
        Assert.Empty(await _core.ContactsAsync(People.Ana.Number));
    }

    [Fact]
    public void WhoIsNotRegisteredThroughItGetsNoCall()
    {
        _port.Agent.Invite(SipPort.Now, CallTo(_port.Agent.RegisterStatic(RequestFor(People.Ana)), People.Cleo));
        Assert.Equal(403, _port.WaitFor<SessionEnded>().Ending.Status);
    }

    [Fact]
    public async Task ASubscriberWhomTheNetworkBarsIsRegisteredNoMore()
    {
        var line = Register(People.Ana);
        await _core.BarAsync(People.Ana);
        _port.Agent.Refresh(SipPort.Now, line, TimeSpan.FromMinutes(10));
        Assert.Equal(line, _port.WaitFor<RegistrationFailed>().Registration);
    }

    private SipRegistrationId Register(KamailioSubscriber one)
    {
        var line = _port.Agent.Register(SipPort.Now, RequestFor(one));
        Assert.Equal(one.Number, Assert.Single(_port.WaitFor<RegistrationAccepted>().AssociatedUris).User);
        return line;
    }

    private SipRegistrationRequest RequestFor(KamailioSubscriber one) => new(
        new SipUri($"sip:{one.Number}@{People.Domain}"), new SipFlow(SipTransport.Udp, new IPEndPoint(IPAddress.Loopback, _pcscf.Port)),
        new SipCredentials($"{one.User}@{People.Domain}", one.Password), Guid.NewGuid(), "line1", TimeSpan.FromMinutes(10));

    private static SipInviteRequest CallTo(SipRegistrationId line, KamailioSubscriber one) =>
        new(line, new SipUri($"sip:{one.Number}@{People.Domain}"), Offer, Anonymous: false, CallerName: null, RingTimeout: TimeSpan.FromSeconds(60));
}
