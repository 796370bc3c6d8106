using System.Text.Json.Nodes;
using Byon.Local.Identity;
using Byon.Platform.Control;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Byon.Tests.Functions.Tests.Rig;

namespace Byon.Tests.Functions.Tests.Registration;

public sealed class RegistrationTests(ApiRig rig) : ApiTest(rig)
{
    [Fact]
    public async Task ARegistrationIsMadeForTheNumberOfTheToken()
    {
        var caller = NewCaller();
        var answer = await caller.PostAsync(RegistrationSessions, new JsonObject { ["deviceId"] = caller.DeviceId });
        answer.ShouldBe(201);
        Assert.Equal(["expiresAt", "regInfo", "registrationId"], answer.Json.AsObject().Select(member => member.Key).Order());
        Assert.Equal(caller.Number, (string?)answer.Json["regInfo"]!["phoneNumber"]);
        Assert.Contains($"\"{caller.Number}\"", answer.Text, StringComparison.Ordinal);
        Assert.Equal("Registered", (string?)answer.Json["regInfo"]!["regStatus"]);
        var command = Assert.Single(Rig.Node.Commands.Concat(Rig.OtherNode.Commands).OfType<RegisterCommand>());
        Assert.Equal((caller.Number, caller.DeviceId, DevClients.Softphone), (command.PhoneNumber, command.DeviceId, command.ClientId));
        Assert.Equal((string?)answer.Json["registrationId"], command.RegistrationId);
    }

    [Fact]
    public async Task WithoutAWishTheLifetimeIsTheDefault()
    {
        var before = DateTimeOffset.UtcNow;
        var expiresAt = await RegisterUntilAsync(null);
        Assert.InRange(expiresAt, before.AddHours(1), DateTimeOffset.UtcNow.AddHours(1));
    }

    [Fact]
    public async Task AWishWithinTheRangeIsAppliedAsItIs()
    {
        var wish = DateTimeOffset.UtcNow.AddMinutes(7);
        Assert.Equal(wish, await RegisterUntilAsync(wish));
    }

    [Fact]
    public async Task AWishAboveTheMaximumIsCapped()
    {
        var before = DateTimeOffset.UtcNow;
        var expiresAt = await RegisterUntilAsync(before.AddDays(30));
        Assert.InRange(expiresAt, before.AddHours(24), DateTimeOffset.UtcNow.AddHours(24));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(-3600)]
    public async Task AWishBelowTheMinimumIsOutOfRange(int seconds)
    {
        var caller = NewCaller();
        var answer = await caller.PostAsync(RegistrationSessions, BodyOf(caller, DateTimeOffset.UtcNow.AddSeconds(seconds)));
        answer.ShouldBe(400, "OUT_OF_RANGE", "registrationExpireTime");
        Assert.Empty(Rig.Node.Commands.Concat(Rig.OtherNode.Commands));
    }

    [Fact]
    public async Task ASecondRegistrationOfADeviceAndNumberIsRefused()
    {
        var caller = NewCaller();
        var first = await caller.RegisterAsync();
        var answer = await caller.PostAsync(RegistrationSessions, new JsonObject { ["deviceId"] = caller.DeviceId });
        answer.ShouldBe(409, "ALREADY_EXISTS");
        (await caller.GetAsync($"{RegistrationSessions}/{first}")).ShouldBe(200);
    }

    [Fact]
    public async Task RacingRegistrationsOfADeviceMakeOne()
    {
        var caller = NewCaller();
        var body = new JsonObject { ["deviceId"] = caller.DeviceId };
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => caller.PostAsync(RegistrationSessions, body)));
        Assert.Single(answers, answer => answer.Status == 201);
        Assert.All(answers.Where(answer => answer.Status != 201), answer => answer.ShouldBe(409, "ALREADY_EXISTS"));
    }

    [Fact]
    public async Task ADeviceIdIsTheSameInUpperAndLowerCase()
    {
        var caller = NewCaller();
        var id = await caller.RegisterAsync();
        var list = await caller.GetAsync($"{RegistrationSessions}?deviceId={caller.DeviceId.ToUpperInvariant()}");
        list.ShouldBe(200);
        Assert.Equal(id, (string?)Assert.Single(list.Json.AsArray())!["registrationId"]);
    }

    [Fact]
    public async Task TheListOfADeviceHoldsOnlyItsActiveRegistrations()
    {
        var caller = NewCaller();
        var id = await caller.RegisterAsync();
        await caller.PostAsync(RegistrationSessions, new JsonObject { ["deviceId"] = Guid.NewGuid().ToString() });
        var list = await caller.GetAsync($"{RegistrationSessions}?deviceId={caller.DeviceId}");
        Assert.Equal(id, (string?)Assert.Single(list.Json.AsArray())!["registrationId"]);

        await ExpireAsync(caller, id);
        var empty = await caller.GetAsync($"{RegistrationSessions}?deviceId={caller.DeviceId}");
        empty.ShouldBe(200);
        Assert.Equal("[]", empty.Text);
    }

    [Theory]
    [InlineData("", "missing")]
    [InlineData("?deviceId=abc", "deviceId")]
    [InlineData("?deviceId=", "deviceId")]
    [InlineData("?deviceId=0b1e6d9e-5f2b-4b0e-9d39-2f1c9d3d7f11&deviceId=0b1e6d9e-5f2b-4b0e-9d39-2f1c9d3d7f11", "deviceId")]
    public async Task TheListNeedsOneDeviceId(string query, string named) =>
        (await NewCaller().GetAsync(RegistrationSessions + query)).ShouldBe(400, "INVALID_ARGUMENT", named);

    [Fact]
    public async Task AnExpiredRegistrationIsGone()
    {
        var caller = NewCaller();
        var id = await caller.RegisterAsync();
        await ExpireAsync(caller, id);
        (await caller.GetAsync($"{RegistrationSessions}/{id}")).ShouldBe(404, "NOT_FOUND");
        (await caller.PutAsync($"{RegistrationSessions}/{id}", null)).ShouldBe(404, "NOT_FOUND");
        (await caller.DeleteAsync($"{RegistrationSessions}/{id}")).ShouldBe(404, "NOT_FOUND");
        (await caller.PostAsync(RegistrationSessions, new JsonObject { ["deviceId"] = caller.DeviceId })).ShouldBe(201);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    public async Task ARefreshCountsFromItsReceipt(string? body)
    {
        var caller = NewCaller();
        var id = await caller.RegisterAsync();
        var before = DateTimeOffset.UtcNow;
        var answer = await caller.SendAsync(HttpMethod.Put, $"{RegistrationSessions}/{id}", body);
        answer.ShouldBe(200);
        Assert.Equal(id, (string?)answer.Json["registrationId"]);
        Assert.InRange((DateTimeOffset)answer.Json["expiresAt"]!, before.AddHours(1), DateTimeOffset.UtcNow.AddHours(1));
        Assert.Single(Rig.Node.Commands.Concat(Rig.OtherNode.Commands).OfType<RefreshCommand>());
    }

    [Fact]
    public async Task ARefreshFollowsTheSameRangeAsARegistration()
    {
        var caller = NewCaller();
        var path = $"{RegistrationSessions}/{await caller.RegisterAsync()}";
        var wish = DateTimeOffset.UtcNow.AddMinutes(9);
        Assert.Equal(wish, (DateTimeOffset)(await caller.PutAsync(path, Wish(wish))).Json["expiresAt"]!);
        (await caller.PutAsync(path, Wish(DateTimeOffset.UtcNow.AddSeconds(3)))).ShouldBe(400, "OUT_OF_RANGE");
    }

    [Fact]
    public async Task ADeletedRegistrationIsGone()
    {
        var caller = NewCaller();
        var id = await caller.RegisterAsync();
        var answer = await caller.DeleteAsync($"{RegistrationSessions}/{id}");
        answer.ShouldBe(204);
        Assert.Empty(answer.Text);
        (await caller.GetAsync($"{RegistrationSessions}/{id}")).ShouldBe(404, "NOT_FOUND");
        (await caller.DeleteAsync($"{RegistrationSessions}/{id}")).ShouldBe(404, "NOT_FOUND");
    }

    [Fact]
    public async Task RegistrationsOfANumberAreLimited()
    {
        var caller = NewCaller();
        for (var i = 0; i < 10; i++)
            (await caller.PostAsync(RegistrationSessions, new JsonObject { ["deviceId"] = Guid.NewGuid().ToString() })).ShouldBe(201);
        var tooMany = new JsonObject { ["deviceId"] = Guid.NewGuid().ToString() };
        (await caller.PostAsync(RegistrationSessions, tooMany)).ShouldBe(403, "MAX_REGISTRATION_PER_MSISDN");
    }

    [Fact]
    public async Task ATokenWithoutANumberRegistersNobody()
    {
        var answer = await Rig.SendAsync(HttpMethod.Post, RegistrationSessions, new TokenSpec { ClientId = DevClients.Asp }, $$"""{"deviceId":"{{Guid.NewGuid()}}"}""");
        answer.ShouldBe(422, "MISSING_IDENTIFIER");
    }

    [Theory]
    [InlineData("", "deviceId")]
    [InlineData("{}", "deviceId")]
    [InlineData("""{"deviceId":null}""", "deviceId is not a string")]
    [InlineData("""{"deviceId":7}""", "deviceId is not a string")]
    [InlineData("""{"deviceId":"phone"}""", "deviceId is not a UUID")]
    [InlineData("""{"deviceId":"{0b1e6d9e-5f2b-4b0e-9d39-2f1c9d3d7f11}"}""", "deviceId")]
    [InlineData("""{"deviceId":"0b1e6d9e-5f2b-4b0e-9d39-2f1c9d3d7f11","msisdn":"+34600111222"}""", "Unknown property: msisdn")]
    [InlineData("""{"deviceId":"0b1e6d9e-5f2b-4b0e-9d39-2f1c9d3d7f11","registrationExpireTime":1700000000}""", "registrationExpireTime is not a string")]
    [InlineData("""{"deviceId":"0b1e6d9e-5f2b-4b0e-9d39-2f1c9d3d7f11","registrationExpireTime":"tomorrow"}""", "registrationExpireTime is not a date-time")]
    [InlineData("""{"deviceId":"0b1e6d9e-5f2b-4b0e-9d39-2f1c9d3d7f11","registrationExpireTime":"2030-01-01T00:00:00"}""", "registrationExpireTime is not a date-time")]
    [InlineData("""{"deviceId":"0b1e6d9e-5f2b-4b0e-9d39-2f1c9d3d7f11","registrationExpireTime":"2030-13-01T00:00:00Z"}""", "registrationExpireTime is not a date-time")]
    public async Task ABadBodyNamesWhatIsWrong(string body, string named)
    {
        (await NewCaller().SendAsync(HttpMethod.Post, RegistrationSessions, body)).ShouldBe(400, "INVALID_ARGUMENT", named);
        Assert.Empty(Rig.Node.Commands.Concat(Rig.OtherNode.Commands));
    }

    private static JsonObject Wish(DateTimeOffset time) => new() { ["registrationExpireTime"] = time.ToString("O") };

    private static JsonObject BodyOf(TestCaller caller, DateTimeOffset? wish)
    {
        var body = new JsonObject { ["deviceId"] = caller.DeviceId };
        if (wish is { } time)
            body["registrationExpireTime"] = time.ToString("O");
        return body;
    }

    private async Task<DateTimeOffset> RegisterUntilAsync(DateTimeOffset? wish)
    {
        var caller = NewCaller();
        var answer = await caller.PostAsync(RegistrationSessions, BodyOf(caller, wish));
        answer.ShouldBe(201);
        return (DateTimeOffset)answer.Json["expiresAt"]!;
    }

    private async Task ExpireAsync(TestCaller caller, string id)
    {
        var store = new RegistrationStore(Rig.Tables);
        var record = (await store.GetAsync(caller.Number, id, default))!;
        Assert.Equal(RegistrationState.Registered, record.State);
        await store.UpdateAsync(record with { ExpiresAt = DateTimeOffset.UtcNow.AddSeconds(-1) }, default);
    }
}
