using System.Text.Json.Nodes;
using Byon.Functions.Surfaces.ByonV1;
using Byon.Local.Identity;
using Byon.Platform.Control;
using Byon.Platform.Stores;
using Byon.Tests.Functions.Tests.Rig;

namespace Byon.Tests.Functions.Tests.Surfaces;

/// <summary>The BYON 0.1.2 surface: RACM and call handling, with their older paths.</summary>
public sealed class ByonTests(ApiRig rig) : ApiTest(rig)
{
    [Theory]
    [InlineData("/racm/v1/sessions", "/vvoip/v1/sessions")]
    [InlineData("/racm/v1/session", "/vvoip/v1/session")]
    public async Task ADeviceRegistersCallsAndLeaves(string racm, string vvoip)
    {
        var caller = NewCaller();
        var registered = await caller.PostAsync(racm, new JsonObject { ["deviceId"] = caller.DeviceId });
        registered.ShouldBe(200);
        var clientId = (string)registered.Json["connectionInformation"]!["clientId"]!;
        var racmId = (string)registered.Json["racmSessionId"]!;
        Assert.Contains($$"""[{"msisdn":"{{caller.Number}}","regStatus":"Registered"}]""", registered.Text, StringComparison.Ordinal);

        var call = await caller.PostAsync(vvoip, caller.CallTo("tel:+34999000001"), clientId);
        call.ShouldBe(201);
        Assert.Equal("Initial", (string)call.Json["status"]!);
        var path = $"{vvoip}/{(string)call.Json["vvoipSessionId"]!}";
        (await caller.GetAsync(path)).ShouldBe(200);
        var held = await caller.PutAsync($"{path}/status", new JsonObject { ["ReceiverSessionStatus"] = new JsonObject { ["status"] = "Hold" } });
        held.ShouldBe(200);
        Assert.Equal(["answer", "offer", "receiverAddress", "status"], held.Json.AsObject().Select(member => member.Key).Order());
        (await caller.DeleteAsync(path)).ShouldBe(204);

        var refreshed = await caller.PutAsync($"{racm}/{racmId}", null);
        refreshed.ShouldBe(200);
        Assert.Equal("", refreshed.Text);
        (await caller.DeleteAsync($"{racm}/{racmId}")).ShouldBe(204);
        (await caller.DeleteAsync($"{racm}/{racmId}")).ShouldBe(404, "NOT_FOUND");
    }

    [Fact]
    public async Task ARegistrationLivesAsLongAsItsToken()
    {
        var number = ApiRig.NewNumber();
        var lifetime = TimeSpan.FromMinutes(7);
        var token = new TokenSpec { PhoneNumber = number, ExpiresAt = DateTimeOffset.UtcNow + lifetime };
        var registered = await Rig.SendAsync(HttpMethod.Post, "/racm/v1/sessions", token, "{}");
        registered.ShouldBe(200);
        Assert.Equal(token.ExpiresAt.Value.ToUnixTimeSeconds(), (await RowAsync(number)).ExpiresAt.ToUnixTimeSeconds());

        var longer = token with { ExpiresAt = DateTimeOffset.UtcNow + (2 * lifetime) };
        (await Rig.SendAsync(HttpMethod.Put, $"/racm/v1/sessions/{(string)registered.Json["racmSessionId"]!}", longer)).ShouldBe(200);
        Assert.Equal(longer.ExpiresAt.Value.ToUnixTimeSeconds(), (await RowAsync(number)).ExpiresAt.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task AChannelNamesTheDeviceOfARegistration()
    {
        var caller = NewCaller();
        var channelId = await caller.OpenChannelAsync();
        (await caller.PostAsync("/racm/v1/sessions", new JsonObject { ["channelId"] = channelId })).ShouldBe(200);
        Assert.Equal(caller.DeviceId, (await RowAsync(caller.Number)).DeviceId);

        foreach (var body in new JsonObject[]
        {
            new() { ["channelId"] = Guid.NewGuid().ToString() },
            new() { ["channelId"] = channelId, ["deviceId"] = Guid.NewGuid().ToString() },
        })
            (await caller.PostAsync("/racm/v1/sessions", body)).ShouldBe(400, "INVALID_ARGUMENT", "channelId");
        (await caller.ThroughOtherClient().PostAsync("/racm/v1/sessions", new JsonObject { ["channelId"] = channelId })).ShouldBe(400, "INVALID_ARGUMENT", "channelId");
    }

    [Fact]
    public async Task ARegistrationWithoutBodyGetsADeviceOfItsOwn()
    {
        var caller = NewCaller();
        (await caller.PostAsync("/racm/v1/sessions", null)).ShouldBe(200);
        Assert.True(Guid.TryParse((await RowAsync(caller.Number)).DeviceId, out _));
    }

    [Fact]
    public async Task ACallNeedsTheClientIdOfARegistration()
    {
        var caller = NewCaller();
        (await caller.PostAsync("/vvoip/v1/sessions", caller.CallTo("tel:+34999000001"))).ShouldBe(400, "INVALID_ARGUMENT", "clientId");
        (await caller.PostAsync("/vvoip/v1/sessions", caller.CallTo("tel:+34999000001"), "x")).ShouldBe(400, "INVALID_ARGUMENT", "clientId");
        (await caller.PostAsync("/vvoip/v1/sessions", caller.CallTo("tel:+34999000001"), Guid.NewGuid().ToString())).ShouldBe(404, "NOT_FOUND");
    }

    [Fact]
    public async Task TheHeadersOfTheDefinitionAreDemandedOnlyWhereStrict()
    {
        var caller = NewCaller();
        var (app, address) = await Rig.StartApiAsync("--Surfaces:StrictByon=true");
        await using var running = app;
        (await caller.At(address).PostAsync("/racm/v1/sessions", new JsonObject())).ShouldBe(400, "INVALID_ARGUMENT", "transactionId");
        (await caller.PostAsync("/racm/v1/sessions", new JsonObject())).ShouldBe(200);
    }

    [Theory]
    [InlineData("tel:+34600111222", "tel:+34600111222")]
    [InlineData("+34600111222", "tel:+34600111222")]
    [InlineData("tel:+34-600.111(222)", "tel:+34600111222")]
    [InlineData("sip:+34600111222@ims.example.com;user=phone", "tel:+34600111222")]
    [InlineData("sips:+34600111222@10.0.0.1:5061;user=phone", "tel:+34600111222")]
    [InlineData("sip:alice@example.com", "sip:alice@example.com")]
    [InlineData("urn:service:sos.police", "urn:service:sos.police")]
    [InlineData("tel:112;phone-context=+34", "tel:112;phone-context=+34")]
    [InlineData("112", null)]
    [InlineData("tel:112", null)]
    [InlineData("anything", null)]
    [InlineData("+0123456", null)]
    [InlineData("sip:alice@10.0.0.1", null)]
    [InlineData("+34600111222\n", null)]
    public void AnAddressIsBroughtIntoTheFormOfCallHandling(string text, string? address) => Assert.Equal(address, ByonAddress.Normalize(text));

    [Fact]
    public async Task AFreelyWrittenNumberIsCalledAsTelUri()
    {
        var caller = NewCaller();
        var body = caller.CallTo("+34 999".Replace(" ", "", StringComparison.Ordinal) + "-000-001");
        body["originatorAddress"] = caller.Number;
        var call = await caller.PostAsync("/vvoip/v1/sessions", body, await caller.RegisterAsync());
        call.ShouldBe(201);
        Assert.Equal(("tel:" + caller.Number, "tel:+34999000001"), ((string)call.Json["originatorAddress"]!, (string)call.Json["receiverAddress"]!));
        Assert.Contains(Rig.Node.Commands.Concat(Rig.OtherNode.Commands).OfType<StartCallCommand>(), command => command.ReceiverAddress == "tel:+34999000001");
    }

    private async Task<Byon.Platform.Records.RegistrationRecord> RowAsync(string number) =>
        Assert.Single(await new RegistrationStore(Rig.Tables).ListByNumberAsync(number, default));
}
