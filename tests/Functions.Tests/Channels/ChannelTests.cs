using System.Buffers.Text;
using System.Text.Json.Nodes;
using Byon.Local.Identity;
using Byon.Platform.Events;
using Byon.Platform.Stores;
using Byon.Tests.Functions.Tests.Rig;

namespace Byon.Tests.Functions.Tests.Channels;

public sealed class ChannelTests(ApiRig rig) : ApiTest(rig)
{
    [Fact]
    public async Task AChannelIsAWebSocketThatJoinsTheGroupOfTheDevice()
    {
        var caller = NewCaller();
        var answer = await caller.PostAsync(PathOf(caller), Body("WebSockets", "{}"));
        answer.ShouldBe(200);
        var id = (string)answer.Json["channelId"]!;
        Assert.Equal("WebSockets", (string?)answer.Json["channelType"]);
        Assert.Equal($"{PathOf(caller)}/{id}", (string?)answer.Json["resourceURL"]);

        var url = new Uri((string)answer.Json["channelData"]!["channelURL"]!);
        Assert.Equal(("ws", "/client/hubs/byon"), (url.Scheme, url.AbsolutePath));
        var claims = ClaimsOf(url);
        Assert.Equal(
            [EventPublisher.GroupOf(new DeviceKey(caller.Number, caller.DeviceId)), $"channel-{id}"],
            claims["webpubsub.group"]!.AsArray().Select(group => (string)group!));
        Assert.Empty(claims["role"]?.AsArray() ?? []);
        Assert.DoesNotContain(caller.Number, claims.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChannelDataMayBeLeftOut()
    {
        var caller = NewCaller();
        (await caller.PostAsync(PathOf(caller), new JsonObject { ["channelType"] = "WebSockets" })).ShouldBe(200);
    }

    [Fact]
    public async Task ReadingAChannelGivesAFreshUrl()
    {
        var caller = NewCaller();
        var id = await caller.OpenChannelAsync();
        var answer = await caller.GetAsync($"{PathOf(caller)}/{id}");
        answer.ShouldBe(200);
        var channel = Assert.Single(answer.Json["channels"]!.AsArray())!;
        Assert.Equal(id, (string?)channel["channelId"]);
        Assert.StartsWith("ws://", (string?)channel["channelData"]!["channelURL"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARenewedChannelLivesLonger()
    {
        var caller = NewCaller();
        var path = $"{PathOf(caller)}/{await caller.OpenChannelAsync()}";
        var before = await caller.GetAsync(path);
        var renewed = await caller.PutAsync(path, null);
        renewed.ShouldBe(201);
        Assert.True((DateTimeOffset)renewed.Json["channelData"]!["expiresAt"]! > (DateTimeOffset)before.Json["channels"]![0]!["channelData"]!["expiresAt"]!);
        (await caller.ThroughOtherClient().PutAsync(path, null)).ShouldBe(404, "NOT_FOUND");
    }

    [Fact]
    public async Task ADeletedChannelIsGone()
    {
        var caller = NewCaller();
        var path = $"{PathOf(caller)}/{await caller.OpenChannelAsync()}";
        (await caller.DeleteAsync(path)).ShouldBe(204);
        (await caller.GetAsync(path)).ShouldBe(404, "NOT_FOUND");
        (await caller.DeleteAsync(path)).ShouldBe(404, "NOT_FOUND");
    }

    [Fact]
    public async Task APushServiceThatIsNotConfiguredIsNamedByItsSetting()
    {
        var caller = NewCaller();
        var answer = await caller.PostAsync(PathOf(caller), Body("PNSChannel", """{"registrationToken":"abc:def"}"""));
        answer.ShouldBe(501, "NOT_IMPLEMENTED", "Push__Fcm__ServiceAccount");
    }

    [Theory]
    [InlineData("", "channelType")]
    [InlineData("""{"channelData":{}}""", "channelType")]
    [InlineData("""{"channelType":"Pigeon","channelData":{}}""", "channelType must be one of")]
    [InlineData("""{"channelType":"WebSockets","channelData":{"channelURL":"ws://x"}}""", "channelData.channelURL")]
    [InlineData("""{"channelType":"WebSockets","channelData":[]}""", "channelData is not an object")]
    [InlineData("""{"channelType":"WebSockets","channelId":"x"}""", "channelId")]
    public async Task ABadBodyIsNamed(string body, string named)
    {
        var caller = NewCaller();
        (await caller.SendAsync(HttpMethod.Post, PathOf(caller), body)).ShouldBe(400, "INVALID_ARGUMENT", named);
    }

    [Fact]
    public async Task TheDeviceIdInThePathIsAUuid() =>
        (await NewCaller().PostAsync("/notificationchannel/v1/phone/channels", Body("WebSockets", "{}"))).ShouldBe(400, "INVALID_ARGUMENT", "deviceId");

    [Fact]
    public async Task ATokenWithoutANumberOpensNoChannel()
    {
        var answer = await Rig.SendAsync(
            HttpMethod.Post, $"/notificationchannel/v1/{Guid.NewGuid()}/channels", new TokenSpec { ClientId = DevClients.Asp }, """{"channelType":"WebSockets"}""");
        answer.ShouldBe(422, "MISSING_IDENTIFIER");
    }

    [Fact]
    public async Task TheOldestChannelsOfADeviceGiveWay()
    {
        var caller = NewCaller();
        var first = await caller.OpenChannelAsync();
        for (var i = 0; i < 10; i++)
            await caller.OpenChannelAsync();
        (await caller.GetAsync($"{PathOf(caller)}/{first}")).ShouldBe(404, "NOT_FOUND");
        Assert.Equal(10, (await new ChannelStore(Rig.Tables).ListAsync(new DeviceKey(caller.Number, caller.DeviceId), default)).Count);
    }

    private static string PathOf(TestCaller caller) => $"/notificationchannel/v1/{caller.DeviceId}/channels";

    private static JsonObject Body(string type, string data) => new() { ["channelType"] = type, ["channelData"] = JsonNode.Parse(data) };

    private static JsonNode ClaimsOf(Uri url)
    {
        var token = Uri.UnescapeDataString(url.Query.Split("access_token=")[1].Split('&')[0]);
        return JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]))!;
    }
}
