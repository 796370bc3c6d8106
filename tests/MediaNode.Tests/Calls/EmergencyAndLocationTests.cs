using System.Net.Http.Json;
using Byon.MediaNode.Core.Protocol.Pidf;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.Platform.Control;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Tests.MediaNode.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Tests.Calls;

[Collection(NodeTests.Name)]
public class EmergencyAndLocationTests(NodeFixture fixture)
{
    private static readonly DateTimeOffset Time = new(2026, 11, 21, 10, 20, 30, TimeSpan.Zero);

    private static readonly CallLocation Here =
        new(new CircleArea(40.4168, -3.7038, 35.5), null, "GPS", new LocationConfidence("uniform", 90), Time);

    [Fact]
    public async Task The_devices_location_reaches_the_phone_and_is_kept_with_the_call()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        var call = await PlaceAsync(rig, new() { Location = Here });
        var invited = await WaitFor.NotNullAsync(() => rig.Ims.Invitation);
        Assert.Equal(new GeoLocation(new GeoCircle(40.4168, -3.7038, 35.5), "GPS", new GeoConfidence("rectangular", 90), Time), invited.Location);
        Assert.NotNull(invited.Offer);
        Assert.Equal(Here, (await rig.HasAsync(call.CallId, _ => true)).Location);
    }

    [Fact]
    public async Task The_callers_location_is_told_with_the_invitation_and_only_there()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        var ellipsoid = new GeoEllipsoid(-33.8568, 151.2153, 12.25, 7.7156, 3.31, 28.7, 142);
        var session = rig.Ims.Call(
            rig.Number, rig.Phone.Describe(), PidfLoWriter.Write(new GeoLocation(ellipsoid, "Cell", null, Time), "pres:somebody@example", Guid.Empty));
        var log = await rig.LogWithAsync(data => data is CallEventData { Invitation: true });
        var invitation = (CallEventData)log[^1].Data;
        var expected = new CallLocation(null, new EllipsoidArea(-33.8568, 151.2153, 12.25, 7.7156, 3.31, 28.7, 142), "Other", null, Time);
        Assert.Equal(expected, invitation.Location);
        Assert.Equal(expected, (await rig.HasAsync(invitation.CallId, _ => true)).Location);

        rig.Ims.Do((phone, now) => phone.End(now, session));
        log = await rig.LogWithAsync(data => data is CallEventData { Status: CallStatus.SessionCancelled });
        Assert.Null(((CallEventData)log[^1].Data).Location);
    }

    /// <summary>A full node takes it, the caller is named whatever they asked for, and the end of the registration does not end it.</summary>
    [Fact]
    public async Task An_emergency_call_goes_where_others_do_not()
    {
        await using var ims = new FakeIms();
        var node = TestNode.Create(fixture, ims.NextHop);
        node.Settings["Node__Capacity"] = "1";
        await node.StartHereAsync();
        await using var rig = await CallRig.StartAsync(fixture, node, ims);
        // The registration itself takes its part of the only place.
        Assert.Equal(ControlFault.AtCapacity, await TestNode.FaultOf(await node.PostCallAsync(rig.Registration, rig.BrowserDescription("actpass"))));

        var call = await PlaceAsync(rig, new() { Emergency = true, Anonymous = true, Receiver = "urn:service:sos.fire" });
        Assert.True(call.Emergency);
        var invited = await WaitFor.NotNullAsync(() => ims.Events.OfType<SessionInvited>().FirstOrDefault(one => one.Called.Text == "urn:service:sos.fire"));
        Assert.Equal((rig.Number, false), (invited.Caller.TelephoneNumber, invited.CallerWithheld));

        ims.Do((phone, now) => phone.Answer(now, invited.Session, rig.Phone.Describe()));
        await rig.HasStatusAsync(call.CallId, CallStatus.Connected);
        await node.RefreshAsync(rig.Registration.RegistrationId, DateTimeOffset.UtcNow.AddSeconds(1));
        await rig.LogWithAsync(data => data is RegistrationEndedData);
        Assert.Equal(CallStatus.Connected, (await rig.HasAsync(call.CallId, _ => true)).Status);
        await node.DeleteCallAsync(call.CallId);
        await WaitFor.TrueAsync(() => ims.Events.OfType<SessionEnded>().Any(ended => ended.Session == invited.Session));
    }

    private sealed record Wish
    {
        public CallLocation? Location { get; init; }

        public bool Emergency { get; init; }

        public bool Anonymous { get; init; }

        public string Receiver { get; init; } = $"tel:{FakeIms.PhoneNumber}";
    }

    private static async Task<CallRecord> PlaceAsync(CallRig rig, Wish wish)
    {
        var command = new StartCallCommand(
            Guid.NewGuid().ToString(), rig.Registration.RegistrationId, rig.Number, $"tel:{rig.Number}", null, wish.Receiver, null,
            wish.Anonymous, rig.BrowserDescription("actpass"))
        {
            Emergency = wish.Emergency,
            Location = wish.Location,
        };
        var response = await rig.Node.SendAsync(HttpMethod.Post, NodeControlRoutes.Calls, command, ControlJson.Default.StartCallCommand);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync(ControlJson.Default.CallRecord))!;
    }
}
