using System.Text.Json;
using Azure.Messaging.WebPubSub;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Tests.Functions.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.Functions.Tests.Channels;

/// <summary>What a socket gets when it opens, and when it is closed.</summary>
public sealed class ChannelSocketTests(ApiRig rig) : ApiTest(rig)
{
    private readonly WebPubSubServiceClient _service = new(rig.WebPubSub.ConnectionString, "byon");

    [Fact]
    public async Task AChannelMadeWhileTheDeviceRingsIsToldOfTheCallUnasked()
    {
        var caller = NewCaller();
        var device = new CalledDevice(Rig, caller);
        await device.BecomeAsync(await device.RingAsync(), CallStatus.SessionCancelled);
        var ringing = await device.RingAsync("v=0\r\ns=ring\r\n");
        await device.BecomeAsync(ringing, CallStatus.Ringing);

        using var socket = await OpenAsync(caller);

        var invitation = await socket.ReadAsync();
        Assert.Equal(EventTypes.SessionInvitation, invitation?.GetProperty("type").GetString());
        Assert.Equal(ringing, MediaSessionOf(invitation));
        Assert.Equal("v=0\r\ns=ring\r\n", invitation?.GetProperty("data").GetProperty("offer").GetProperty("sdp").GetString());
        var status = await socket.ReadAsync();
        Assert.Equal((ringing, "Ringing"), (MediaSessionOf(status), status?.GetProperty("data").GetProperty("status").GetString()));
    }

    [Theory]
    [InlineData(CallStatus.Connected)]
    [InlineData(CallStatus.SessionCancelled)]
    public async Task ACallThatNoLongerRingsIsNotToldAgain(CallStatus status)
    {
        var caller = NewCaller();
        var device = new CalledDevice(Rig, caller);
        await device.BecomeAsync(await device.RingAsync(), status);

        using var socket = await OpenAsync(caller);
        await WelcomedAsync(socket);
        await _service.SendToGroupAsync(EventPublisher.GroupOf(device.Key), "the first thing said");

        Assert.Equal("the first thing said", (await socket.ReadAsync())?.GetString());
    }

    [Fact]
    public async Task ADeletedChannelClosesItsSocketsAndNoOther()
    {
        var caller = NewCaller();
        var (path, url) = await CreateAsync(caller);
        using var one = await ChannelSocket.OpenAsync(url);
        using var two = await ChannelSocket.OpenAsync(url);
        using var other = await OpenAsync(caller);

        (await caller.DeleteAsync(path)).ShouldBe(204);

        Assert.Null(await one.ReadAsync());
        Assert.Null(await two.ReadAsync());
        await _service.SendToGroupAsync(EventPublisher.GroupOf(new DeviceKey(caller.Number, caller.DeviceId)), "still here");
        Assert.Equal("still here", (await other.ReadAsync())?.GetString());
    }

    [Fact]
    public async Task TheUrlOfADeletedChannelOpensNothingForLong()
    {
        var caller = NewCaller();
        await new CalledDevice(Rig, caller).RingAsync();
        var (path, url) = await CreateAsync(caller);
        (await caller.DeleteAsync(path)).ShouldBe(204);

        using var late = await ChannelSocket.OpenAsync(url);

        Assert.Null(await late.ReadAsync());
    }

    [Fact]
    public async Task AChannelThatGivesWayToNewerOnesClosesItsSockets()
    {
        var caller = NewCaller();
        using var first = await OpenAsync(caller);
        for (var i = 0; i < 10; i++)
            await caller.OpenChannelAsync();
        Assert.Null(await first.ReadAsync());
    }

    private static async Task<ChannelSocket> OpenAsync(TestCaller caller) => await ChannelSocket.OpenAsync((await CreateAsync(caller)).Url);

    private static async Task<(string Path, string Url)> CreateAsync(TestCaller caller)
    {
        var path = $"/notificationchannel/v1/{caller.DeviceId}/channels";
        var answer = await caller.SendAsync(HttpMethod.Post, path, """{"channelType":"WebSockets"}""");
        answer.ShouldBe(200);
        return ($"{path}/{(string)answer.Json["channelId"]!}", (string)answer.Json["channelData"]!["channelURL"]!);
    }

    /// <summary>The API has been told of the socket and is done with it: a second socket of a device that rings has got its invitation.</summary>
    private async Task WelcomedAsync(ChannelSocket socket)
    {
        await WaitFor.TrueAsync(() => _service.ConnectionExistsAsync(socket.ConnectionId).GetAwaiter().GetResult().Value);
        var probe = NewCaller();
        await new CalledDevice(Rig, probe).RingAsync();
        using var ringing = await OpenAsync(probe);
        Assert.NotNull(await ringing.ReadAsync());
    }

    private static string? MediaSessionOf(JsonElement? cloudEvent) => cloudEvent?.GetProperty("data").GetProperty("mediaSessionId").GetString();
}
