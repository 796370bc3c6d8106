using System.Net;
using Byon.MediaNode.Core.Protocol.Pidf;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.Tests.Rig;

namespace Byon.Tests.EndToEnd;

/// <summary>What a call says of its caller, from the API to the wire of a real proxy and back.</summary>
[Collection(SharedStackTests.Name)]
public sealed class CallRulesTests(SharedStack shared)
{
    private const string Anonymous = "sip:anonymous@anonymous.invalid";

    private const string PhoneOffer =
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=sendrecv\r\n";

    private const string BrowserOffer =
        "v=0\r\no=- 4711 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\n"
        + "a=sendrecv\r\na=rtcp-mux\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=fingerprint:sha-256 "
        + "AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99\r\na=setup:actpass\r\na=rtpmap:8 PCMA/8000\r\n";

    [Fact]
    public async Task AWithheldNumberAndALocationReachThePhone()
    {
        await using var browser = await shared.OnlineAsync(People.Ben);
        using var api = await ApiAsync(browser);
        using var phone = new SipPort();
        var line = Registered(phone, People.Cleo);

        var call = await api.CallAsync(await RegisterAsync(api, Guid.NewGuid().ToString()), new
        {
            originatorAddress = Anonymous,
            receiverAddress = $"tel:{People.Cleo.Number}",
            offer = new { sdp = BrowserOffer },
            locationDetails = new { shape = "Circle", coordinates = new { latitude = 40.5, longitude = -3.25, radius = 35 }, method = "GPS" },
        });

        Assert.Equal(HttpStatusCode.Created, call.Status);
        var invited = phone.WaitFor<SessionInvited>();
        Assert.True(invited.CallerWithheld);
        Assert.Equal(People.Ben.Number, invited.Caller.TelephoneNumber);
        Assert.Equal((new GeoCircle(40.5, -3.25, 35), "GPS"), (invited.Location?.Shape, invited.Location?.Method));
        Assert.Contains("m=audio", invited.Offer, StringComparison.Ordinal);
        await api.HangUpAsync(call.Text("mediaSessionId"));
        phone.WaitFor<SessionEnded>();
        Leave(phone, line);
    }

    [Fact]
    public async Task AWithheldCallerIsAnonymousInTheInvitationAndTheirLocationIsThere()
    {
        await using var browser = await shared.OnlineAsync(People.Ben);
        using var api = await ApiAsync(browser);
        var deviceId = Guid.NewGuid().ToString();
        using var channel = await DeviceChannel.OpenAsync(api, deviceId);
        await RegisterAsync(api, deviceId);
        using var phone = new SipPort();
        var line = Registered(phone, People.Cleo);

        var ellipsoid = new GeoEllipsoid(-33.5, 151.25, 12, 8, 3, 28, 142);
        var session = phone.Agent.Invite(SipPort.Now, new SipInviteRequest(
            line, new SipUri($"sip:{People.Ben.Number}@{People.Domain}"), PhoneOffer, Anonymous: true, "Cleo", TimeSpan.FromSeconds(30))
        {
            Location = new SipLocation(PidfLoWriter.Write(new GeoLocation(ellipsoid, "GPS", null, null), "pres:anonymous@anonymous.invalid", Guid.NewGuid()), MayRoute: false),
        });
        var invitation = channel.WaitForAsync("session-invitation", _ => true);
        phone.RunUntil(() => invitation.IsCompleted);

        var data = await invitation;
        Assert.Equal(Anonymous, data.GetProperty("originatorAddress").GetString());
        Assert.False(data.TryGetProperty("originatorName", out _));
        Assert.Equal("Ellipsoid", data.GetProperty("locationDetails").GetProperty("shape").GetString());
        Assert.Equal(151.25, data.GetProperty("locationDetails").GetProperty("coordinates").GetProperty("longitude").GetDouble());
        phone.Agent.End(SipPort.Now, session);
        phone.WaitFor<SessionEnded>();
        Leave(phone, line);
    }

    [Fact]
    public async Task AnEmergencyCallIsRefusedWhereTheOperatorTakesNone()
    {
        await using var browser = await shared.OnlineAsync(People.Ben);
        using var api = await ApiAsync(browser);
        var call = await api.CallAsync(await RegisterAsync(api, Guid.NewGuid().ToString()), new
        {
            originatorAddress = $"tel:{People.Ben.Number}",
            receiverAddress = "urn:service:sos",
            callType = "EMERGENCY",
            offer = new { sdp = BrowserOffer },
        });
        Assert.Equal((HttpStatusCode.NotImplemented, "CALLTYPE_EMERGENCY_NOT_SUPPORTED"), (call.Status, call.Code));
    }

    private async Task<GatewayApi> ApiAsync(Softphone browser) => new(shared.Stack.Api, await browser.TokenAsync());

    /// <summary>A short registration, so that nothing of it stays with the registrar for the cases after it.</summary>
    private static async Task<string> RegisterAsync(GatewayApi api, string deviceId)
    {
        var registered = await api.RegisterAsync(deviceId, DateTimeOffset.UtcNow.AddSeconds(30));
        Assert.Equal(HttpStatusCode.Created, registered.Status);
        return registered.Text("registrationId");
    }

    private SipRegistrationId Registered(SipPort port, KamailioSubscriber owner)
    {
        var id = port.Agent.Register(SipPort.Now, new SipRegistrationRequest(
            new SipUri($"sip:{owner.Number}@{People.Domain}"),
            new SipFlow(SipTransport.Udp, new IPEndPoint(IPAddress.Loopback, shared.Registrar.Port)),
            new SipCredentials($"{owner.User}@{People.Domain}", owner.Password), Guid.NewGuid(), Guid.NewGuid().ToString("N"), TimeSpan.FromSeconds(60)));
        port.WaitFor<RegistrationAccepted>();
        return id;
    }

    /// <summary>So that no contact without a phone behind it rings in the cases after this one.</summary>
    private static void Leave(SipPort port, SipRegistrationId line)
    {
        port.Agent.Unregister(SipPort.Now, line);
        port.WaitFor<RegistrationRemoved>();
    }
}
