using System.Net;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.Tests.Rig;

namespace Byon.Tests.EndToEnd;

/// <summary>The SIP agent against a real registrar and a real phone, without media.</summary>
public sealed class SipInteropTests : IAsyncLifetime
{
    private const string Offer =
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8 101\r\n" +
        "a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n";

    private KamailioServer _registrar = null!;

    public async Task InitializeAsync() => _registrar = await KamailioServer.StartAsync(People.Domain, People.Registrar);

    public async Task DisposeAsync() => await _registrar.DisposeAsync();

    [Fact]
    public async Task RegistersRefreshesAndLeaves()
    {
        using var port = new SipPort();
        var id = port.Agent.Register(SipPort.Now, RequestFor(People.Ana));
        var accepted = port.WaitFor<RegistrationAccepted>();
        Assert.InRange(accepted.Expires, TimeSpan.FromSeconds(590), TimeSpan.FromSeconds(600));
        Assert.Equal(People.Ana.Number, Assert.Single(accepted.AssociatedUris).User);
        var contact = Assert.Single(await _registrar.ContactsAsync(People.Ana.Number));
        Assert.Contains($"127.0.0.1:{port.Local.Port}", contact, StringComparison.Ordinal);

        port.Agent.Refresh(SipPort.Now, id, TimeSpan.FromSeconds(300));
        Assert.InRange(port.WaitFor<RegistrationAccepted>().Expires, TimeSpan.FromSeconds(290), TimeSpan.FromSeconds(300));
        Assert.Single(await _registrar.ContactsAsync(People.Ana.Number));

        port.Agent.Unregister(SipPort.Now, id);
        port.WaitFor<RegistrationRemoved>();
        Assert.Empty(await _registrar.ContactsAsync(People.Ana.Number));
    }

    [Fact]
    public void AWrongPasswordIsToldAsSuch()
    {
        using var port = new SipPort();
        port.Agent.Register(SipPort.Now, RequestFor(People.Ana with { Password = "something else" }));
        Assert.True(port.WaitFor<RegistrationFailed>().CredentialsRefused);
    }

    [Fact]
    public async Task CallsAPhoneHoldsResumesAndHangsUp()
    {
        await using var phone = await BaresipPhone.StartAsync(_registrar, People.Cleo, tone: 440);
        using var port = new SipPort();
        var line = Registered(port);

        var session = port.Agent.Invite(SipPort.Now, CallTo(People.Cleo.Number, line));
        Assert.Equal(180, port.WaitFor<SessionProgressed>().Status);
        Assert.StartsWith($"sip:{People.Ana.Number}@", (await phone.WaitForEventAsync("CALL_INCOMING")).PeerUri);
        await phone.AnswerAsync();
        Assert.Contains("m=audio", port.WaitFor<SessionAnswered>().Sdp, StringComparison.Ordinal);

        port.Agent.Reinvite(SipPort.Now, session, Offer.Replace("sendrecv", "sendonly").Replace("- 1 1 IN", "- 1 2 IN"));
        Assert.Contains("a=recvonly", port.WaitFor<SessionReinviteAnswered>().Answer, StringComparison.Ordinal);

        await phone.HoldAsync();
        Assert.Contains("a=sendonly", port.WaitFor<SessionReinvited>().Offer, StringComparison.Ordinal);
        port.Agent.AcceptReinvite(SipPort.Now, session, Offer.Replace("sendrecv", "recvonly").Replace("- 1 1 IN", "- 1 3 IN"));

        port.Agent.End(SipPort.Now, session);
        Assert.Equal(SipEndingKind.Local, port.WaitFor<SessionEnded>().Ending.Kind);
        port.RunUntil(() => phone.Events.Any(one => one.Type == "CALL_CLOSED"));
    }

    [Fact]
    public async Task APhoneCallsAndHangsUp()
    {
        await using var phone = await BaresipPhone.StartAsync(_registrar, People.Cleo, tone: 440);
        using var port = new SipPort();
        Registered(port);

        await phone.DialAsync(People.Ana.Number);
        var invited = port.WaitFor<SessionInvited>();
        Assert.Equal(People.Cleo.Number, invited.Caller.TelephoneNumber);
        port.Agent.Progress(SipPort.Now, invited.Session, 180, null);
        port.Agent.Answer(SipPort.Now, invited.Session, Offer);
        port.WaitFor<SessionAcknowledged>();

        await phone.HangUpAsync();
        Assert.Equal(SipEndingKind.RemoteBye, port.WaitFor<SessionEnded>().Ending.Kind);
    }

    [Fact]
    public async Task ACallTakenOnAnotherContactSaysSo()
    {
        await using var sim = await BaresipPhone.StartAsync(_registrar, People.Ana, tone: 1000);
        await using var caller = await BaresipPhone.StartAsync(_registrar, People.Cleo, tone: 440);
        using var port = new SipPort();
        Registered(port);

        await caller.DialAsync(People.Ana.Number);
        var invited = port.WaitFor<SessionInvited>();
        port.Agent.Progress(SipPort.Now, invited.Session, 180, null);
        await sim.WaitForEventAsync("CALL_INCOMING");
        await sim.AnswerAsync();

        var ending = port.WaitFor<SessionEnded>().Ending;
        Assert.Equal(SipEndingKind.RemoteCancel, ending.Kind);
        Assert.Equal(200, ending.ReasonCause);
    }

    private SipRegistrationId Registered(SipPort port)
    {
        var line = port.Agent.Register(SipPort.Now, RequestFor(People.Ana));
        port.WaitFor<RegistrationAccepted>();
        return line;
    }

    private SipRegistrationRequest RequestFor(KamailioSubscriber one) => new(
        Uri($"sip:{one.Number}@{People.Domain}"), new SipFlow(SipTransport.Udp, new IPEndPoint(IPAddress.Loopback, _registrar.Port)),
        new SipCredentials($"{one.User}@{People.Domain}", one.Password), Guid.NewGuid(), "line1", TimeSpan.FromMinutes(10));

    private static SipInviteRequest CallTo(string number, SipRegistrationId line) =>
        new(line, Uri($"sip:{number}@{People.Domain}"), Offer, Anonymous: false, CallerName: null, RingTimeout: TimeSpan.FromSeconds(60));

    private static SipUri Uri(string text) => new(text);
}
