using System.Net;
using System.Net.Http.Json;
using Byon.Platform.Control;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Byon.Tests.MediaNode.Tests.Calls;
using Byon.Tests.MediaNode.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Tests.Signalling;

[Collection(NodeTests.Name)]
public class RegistrationTests(NodeFixture fixture)
{
    private readonly string _device = Guid.NewGuid().ToString();

    [Fact]
    public async Task A_device_registers_in_the_ims_refreshes_and_signs_out()
    {
        await using var ims = new FakeIms();
        await using var node = await TestNode.StartAsync(fixture, ims.NextHop);
        var number = await fixture.NewSubscriberAsync();

        var made = await node.RegisterAsync(number, _device);
        Assert.Equal(RegistrationState.Registered, made.State);
        Assert.True(ims.Bindings.ContainsKey(number));
        Assert.Equal(made, await fixture.Registrations.GetAsync(number, made.RegistrationId, CancellationToken.None));

        var later = made.ExpiresAt.AddHours(1);
        var refreshed = await node.RefreshAsync(made.RegistrationId, later);
        Assert.Equal(later, (await refreshed.Content.ReadFromJsonAsync(ControlJson.Default.RegistrationRecord))!.ExpiresAt);
        Assert.Equal(later, (await fixture.Registrations.GetAsync(number, made.RegistrationId, CancellationToken.None))!.ExpiresAt);

        Assert.Equal(HttpStatusCode.NoContent, (await node.DeleteRegistrationAsync(made.RegistrationId)).StatusCode);
        Assert.False(ims.Bindings.ContainsKey(number));
        Assert.Null(await fixture.Registrations.GetAsync(number, made.RegistrationId, CancellationToken.None));
        Assert.Equal(ControlFault.NotFound, await TestNode.FaultOf(await node.DeleteRegistrationAsync(made.RegistrationId)));
    }

    [Fact]
    public async Task A_second_registration_of_the_pair_is_refused_and_another_device_is_not()
    {
        await using var ims = new FakeIms();
        await using var node = await TestNode.StartAsync(fixture, ims.NextHop);
        var number = await fixture.NewSubscriberAsync();
        await node.RegisterAsync(number, _device);
        Assert.Equal(ControlFault.AlreadyExists, await TestNode.FaultOf(await node.PostRegistrationAsync(number, _device)));
        await node.RegisterAsync(number, Guid.NewGuid().ToString());
    }

    [Fact]
    public async Task Of_racing_registrations_of_the_pair_at_two_nodes_exactly_one_is_made_and_stays_in_the_ims()
    {
        await using var ims = new FakeIms();
        await using var one = await TestNode.StartAsync(fixture, ims.NextHop);
        await using var other = await TestNode.StartAsync(fixture, ims.NextHop);
        var number = await fixture.NewSubscriberAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(at => (at % 2 == 0 ? one : other).PostRegistrationAsync(number, _device)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        foreach (var refused in answers.Where(answer => answer.StatusCode != HttpStatusCode.Created))
            Assert.Equal(ControlFault.AlreadyExists, await TestNode.FaultOf(refused));
        Assert.True(ims.Bindings.ContainsKey(number));
        Assert.Single(await fixture.Registrations.ListByNumberAsync(number, CancellationToken.None));
    }

    [Fact]
    public async Task A_limit_is_told_by_its_own_fault()
    {
        await using var ims = new FakeIms();
        await using var node = await TestNode.StartAsync(fixture, ims.NextHop);
        var number = await fixture.NewSubscriberAsync();
        await node.RegisterAsync(number, _device);
        var next = Guid.NewGuid().ToString();
        Assert.Equal(ControlFault.NumberFull, await TestNode.FaultOf(await node.PostRegistrationAsync(number, next, limits: new(1, 9, 9))));
        Assert.Equal(ControlFault.UserFull, await TestNode.FaultOf(await node.PostRegistrationAsync(number, next, limits: new(9, 1, 9))));
        Assert.Equal(ControlFault.TooManyDevices, await TestNode.FaultOf(await node.PostRegistrationAsync(number, next, limits: new(9, 9, 1))));
    }

    [Theory]
    [InlineData(401, ControlFault.CredentialsRefused)]
    [InlineData(403, ControlFault.RefusedByIms)]
    [InlineData(503, ControlFault.ImsUnreachable)]
    [InlineData(0, ControlFault.ImsUnreachable)]
    public async Task A_registration_that_fails_leaves_nothing(int status, ControlFault fault)
    {
        await using var ims = new FakeIms { RegistrarStatus = status };
        await using var node = await TestNode.StartAsync(fixture, ims.NextHop);
        var number = await fixture.NewSubscriberAsync();
        Assert.Equal(fault, await TestNode.FaultOf(await node.PostRegistrationAsync(number, _device)));
        Assert.Empty(await fixture.Registrations.ListByNumberAsync(number, CancellationToken.None));

        ims.RegistrarStatus = 200;
        await node.RegisterAsync(number, _device);
    }

    [Fact]
    public async Task A_registration_that_the_network_ends_is_told_once_and_takes_its_calls_along()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        var call = await rig.Node.StartCallAsync(rig.Registration, rig.BrowserDescription("actpass"));

        rig.Ims.RegistrarStatus = 403;
        var refused = await rig.Node.RefreshAsync(rig.Registration.RegistrationId, DateTimeOffset.UtcNow.AddHours(2));
        Assert.Equal(ControlFault.RefusedByIms, await TestNode.FaultOf(refused));

        Assert.Equal("registration-lost", (await rig.HasStatusAsync(call.CallId, CallStatus.Terminated)).Ending!.Reason);
        var log = await rig.LogWithAsync(data => data is RegistrationEndedData);
        var ended = Assert.Single(log.Select(entry => entry.Data).OfType<RegistrationEndedData>());
        Assert.Equal((rig.Registration.RegistrationId, RegistrationEndReason.NetworkTerminated), (ended.RegistrationId, ended.Reason));
        Assert.Empty(await fixture.Registrations.ListByNumberAsync(rig.Number, CancellationToken.None));
        Assert.Equal(ControlFault.NotFound, await TestNode.FaultOf(await rig.Node.DeleteRegistrationAsync(rig.Registration.RegistrationId)));
    }

    [Fact]
    public async Task A_subscriber_without_the_emergency_address_that_is_asked_for_does_not_register()
    {
        await using var ims = new FakeIms();
        await using var node = await TestNode.StartAsync(fixture, ims.NextHop);
        var number = await fixture.NewSubscriberAsync();
        Assert.Equal(ControlFault.EmergencyAddressMissing, await TestNode.FaultOf(await RegisterAsync()));

        var subscribers = new SubscriberStore(fixture.Tables, fixture.PoolKey);
        var subscriber = await subscribers.GetAsync(number, CancellationToken.None);
        await subscribers.PutAsync(subscriber! with { HasEmergencyAddress = true }, CancellationToken.None);
        Assert.Equal(HttpStatusCode.Created, (await RegisterAsync()).StatusCode);

        Task<HttpResponseMessage> RegisterAsync() => node.SendAsync(
            HttpMethod.Post, NodeControlRoutes.Registrations,
            new RegisterCommand(Guid.NewGuid().ToString(), number, _device, "client", "subject", DateTimeOffset.UtcNow.AddHours(1), new(10, 10, 10)) { NeedsEmergencyAddress = true },
            ControlJson.Default.RegisterCommand);
    }

    [Fact]
    public async Task A_number_without_ims_subscription_is_not_provisioned()
    {
        await using var ims = new FakeIms();
        await using var node = await TestNode.StartAsync(fixture, ims.NextHop);
        Assert.Equal(ControlFault.NotProvisioned, await TestNode.FaultOf(await node.PostRegistrationAsync("+34699999999", _device)));
    }

    [Fact]
    public async Task An_expired_registration_ends_with_an_event_and_deregisters()
    {
        await using var ims = new FakeIms();
        await using var node = await TestNode.StartAsync(fixture, ims.NextHop);
        var number = await fixture.NewSubscriberAsync();
        var made = await node.RegisterAsync(number, _device, TimeSpan.FromSeconds(2));
        RegistrationEndedData? ended = null;
        await WaitFor.TrueAsync(async () => (ended = (await fixture.Events.ReadAsync(new DeviceKey(number, _device), 0, 10, CancellationToken.None))
            .Select(entry => entry.Data).OfType<RegistrationEndedData>().SingleOrDefault()) is not null);
        Assert.Equal((made.RegistrationId, RegistrationEndReason.RegistrationExpired), (ended!.RegistrationId, ended.Reason));
        await WaitFor.TrueAsync(() => !ims.Bindings.ContainsKey(number));
        Assert.Null(await fixture.Registrations.GetAsync(number, made.RegistrationId, CancellationToken.None));
    }

    [Fact]
    public async Task Commands_without_a_valid_token_or_body_are_refused()
    {
        await using var ims = new FakeIms();
        await using var node = await TestNode.StartAsync(fixture, ims.NextHop);
        var command = new RefreshCommand(DateTimeOffset.UtcNow);
        var path = $"{NodeControlRoutes.Registrations}/x";
        var foreign = ControlToken.Create(fixture.PoolKey, "another-node", DateTimeOffset.UtcNow);
        var stale = ControlToken.Create(fixture.PoolKey, node.Id, DateTimeOffset.UtcNow.AddHours(-1));
        foreach (var token in new[] { "nonsense", "", foreign, stale })
            Assert.Equal(HttpStatusCode.Unauthorized, (await node.SendAsync(HttpMethod.Put, path, command, ControlJson.Default.RefreshCommand, token)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await node.SendAsync(HttpMethod.Post, NodeControlRoutes.Calls, command, ControlJson.Default.RefreshCommand)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await node.SendAsync(HttpMethod.Put, path)).StatusCode);
    }
}
