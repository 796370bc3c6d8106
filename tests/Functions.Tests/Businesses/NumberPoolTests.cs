using System.Text.Json.Nodes;
using Byon.Platform.Control;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Byon.Tests.Functions.Tests.Rig;

namespace Byon.Tests.Functions.Tests.Businesses;

/// <summary>Click-to-call: the calling number is drawn from the business's pool and returned to it.</summary>
public sealed class NumberPoolTests(ApiRig rig) : ApiTest(rig)
{
    [Fact]
    public async Task AVisitorGetsANumberOfThePoolCallsTheFixedNumberAndReturnsIt()
    {
        await using var businesses = await BusinessRig.StartAsync(Rig, poolSize: 1);
        var (shop, device) = (businesses.Shop, NewDevice());
        var registered = await businesses.RegisterAsync(shop, device);
        registered.ShouldBe(201);
        var (registrationId, number) = (IdOf(registered), NumberOf(registered));
        Assert.Equal(businesses.ShopNumbers[0], number);

        var call = await businesses.CallAsync(shop, registrationId, number);
        call.ShouldBe(201);
        var path = $"{CallSessions}/{(string)call.Json["mediaSessionId"]!}";
        (await businesses.SendAsync(shop, HttpMethod.Get, path)).ShouldBe(200);
        (await businesses.SendAsync(shop, HttpMethod.Get, path, registrationId: registrationId)).ShouldBe(200);
        (await businesses.SendAsync(shop, HttpMethod.Put, path + "/status", new JsonObject { ["status"] = "Hold" })).ShouldBe(200);
        (await businesses.SendAsync(shop, HttpMethod.Delete, path)).ShouldBe(204);

        var session = $"{RegistrationSessions}/{registrationId}";
        (await businesses.SendAsync(shop, HttpMethod.Get, session)).ShouldBe(200);
        (await businesses.SendAsync(shop, HttpMethod.Put, session, [])).ShouldBe(200);
        Assert.Equal(registrationId, (string)(await businesses.SendAsync(shop, HttpMethod.Get, $"{RegistrationSessions}?deviceId={device}")).Json[0]!["registrationId"]!);
        (await businesses.SendAsync(shop, HttpMethod.Delete, session)).ShouldBe(204);
        (await businesses.SendAsync(shop, HttpMethod.Get, session)).ShouldBe(404, "NOT_FOUND");

        (await businesses.RegisterAsync(shop, NewDevice())).ShouldBe(201);
    }

    [Fact]
    public async Task AnyOtherCalledNumberIsRefused()
    {
        await using var businesses = await BusinessRig.StartAsync(Rig, poolSize: 1);
        var registered = await businesses.RegisterAsync(businesses.Shop, NewDevice());
        var call = await businesses.CallAsync(businesses.Shop, IdOf(registered), NumberOf(registered), "+34900000002");
        call.ShouldBe(403, "PERMISSION_DENIED", "fixed");
    }

    [Fact]
    public async Task AnotherCallingNumberThanTheDrawnOneIsRefused()
    {
        await using var businesses = await BusinessRig.StartAsync(Rig, poolSize: 2);
        var registered = await businesses.RegisterAsync(businesses.Shop, NewDevice());
        var other = businesses.ShopNumbers.Single(number => number != NumberOf(registered));
        (await businesses.CallAsync(businesses.Shop, IdOf(registered), other)).ShouldBe(403, "INVALID_TOKEN_CONTEXT");
    }

    [Fact]
    public async Task AnEmptyPoolIsUnavailableForAWhile()
    {
        await using var businesses = await BusinessRig.StartAsync(Rig, poolSize: 1);
        (await businesses.RegisterAsync(businesses.Shop, NewDevice())).ShouldBe(201);
        var refused = await businesses.RegisterAsync(businesses.Shop, NewDevice());
        refused.ShouldBe(503, "UNAVAILABLE", "in use");
        Assert.Equal("10", refused.Headers.GetValues("Retry-After").Single());
    }

    [Fact]
    public async Task ADeviceDrawsOnce()
    {
        await using var businesses = await BusinessRig.StartAsync(Rig, poolSize: 5);
        var device = NewDevice();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => businesses.RegisterAsync(businesses.Shop, device)));
        Assert.Equal([201, 409, 409, 409, 409, 409], answers.Select(answer => answer.Status).Order());
    }

    [Fact]
    public async Task RacingDevicesOverTwoInstancesGetEachNumberOnce()
    {
        await using var businesses = await BusinessRig.StartAsync(Rig, poolSize: 8, instances: 2);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => businesses.RegisterAsync(businesses.Shop, NewDevice(), instance: i % 2)));
        var drawn = answers.Where(answer => answer.Status == 201).Select(NumberOf).ToList();
        Assert.Equal(businesses.ShopNumbers.Order(), drawn.Order());
        Assert.All(answers.Where(answer => answer.Status != 201), answer => answer.ShouldBe(503, "UNAVAILABLE", "in use"));
    }

    [Fact]
    public async Task ARegistrationThatFailsReturnsItsNumber()
    {
        await using var businesses = await BusinessRig.StartAsync(Rig, poolSize: 1);
        Rig.Node.Refusal = Rig.OtherNode.Refusal = new ControlProblem(ControlFault.RefusedByIms, "403 Forbidden");
        (await businesses.RegisterAsync(businesses.Shop, NewDevice())).ShouldBe(403, "PERMISSION_DENIED");
        Rig.Node.Refusal = Rig.OtherNode.Refusal = null;
        (await businesses.RegisterAsync(businesses.Shop, NewDevice())).ShouldBe(201);
    }

    [Fact]
    public async Task ANumberWhoseRegistrationVanishedIsDrawnAgain()
    {
        await using var businesses = await BusinessRig.StartAsync(Rig, poolSize: 1);
        await OpenLineAsync(businesses, openedAgo: TimeSpan.FromMinutes(2), expiresIn: TimeSpan.FromHours(1));
        (await businesses.RegisterAsync(businesses.Shop, NewDevice())).ShouldBe(201);
    }

    [Fact]
    public async Task ANumberThatIsJustBeingRegisteredIsNot()
    {
        await using var businesses = await BusinessRig.StartAsync(Rig, poolSize: 1);
        await OpenLineAsync(businesses, openedAgo: TimeSpan.FromSeconds(10), expiresIn: TimeSpan.FromHours(1));
        (await businesses.RegisterAsync(businesses.Shop, NewDevice())).ShouldBe(503, "UNAVAILABLE");
    }

    [Fact]
    public async Task AnExpiredLineIsFreeAndItsDeviceMayDrawAgain()
    {
        await using var businesses = await BusinessRig.StartAsync(Rig, poolSize: 1);
        var device = NewDevice();
        await OpenLineAsync(businesses, TimeSpan.FromHours(2), TimeSpan.FromSeconds(-1), device);
        (await businesses.RegisterAsync(businesses.Shop, device)).ShouldBe(201);
        var (lines, held) = (new LineStore(Rig.Tables), businesses.ShopNumbers[0]);
        Assert.Equal(held, Assert.Single((await lines.ListAsync(businesses.Shop, default)).Lines).PhoneNumber);
    }

    [Fact]
    public async Task ALineTakenByAnotherCannotBeExtendedOrClosed()
    {
        await using var businesses = await BusinessRig.StartAsync(Rig, poolSize: 1);
        var store = new LineStore(Rig.Tables);
        var lost = await OpenLineAsync(businesses, TimeSpan.FromHours(2), TimeSpan.FromSeconds(-1));
        var before = await store.ListAsync(businesses.Shop, default);
        (await businesses.RegisterAsync(businesses.Shop, NewDevice())).ShouldBe(201);
        foreach (var seen in new[] { before, await store.ListAsync(businesses.Shop, default) })
        {
            Assert.False(await store.TryExtendAsync(seen, lost, DateTimeOffset.UtcNow.AddHours(1), default));
            await store.CloseAsync(seen, lost, default);
        }

        Assert.Single((await store.ListAsync(businesses.Shop, default)).Lines);
    }

    [Fact]
    public async Task AnotherBusinessSeesNothingOfIt()
    {
        await using var businesses = await BusinessRig.StartAsync(Rig, poolSize: 1);
        var device = NewDevice();
        var registered = await businesses.RegisterAsync(businesses.Shop, device);
        var call = await businesses.CallAsync(businesses.Shop, IdOf(registered), NumberOf(registered));
        foreach (var path in new[] { $"{RegistrationSessions}/{IdOf(registered)}", $"{CallSessions}/{(string)call.Json["mediaSessionId"]!}" })
        {
            (await businesses.SendAsync(businesses.Bank, HttpMethod.Get, path)).ShouldBe(404, "NOT_FOUND");
            (await businesses.SendAsync(businesses.Bank, HttpMethod.Delete, path)).ShouldBe(404, "NOT_FOUND");
            (await businesses.SendAsync("unknown", HttpMethod.Get, path)).ShouldBe(404, "NOT_FOUND");
        }

        (await businesses.CallAsync(businesses.Bank, IdOf(registered), NumberOf(registered))).ShouldBe(403, "INVALID_TOKEN_CONTEXT");
        Assert.Equal("[]", (await businesses.SendAsync(businesses.Bank, HttpMethod.Get, $"{RegistrationSessions}?deviceId={device}")).Text);
    }

    [Fact]
    public async Task ARegisteredDeviceOfABusinessMayOpenAChannel()
    {
        await using var businesses = await BusinessRig.StartAsync(Rig, poolSize: 1);
        var device = NewDevice();
        var channels = $"/notificationchannel/v1/{device}/channels";
        var body = new JsonObject { ["channelType"] = "WebSockets" };
        (await businesses.SendAsync(businesses.Shop, HttpMethod.Post, channels, body)).ShouldBe(422, "MISSING_IDENTIFIER");
        (await businesses.RegisterAsync(businesses.Shop, device)).ShouldBe(201);
        var opened = await businesses.SendAsync(businesses.Shop, HttpMethod.Post, channels, body);
        opened.ShouldBe(200);
        (await businesses.SendAsync(businesses.Shop, HttpMethod.Get, $"{channels}/{(string)opened.Json["channelId"]!}")).ShouldBe(200);
    }

    [Fact]
    public async Task ARegisteredDeviceOfABusinessMaySubscribe()
    {
        await using var businesses = await BusinessRig.StartAsync(Rig, poolSize: 1);
        var (shop, device) = (businesses.Shop, NewDevice());
        const string path = "/webrtc-events/v0.3/subscriptions";
        var body = new JsonObject
        {
            ["protocol"] = "HTTP",
            ["sink"] = "https://sink.example/hook",
            ["types"] = new JsonArray("org.camaraproject.webrtc-events.v0.session-status"),
            ["config"] = new JsonObject { ["subscriptionDetail"] = new JsonObject { ["deviceId"] = device } },
        };
        (await businesses.SendAsync(shop, HttpMethod.Post, path, body)).ShouldBe(422, "MISSING_IDENTIFIER");
        (await businesses.RegisterAsync(shop, device)).ShouldBe(201);
        var created = await businesses.SendAsync(shop, HttpMethod.Post, path, body);
        created.ShouldBe(201);
        var one = $"{path}/{(string)created.Json["id"]!}";
        (await businesses.SendAsync(shop, HttpMethod.Get, one)).ShouldBe(200);
        Assert.Single((await businesses.SendAsync(shop, HttpMethod.Get, path)).Json.AsArray());
        (await businesses.SendAsync(businesses.Bank, HttpMethod.Get, one)).ShouldBe(404, "NOT_FOUND");
        Assert.Equal("[]", (await businesses.SendAsync(businesses.Bank, HttpMethod.Get, path)).Text);
        (await businesses.SendAsync(shop, HttpMethod.Delete, one)).ShouldBe(204);
    }

    private async Task<LineRecord> OpenLineAsync(BusinessRig businesses, TimeSpan openedAgo, TimeSpan expiresIn, string? device = null)
    {
        var now = DateTimeOffset.UtcNow;
        var line = new LineRecord(
            businesses.Shop, businesses.ShopNumbers[0], device ?? NewDevice(), Guid.NewGuid().ToString(), IsDrawn: true, now - openedAgo, now + expiresIn);
        var store = new LineStore(Rig.Tables);
        Assert.True(await store.TryDrawAsync(await store.ListAsync(businesses.Shop, default), line, default));
        return line;
    }

    private static string NewDevice() => Guid.NewGuid().ToString("D");

    private static string IdOf(Answer registered) => (string)registered.Json["registrationId"]!;

    private static string NumberOf(Answer registered) => (string)registered.Json["regInfo"]!["phoneNumber"]!;
}
