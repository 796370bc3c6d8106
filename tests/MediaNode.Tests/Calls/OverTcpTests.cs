using System.Net;
using Byon.Local.Ims;
using Byon.MediaNode.Core;
using Byon.MediaNode.Native;
using Byon.Platform.Control;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Tests.MediaNode.Tests.Rig;
using Byon.Tests.TestKit;
using Byon.Tests.TestKit.WebRtc;

namespace Byon.Tests.MediaNode.Tests.Calls;

/// <summary>A node behind a proxy over TCP, with digest: the IMS simulator of byon up.</summary>
[Collection(NodeTests.Name)]
public class OverTcpTests(NodeFixture fixture)
{
    private const string Echo = "+34999000001";
    private const string Busy = "+34999000002";
    private const string Caller = "+34999000009";

    private readonly string _device = Guid.NewGuid().ToString();

    [Fact]
    public async Task Digest_registration_calls_and_sign_out_work_over_one_tcp_connection()
    {
        var number = await fixture.NewSubscriberAsync();
        await using var ims = Start(number, "secret");
        await using var node = await TestNode.StartAsync(fixture, $"sip:{ims.EndPoint};transport=tcp");
        var registration = await node.RegisterAsync(number, _device);
        Assert.Equal(1, await ims.ContactsAsync(number));

        var busy = await node.StartCallAsync(registration, Offer(), Busy);
        await EndsAsync(number, busy.CallId, "busy");
        var unknown = await node.StartCallAsync(registration, Offer(), "+34999000008");
        await EndsAsync(number, unknown.CallId, "unknown-number");

        var echo = await node.StartCallAsync(registration, Offer(), Echo);
        await WaitFor.TrueAsync(async () => (await CallAsync(number, echo.CallId))?.Status == CallStatus.Connected);
        Assert.Equal(HttpStatusCode.NoContent, (await node.DeleteCallAsync(echo.CallId)).StatusCode);
        await EndsAsync(number, echo.CallId, "local-hangup");

        Assert.Equal(HttpStatusCode.NoContent, (await node.DeleteRegistrationAsync(registration.RegistrationId)).StatusCode);
        Assert.Equal(0, await ims.ContactsAsync(number));
    }

    [Fact]
    public async Task A_call_that_comes_in_through_the_proxy_reaches_the_device()
    {
        var number = await fixture.NewSubscriberAsync();
        await using var ims = Start(number, "secret");
        await using var node = await TestNode.StartAsync(fixture, $"sip:{ims.EndPoint};transport=tcp");
        await node.RegisterAsync(number, _device);

        Assert.True(await ims.CallAsync(number));

        var invitation = await WaitFor.NotNullAsync(async () => (await fixture.Events.ReadAsync(new DeviceKey(number, _device), 0, 10, CancellationToken.None))
            .Select(entry => entry.Data).OfType<CallEventData>().FirstOrDefault(data => data.Invitation));
        Assert.Equal($"tel:{Caller}", invitation.OriginatorAddress);
        Assert.Equal(HttpStatusCode.NoContent, (await node.DeleteCallAsync(invitation.CallId)).StatusCode);
        await EndsAsync(number, invitation.CallId, "declined");
    }

    [Fact]
    public async Task A_wrong_password_is_told_and_leaves_nothing()
    {
        var number = await fixture.NewSubscriberAsync();
        await using var ims = Start(number, "another secret");
        await using var node = await TestNode.StartAsync(fixture, $"sip:{ims.EndPoint};transport=tcp");
        Assert.Equal(ControlFault.CredentialsRefused, await TestNode.FaultOf(await node.PostRegistrationAsync(number, _device)));
        Assert.Empty(await fixture.Registrations.ListByNumberAsync(number, CancellationToken.None));
    }

    [Fact]
    public async Task A_proxy_that_is_not_there_is_unreachable_at_once()
    {
        var number = await fixture.NewSubscriberAsync();
        await using var node = await TestNode.StartAsync(fixture, $"sip:127.0.0.1:{FreePorts.Next()};transport=tcp");
        Assert.Equal(ControlFault.ImsUnreachable, await TestNode.FaultOf(await node.PostRegistrationAsync(number, _device)));
        Assert.Empty(await fixture.Registrations.ListByNumberAsync(number, CancellationToken.None));
    }

    private static ImsSimulator Start(string number, string password) => ImsSimulator.Start(new ImsSimulatorOptions(
        new IPEndPoint(IPAddress.Loopback, FreePorts.Next()), FakeIms.Domain, [new ImsSubscriber(number, $"{number}@{FakeIms.Domain}", password)]));

    private static string Offer()
    {
        var certificate = DtlsCertificate.Create(DateTimeOffset.UtcNow);
        using var client = new RtcClient(new EntropySource(new byte[32]), new DtlsEndpointFactory(certificate), certificate.Fingerprint);
        return client.Describe("actpass");
    }

    private Task<CallRecord?> CallAsync(string number, string callId) => fixture.Calls.GetAsync(number, callId, CancellationToken.None);

    private async Task EndsAsync(string number, string callId, string reason)
    {
        CallRecord? row = null;
        await WaitFor.TrueAsync(async () => (row = await CallAsync(number, callId))?.Ending is not null, otherwise: () => $"{row?.Status}");
        Assert.Equal(reason, row!.Ending!.Reason);
    }
}
