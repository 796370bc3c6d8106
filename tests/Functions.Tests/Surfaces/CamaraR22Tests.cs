using System.Text.Json.Nodes;
using Byon.Platform.Control;
using Byon.Tests.Functions.Tests.Rig;

namespace Byon.Tests.Functions.Tests.Surfaces;

/// <summary>What CAMARA r2.2 does otherwise than the current line.</summary>
public sealed class CamaraR22Tests(ApiRig rig) : ApiTest(rig)
{
    private const string Registrations = "/webrtc-registration/v0.3/sessions";
    private const string Calls = "/webrtc-call-handling/v0.3/sessions";

    [Fact]
    public async Task ARegistrationIsCreatedWith200AndReplacesTheDevicesOwn()
    {
        var caller = NewCaller();
        var first = await caller.PostAsync(Registrations, new JsonObject { ["deviceId"] = caller.DeviceId });
        first.ShouldBe(200);
        var second = await caller.PostAsync(Registrations, new JsonObject { ["deviceId"] = caller.DeviceId });
        second.ShouldBe(200);
        Assert.NotEqual((string)first.Json["registrationId"]!, (string)second.Json["registrationId"]!);
        (await caller.GetAsync($"{RegistrationSessions}/{(string)first.Json["registrationId"]!}")).ShouldBe(404);
        (await caller.GetAsync($"{RegistrationSessions}/{(string)second.Json["registrationId"]!}")).ShouldBe(200);
    }

    [Fact]
    public async Task ARegistrationOfAnotherClientIsNotReplaced()
    {
        var caller = NewCaller();
        await caller.RegisterAsync();
        (await caller.ThroughOtherClient().PostAsync(Registrations, new JsonObject { ["deviceId"] = caller.DeviceId })).ShouldBe(409, "ALREADY_EXISTS");
    }

    [Theory]
    [InlineData(-60)]
    [InlineData(1)]
    [InlineData(10_000_000)]
    public async Task ALifetimeOutOfRangeGivesTheOperatorsDefault(int seconds)
    {
        var caller = NewCaller();
        var body = new JsonObject { ["deviceId"] = caller.DeviceId, ["registrationExpireTime"] = DateTimeOffset.UtcNow.AddSeconds(seconds).ToString("O") };
        var created = await caller.PostAsync(Registrations, body);
        created.ShouldBe(200);
        IsAboutAnHour(created);
        body.Remove("deviceId");
        var refreshed = await caller.PutAsync($"{Registrations}/{(string)created.Json["registrationId"]!}", body);
        refreshed.ShouldBe(200);
        IsAboutAnHour(refreshed);
    }

    [Fact]
    public async Task AMemberThatTheDefinitionDoesNotHaveIsPassedOver()
    {
        var caller = NewCaller();
        (await caller.PostAsync(Registrations, new JsonObject { ["deviceId"] = caller.DeviceId, ["comment"] = "x" })).ShouldBe(200);
    }

    [Fact]
    public async Task TheCorrelatorComesBackWithTheSession()
    {
        var caller = NewCaller();
        var body = caller.CallTo("tel:+34999000001");
        body["clientCorrelator"] = "mark-1";
        var created = await caller.PostAsync(Calls, body, await caller.RegisterAsync());
        created.ShouldBe(201);
        Assert.Equal("mark-1", (string)created.Json["clientCorrelator"]!);
        var read = await caller.GetAsync($"{Calls}/{(string)created.Json["mediaSessionId"]!}");
        Assert.Equal("mark-1", (string)read.Json["clientCorrelator"]!);
    }

    [Fact]
    public async Task ACallWithoutOfferNamesTheOffer()
    {
        var caller = NewCaller();
        var body = caller.CallTo("tel:+34999000001");
        body.Remove("offer");
        (await caller.PostAsync(Calls, body, await caller.RegisterAsync())).ShouldBe(400, "INVALID_ARGUMENT", "offer");
    }

    [Theory]
    [InlineData("urn:service:sos")]
    [InlineData("tel:112;phone-context=+34")]
    [InlineData("sip:anonymous@anonymous.invalid")]
    public async Task AnAddressThatR22DoesNotHaveIsRefused(string receiver)
    {
        var caller = NewCaller();
        (await caller.PostAsync(Calls, caller.CallTo(receiver), await caller.RegisterAsync())).ShouldBe(400, "INVALID_ARGUMENT", "receiverAddress");
    }

    [Fact]
    public async Task AChangeMayBeWrappedAndMaySendTheWholeSessionBack()
    {
        var caller = NewCaller();
        var path = $"{Calls}/{await caller.CallAsync()}";
        var whole = (await caller.GetAsync(path)).Json.AsObject();
        whole["status"] = "Hold";
        var changed = await caller.PutAsync($"{path}/status", new JsonObject { ["receiverSessionStatus"] = whole.DeepClone() });
        changed.ShouldBe(200);
        Assert.Equal("Hold", (string)changed.Json["status"]!);
        var command = Rig.Node.Commands.Concat(Rig.OtherNode.Commands).OfType<ChangeStatusCommand>().Single();
        Assert.Equal((null, null), (command.OfferSdp, command.AnswerSdp));

        whole["status"] = "Resume";
        (await caller.PutAsync(path, whole)).ShouldBe(200);
    }

    [Fact]
    public async Task AnOfferAndAnAnswerThatAreBothNewAreRefused()
    {
        var caller = NewCaller();
        var body = new JsonObject { ["status"] = "InProgress", ["offer"] = new JsonObject { ["sdp"] = "v=0\r\nnew" }, ["answer"] = new JsonObject { ["sdp"] = "v=0\r\nalso new" } };
        (await caller.PutAsync($"{Calls}/{await caller.CallAsync()}/status", body)).ShouldBe(400, "INVALID_ARGUMENT", "answer");
    }

    [Fact]
    public async Task AStrictSurfaceTakesNoneOfThis()
    {
        var caller = NewCaller();
        var (app, address) = await Rig.StartApiAsync("--Surfaces:StrictCamaraR22=true");
        await using var running = app;
        var strict = caller.At(address);
        (await strict.PostAsync(Registrations, new JsonObject { ["deviceId"] = caller.DeviceId, ["comment"] = "x" })).ShouldBe(400, "INVALID_ARGUMENT", "comment");
        var callId = await caller.CallAsync();
        (await strict.PutAsync($"{Calls}/{callId}", new JsonObject { ["status"] = "Hold" })).ShouldBe(405, "METHOD_NOT_ALLOWED");
        (await strict.PutAsync($"{Calls}/{callId}/status", new JsonObject { ["status"] = "Hold" })).ShouldBe(200);
    }

    private static void IsAboutAnHour(Answer answer) =>
        Assert.InRange(DateTimeOffset.Parse((string)answer.Json["expiresAt"]!, null), DateTimeOffset.UtcNow.AddMinutes(55), DateTimeOffset.UtcNow.AddMinutes(65));
}
