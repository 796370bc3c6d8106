using System.Text.Json.Nodes;
using Byon.Functions.Delivery;
using Byon.Local.Identity;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Byon.Tests.Functions.Tests.Rig;
using Microsoft.Extensions.DependencyInjection;

namespace Byon.Tests.Functions.Tests.Events;

public sealed class SubscriptionTests(ApiRig rig) : ApiTest(rig)
{
    private const string Subscriptions = "/webrtc-events/v0.3/subscriptions";
    private const string SubscriptionsR22 = "/webrtc-events/v0.2/subscriptions";
    private const string Prefix = "org.camaraproject.webrtc-events.v0.";

    [Fact]
    public async Task ASubscriptionIsGivenBackAsItWasMadeWithoutItsCredential()
    {
        var caller = NewCaller();
        var body = caller.SubscriptionTo("https://asp.example/sink?x=1");
        body["sinkCredential"] = Credential();
        body["config"]!["subscriptionExpireTime"] = "2027-01-17T13:18:23Z";
        body["config"]!["subscriptionMaxEvents"] = 5;
        body["config"]!["initialEvent"] = true;
        var created = await caller.PostAsync(Subscriptions, body);
        created.ShouldBe(201);

        var expected = (JsonObject)body.DeepClone();
        expected.Remove("sinkCredential");
        var got = created.Json;
        Assert.Equal("https://asp.example/sink?x=1", (string?)got["sink"]);
        Assert.True(JsonNode.DeepEquals(body["types"], got["types"]), got.ToJsonString());
        Assert.Equal(caller.DeviceId, (string?)got["config"]!["subscriptionDetail"]!["deviceId"]);
        Assert.Equal((5, true), ((int)got["config"]!["subscriptionMaxEvents"]!, (bool)got["config"]!["initialEvent"]!));
        Assert.Equal(new DateTimeOffset(2027, 1, 17, 13, 18, 23, TimeSpan.Zero), (DateTimeOffset)got["expiresAt"]!);
        Assert.Equal(("HTTP", "ACTIVE"), ((string?)got["protocol"], (string?)got["status"]));
        Assert.Null(got["sinkCredential"]);
        Assert.DoesNotContain("sink-token", created.Text, StringComparison.Ordinal);

        var read = await caller.GetAsync($"{Subscriptions}/{got["id"]}");
        read.ShouldBe(200);
        Assert.Equal(created.Text, read.Text);
        Assert.Equal($"[{created.Text}]", (await caller.GetAsync(Subscriptions)).Text);
    }

    [Fact]
    public async Task NumberSinkAndCredentialAreSealedOrLeftOutOfTheLog()
    {
        var caller = NewCaller();
        var body = caller.SubscriptionTo("https://secret-host.example/sink");
        body["sinkCredential"] = Credential();
        (await caller.PostAsync(Subscriptions, body)).ShouldBe(201);
        var rows = Rig.Tables.GetTableClient(TableNames.Readers).QueryAsync<Azure.Data.Tables.TableEntity>($"PartitionKey eq '{caller.Number[1..]}'");
        await foreach (var row in rows)
            Assert.DoesNotContain(row.Keys.Select(key => row[key]), value => value is string text && (text.Contains("secret-host", StringComparison.Ordinal) || text.Contains("sink-token", StringComparison.Ordinal)));
        Assert.DoesNotContain(Rig.LogLines, line => line.Contains("secret-host", StringComparison.Ordinal) || line.Contains(caller.Number[1..], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("protocol", "\"MQTT3\"", "INVALID_PROTOCOL", "Only HTTP is supported")]
    [InlineData("protocol", null, "INVALID_ARGUMENT", "protocol")]
    [InlineData("sink", "\"http://asp.example/\"", "INVALID_SINK", "sink is not an https URI")]
    [InlineData("sink", "\"https://10.0.0.1/\"", "INVALID_SINK", "public Internet")]
    [InlineData("sink", null, "INVALID_ARGUMENT", "sink")]
    [InlineData("types", "[]", "INVALID_ARGUMENT", "types is empty")]
    [InlineData("types", "[\"org.camaraproject.webrtc-events.v0.subscription-ended\"]", "INVALID_ARGUMENT", "types must hold")]
    [InlineData("types", "[7]", "INVALID_ARGUMENT", "types must hold")]
    [InlineData("types", "\"session-status\"", "INVALID_ARGUMENT", "types is not an array")]
    [InlineData("config", "{}", "INVALID_ARGUMENT", "config.subscriptionDetail")]
    [InlineData("config", "{\"subscriptionDetail\":{\"deviceId\":\"phone\"}}", "INVALID_ARGUMENT", "config.subscriptionDetail.deviceId is not a UUID")]
    [InlineData("config", "{\"subscriptionDetail\":{},\"subscriptionMaxEvents\":0}", "INVALID_ARGUMENT", "deviceId")]
    [InlineData("sinkCredential", "{\"credentialType\":\"PLAIN\"}", "INVALID_CREDENTIAL", "Only Access token is supported")]
    [InlineData("sinkCredential", "{\"credentialType\":\"REFRESHTOKEN\",\"accessToken\":\"x\"}", "INVALID_CREDENTIAL", "Only Access token is supported")]
    [InlineData("sinkCredential", "{\"credentialType\":\"ACCESSTOKEN\",\"accessTokenType\":\"mac\"}", "INVALID_TOKEN", "Only bearer token is supported")]
    [InlineData("sinkCredential", "{\"credentialType\":\"ACCESSTOKEN\",\"accessTokenType\":\"bearer\",\"accessToken\":\"a b\",\"accessTokenExpiresUtc\":\"2099-01-01T00:00:00Z\"}", "INVALID_ARGUMENT", "accessToken")]
    [InlineData("sinkCredential", "{\"credentialType\":\"ACCESSTOKEN\",\"accessTokenType\":\"bearer\",\"accessToken\":\"a\"}", "INVALID_ARGUMENT", "accessTokenExpiresUtc")]
    [InlineData("sinkCredential", "{\"credentialType\":\"ACCESSTOKEN\",\"accessTokenType\":\"bearer\",\"accessToken\":\"a\",\"accessTokenExpiresUtc\":\"2020-01-01T00:00:00Z\"}", "OUT_OF_RANGE", "accessTokenExpiresUtc")]
    [InlineData("surprise", "1", "INVALID_ARGUMENT", "Unknown property: surprise")]
    public async Task ABadMemberIsNamed(string member, string? value, string code, string named)
    {
        var caller = NewCaller();
        var body = caller.SubscriptionTo("https://asp.example/sink");
        body.Remove(member);
        if (value is not null)
            body[member] = JsonNode.Parse(value);
        (await caller.PostAsync(Subscriptions, body)).ShouldBe(400, code, named);
    }

    [Fact]
    public async Task AnExpiryThatHasPassedIsOutOfRangeAndALateOneIsCapped()
    {
        var caller = NewCaller();
        var body = caller.SubscriptionTo("https://asp.example/sink");
        body["config"]!["subscriptionExpireTime"] = "2020-01-01T00:00:00Z";
        (await caller.PostAsync(Subscriptions, body)).ShouldBe(400, "OUT_OF_RANGE", "subscriptionExpireTime");
        body["config"]!["subscriptionExpireTime"] = "2199-01-01T00:00:00Z";
        var created = await caller.PostAsync(Subscriptions, body);
        Assert.InRange((DateTimeOffset)created.Json["expiresAt"]!, DateTimeOffset.UtcNow.AddDays(364), DateTimeOffset.UtcNow.AddDays(366));
    }

    [Fact]
    public async Task EveryTypeAskedForNeedsItsScope()
    {
        var caller = NewCaller();
        var body = caller.SubscriptionTo("https://asp.example/sink").ToJsonString();
        var token = new TokenSpec { PhoneNumber = caller.Number, Scope = $"webrtc-events:{Prefix}session-status:create" };
        (await Rig.SendAsync(HttpMethod.Post, Subscriptions, token, body)).ShouldBe(403, "PERMISSION_DENIED", $"webrtc-events:{Prefix}session-invitation:create");
        var one = caller.SubscriptionTo("https://asp.example/sink");
        one["types"] = new JsonArray(Prefix + "session-status");
        (await Rig.SendAsync(HttpMethod.Post, Subscriptions, token, one.ToJsonString())).ShouldBe(201);
    }

    [Fact]
    public async Task ATokenWithoutANumberNamesNoDevice()
    {
        var caller = NewCaller();
        var token = new TokenSpec { ClientId = DevClients.Asp };
        (await Rig.SendAsync(HttpMethod.Post, Subscriptions, token, caller.SubscriptionTo("https://asp.example/").ToJsonString())).ShouldBe(422, "MISSING_IDENTIFIER");
    }

    [Fact]
    public async Task ADeviceHasSoManySubscriptionsAndNoMore()
    {
        var caller = NewCaller();
        for (var i = 0; i < 10; i++)
            await caller.SubscribeAsync();
        (await caller.PostAsync(Subscriptions, caller.SubscriptionTo("https://asp.example/sink"))).ShouldBe(429, "QUOTA_EXCEEDED");
    }

    [Fact]
    public async Task AnUpdateChangesCredentialAndExpiryAndNothingElse()
    {
        var caller = NewCaller();
        var id = await caller.SubscribeAsync();
        var expiry = new JsonObject { ["config"] = new JsonObject { ["subscriptionExpireTime"] = "2027-02-01T00:00:00Z" } };
        var updated = await caller.PutAsync($"{Subscriptions}/{id}", expiry);
        updated.ShouldBe(200);
        Assert.Equal(new DateTimeOffset(2027, 2, 1, 0, 0, 0, TimeSpan.Zero), (DateTimeOffset)updated.Json["expiresAt"]!);
        Assert.Equal(updated.Text, (await caller.PutAsync($"{Subscriptions}/{id}", expiry)).Text);

        (await caller.PutAsync($"{Subscriptions}/{id}", new JsonObject { ["sinkCredential"] = Credential() })).ShouldBe(200);
        var row = await ReadAsync(caller, id);
        Assert.Equal(("sink-token", "https://asp.example/sink"), (row!.Credential, row.Target));
        Assert.Equal(ReaderEndReason.SubscriptionExpired, row.End!.Value.Why);

        (await caller.PutAsync($"{Subscriptions}/{id}", new JsonObject { ["sink"] = "https://other.example/" })).ShouldBe(400, "INVALID_ARGUMENT");
        (await caller.PutAsync($"{Subscriptions}/{id}", new JsonObject { ["config"] = new JsonObject { ["subscriptionDetail"] = new JsonObject(), ["subscriptionExpireTime"] = "2027-02-01T00:00:00Z" } }))
            .ShouldBe(400, "INVALID_ARGUMENT", "config.subscriptionDetail");
        (await caller.PutAsync($"{Subscriptions}/{id}", new JsonObject())).ShouldBe(400, "INVALID_ARGUMENT", "sinkCredential or config.subscriptionExpireTime");
        (await caller.PutAsync($"{Subscriptions}/{id}", new JsonObject { ["sinkCredential"] = new JsonObject { ["credentialType"] = "PLAIN" } })).ShouldBe(400, "INVALID_CREDENTIAL");
    }

    [Fact]
    public async Task ADeletedSubscriptionIsGoneAtOnceAndItsSinkIsTold()
    {
        var caller = NewCaller();
        var id = await caller.SubscribeAsync();
        (await caller.DeleteAsync($"{Subscriptions}/{id}")).ShouldBe(204);
        (await caller.GetAsync($"{Subscriptions}/{id}")).ShouldBe(404, "NOT_FOUND");
        (await caller.DeleteAsync($"{Subscriptions}/{id}")).ShouldBe(404, "NOT_FOUND");
        (await caller.PutAsync($"{Subscriptions}/{id}", new JsonObject { ["sinkCredential"] = Credential() })).ShouldBe(404, "NOT_FOUND");
        Assert.Equal("[]", (await caller.GetAsync(Subscriptions)).Text);
        Assert.Equal((ReaderState.Ending, ReaderEndReason.SubscriptionDeleted), ((await ReadAsync(caller, id))!.State, (await ReadAsync(caller, id))!.EndReason!.Value));
    }

    [Theory]
    [InlineData(ReaderEndReason.SubscriptionExpired, "EXPIRED")]
    [InlineData(ReaderEndReason.AccessTokenExpired, "EXPIRED")]
    [InlineData(ReaderEndReason.NetworkTerminated, "INACTIVE")]
    public async Task OneThatHasEndedSaysSoAndCannotBeRevived(ReaderEndReason reason, string status)
    {
        var caller = NewCaller();
        var id = await caller.SubscribeAsync();
        var store = Rig.Services.GetRequiredService<ReaderStore>();
        var seen = await store.FindAsync(caller.Number, id, default);
        await store.TryReplaceAsync(seen!, seen!.Record with { State = ReaderState.Ended, EndReason = reason, EndedAt = DateTimeOffset.UtcNow }, default);

        Assert.Equal(status, (string?)(await caller.GetAsync($"{Subscriptions}/{id}")).Json["status"]);
        (await caller.PutAsync($"{Subscriptions}/{id}", new JsonObject { ["sinkCredential"] = Credential() })).ShouldBe(404, "NOT_FOUND");
        (await caller.DeleteAsync($"{Subscriptions}/{id}")).ShouldBe(204);
        Assert.Null(await ReadAsync(caller, id));
    }

    [Fact]
    public async Task OneMadeAfterTheInvitationStartsWithItWhileTheCallRings()
    {
        var caller = NewCaller();
        var device = new DeviceKey(caller.Number, caller.DeviceId);
        var log = Rig.Services.GetRequiredService<EventLog>();
        var calls = Rig.Services.GetRequiredService<CallStore>();
        var before = await log.AppendAsync(device, Event("earlier", CallStatus.Terminated), DateTimeOffset.UtcNow, default);
        var call = Call(caller, CallStatus.Ringing);
        await calls.PutAsync(call, default);
        await log.AppendAsync(device, Event(call.CallId, CallStatus.Initial) with { Invitation = true }, DateTimeOffset.UtcNow, default);
        await log.AppendAsync(device, Event(call.CallId, CallStatus.Ringing), DateTimeOffset.UtcNow, default);

        var whileRinging = await ReadAsync(caller, await caller.SubscribeAsync());
        Assert.Equal(before.Position, whileRinging!.Progress.Cursor);

        await calls.PutAsync(call with { Status = CallStatus.Connected }, default);
        Assert.Equal(before.Position + 2, (await ReadAsync(caller, await caller.SubscribeAsync()))!.Progress.Cursor);
    }

    [Fact]
    public async Task AppendsSayThatSomebodyReadsFromTheMomentASubscriptionIsMade()
    {
        var caller = NewCaller();
        var device = new DeviceKey(caller.Number, caller.DeviceId);
        var node = new EventLog(Rig.Tables);
        Assert.False((await node.AppendAsync(device, "1", Event("c", CallStatus.Ringing), DateTimeOffset.UtcNow, default)).HasReaders);
        await caller.SubscribeAsync();
        var next = await node.AppendAsync(device, "2", Event("c", CallStatus.Connected), DateTimeOffset.UtcNow, default);
        Assert.Equal((2L, true), (next.Event.Position, next.HasReaders));
    }

    [Fact]
    public async Task ACredentialEndsTheSubscriptionAheadOfItsOwnExpiry()
    {
        var caller = NewCaller();
        var body = caller.SubscriptionTo("https://asp.example/sink");
        body["sinkCredential"] = Credential();
        body["sinkCredential"]!["accessTokenExpiresUtc"] = DateTimeOffset.UtcNow.AddMinutes(30).ToString("O");
        var id = (string)(await caller.PostAsync(Subscriptions, body)).Json["id"]!;
        var row = await ReadAsync(caller, id);
        Assert.Equal(new DeliveryOptions().CredentialLead, row!.CredentialExpiresAt - row.CredentialEndsAt);
        Assert.Equal(ReaderEndReason.AccessTokenExpired, row.End!.Value.Why);
    }

    [Fact]
    public async Task R22TakesOneTypeAndNamesTheRegistration()
    {
        var caller = NewCaller();
        var registrationId = await caller.RegisterAsync();
        var body = R22(caller, new JsonObject { ["registrationId"] = registrationId, ["mediaSessionId"] = "call-1" });
        body["sinkCredential"] = Credential();
        ((JsonObject)body["sinkCredential"]!).Remove("accessTokenExpiresUtc");
        body["sinkCredential"]!["accessTokenExpireUtc"] = "2099-01-01T00:00:00Z";
        var created = await caller.PostAsync(SubscriptionsR22, body);
        created.ShouldBe(201);
        var detail = created.Json["config"]!["subscriptionDetail"]!;
        Assert.Equal((caller.DeviceId, registrationId, "call-1"), ((string?)detail["deviceId"], (string?)detail["registrationId"], (string?)detail["sessionId"]));
        Assert.Equal(("call-1", EventDialect.CamaraR22), ((await ReadAsync(caller, (string)created.Json["id"]!))!.CallId, (await ReadAsync(caller, (string)created.Json["id"]!))!.Dialect));
        (await caller.PutAsync($"{SubscriptionsR22}/{created.Json["id"]}", new JsonObject())).ShouldBe(405, "METHOD_NOT_ALLOWED");
        (await caller.DeleteAsync($"{SubscriptionsR22}/{created.Json["id"]}")).ShouldBe(204);
    }

    [Fact]
    public async Task R22RefusesSeveralTypesAForeignRegistrationAndAnotherDevice()
    {
        var caller = NewCaller();
        var registrationId = await caller.RegisterAsync();
        var several = R22(caller, new JsonObject { ["registrationId"] = registrationId });
        several["types"] = new JsonArray(Prefix + "session-status", Prefix + "session-invitation");
        (await caller.PostAsync(SubscriptionsR22, several)).ShouldBe(422, "MULTIEVENT_SUBSCRIPTION_NOT_SUPPORTED");

        var foreign = R22(caller, new JsonObject { ["registrationId"] = await NewCaller().RegisterAsync() });
        (await caller.PostAsync(SubscriptionsR22, foreign)).ShouldBe(422, "SERVICE_NOT_APPLICABLE");

        var mismatch = R22(caller, new JsonObject { ["registrationId"] = registrationId, ["deviceId"] = Guid.NewGuid().ToString() });
        (await caller.PostAsync(SubscriptionsR22, mismatch)).ShouldBe(403, "SUBSCRIPTION_MISMATCH");
    }

    [Fact]
    public async Task UnderItsNewNamePathsScopesAndTypesAreNewToo()
    {
        var (app, address) = await Rig.StartApiAsync("--Surfaces:EventsUnderNewName=true");
        await using var _ = app;
        using var http = new HttpClient { BaseAddress = address };
        var caller = NewCaller();
        const string type = "org.camaraproject.webrtc-events-subscriptions.v0.session-status";
        var body = caller.SubscriptionTo("https://asp.example/sink");
        body["types"] = new JsonArray(type);
        var token = Rig.Identity.Mint(new TokenSpec { PhoneNumber = caller.Number, Scope = $"webrtc-events-subscriptions:{type}:create" });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webrtc-events-subscriptions/v0.3/subscriptions");
        request.Headers.Authorization = new("Bearer", token);
        request.Content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        var answer = await Answer.ReadAsync(await http.SendAsync(request));
        answer.ShouldBe(201);
        Assert.Equal(type, (string?)answer.Json["types"]![0]);
        using var old = await http.GetAsync(Subscriptions);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, old.StatusCode);
    }

    private async Task<ReaderRecord?> ReadAsync(TestCaller caller, string id) =>
        (await Rig.Services.GetRequiredService<ReaderStore>().FindAsync(caller.Number, id, default))?.Record;

    private static JsonObject Credential() => new()
    {
        ["credentialType"] = "ACCESSTOKEN",
        ["accessToken"] = "sink-token",
        ["accessTokenExpiresUtc"] = "2099-01-01T00:00:00Z",
        ["accessTokenType"] = "bearer",
    };

    private static JsonObject R22(TestCaller caller, JsonObject detail)
    {
        var body = caller.SubscriptionTo("https://asp.example/sink");
        body["types"] = new JsonArray(Prefix + "session-status");
        body["config"] = new JsonObject { ["subscriptionDetail"] = detail };
        return body;
    }

    private static CallEventData Event(string callId, CallStatus status) =>
        new(false, callId, 1, status, "tel:+34600111222", null, "tel:+34600333444", null, null, null, null, null);

    private static CallRecord Call(TestCaller caller, CallStatus status) => new(
        Guid.NewGuid().ToString(), caller.Number, "r", caller.DeviceId, "c", "s", "node-a", CallDirection.Incoming, status, "tel:+34600111222", null,
        $"tel:{caller.Number}", null, "v=0", null, null, null, 1, DateTimeOffset.UtcNow, null);
}
