using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Azure.Messaging.WebPubSub;
using Byon.Platform.Events;
using Byon.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.EndToEnd;

/// <summary>Events reach a device whatever becomes of its sockets, and a device that sleeps is woken.</summary>
[Collection(SharedStackTests.Name)]
public sealed class ChannelTests(SharedStack shared)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ASocketDroppedInMidCallGetsEverythingInOrder(bool forgetting)
    {
        await using var caller = await shared.PhoneAsync(People.Cleo);
        await using var browser = await shared.OnlineAsync(People.Ana);
        using var api = await ApiAsync(browser);
        using var channel = await DeviceChannel.OpenAsync(api, (await browser.StateAsync()).DeviceId);
        var before = channel.Cursor;
        await Calls.FromPhoneAsync(caller, browser, People.Ana.Number);
        await channel.WaitForAsync("session-status", data => StatusOf(data) == "Connected");

        channel.Drop(forgetting);
        await caller.HoldAsync();
        await browser.WaitForCallAsync(call => call.RemoteHold);
        await caller.ResumeAsync();
        await browser.WaitForCallAsync(call => !call.RemoteHold);
        await caller.HangUpAsync();
        await channel.WaitForAsync("session-status", data => StatusOf(data) == "Terminated");

        var events = channel.Events.Where(one => one.TryGetProperty("cursor", out _)).ToList();
        Assert.Equal(["Initial", "Connected", "Hold", "Resume", "Terminated"], events.Select(one => StatusOf(one.GetProperty("data"))));
        Assert.Equal(Enumerable.Range(1, 5), events.Select(one => one.GetProperty("data").GetProperty("sequenceNumber").GetInt32()));
        Assert.Equal(before + 5, channel.Cursor);
        Assert.Equal(forgetting ? (2, 0) : (1, 1), (channel.Opened, channel.Recovered));
    }

    [Fact]
    public async Task APageWhoseSocketsAreClosedInMidCallLearnsThatTheCallIsOver()
    {
        await using var caller = await shared.PhoneAsync(People.Cleo);
        await using var browser = await shared.OnlineAsync(People.Ana);
        await Calls.FromPhoneAsync(caller, browser, People.Ana.Number);

        var device = new DeviceKey(People.Ana.Number, (await browser.StateAsync()).DeviceId);
        var service = new WebPubSubServiceClient(shared.Stack.WebPubSubConnection, "byon");
        await service.CloseGroupConnectionsAsync(EventPublisher.GroupOf(device), reason: "The service is moved.");
        await caller.HangUpAsync();

        Assert.Equal("Terminated", (await browser.WaitForEndAsync()).Status);
        await browser.WaitForAsync(state => state.Channel == "open");
    }

    [Fact]
    public async Task AChannelMadeWhileItRingsIsToldWithoutAsking()
    {
        using var api = new GatewayApi(shared.Stack.Api, shared.Stack.TokenOf(People.Ana.Number));
        var deviceId = Guid.NewGuid().ToString();
        var registrationId = await RegisterAsync(api, deviceId);
        await using var caller = await shared.PhoneAsync(People.Cleo);
        await caller.DialAsync(People.Ana.Number);
        await WaitFor.TrueAsync(async () => await HasEventAsync(api, deviceId), otherwise: () => caller.Log);

        var made = await api.OpenChannelAsync(deviceId);
        var invitation = await FirstEventAsync(made.Body.GetProperty("channelData").GetProperty("channelURL").GetString()!);

        Assert.EndsWith("session-invitation", invitation.GetProperty("type").GetString(), StringComparison.Ordinal);
        Assert.Equal($"tel:{People.Cleo.Number}", invitation.GetProperty("data").GetProperty("originatorAddress").GetString());
        await caller.HangUpAsync();
        await api.UnregisterAsync(registrationId);
    }

    [Fact]
    public async Task ADeviceWithoutASocketIsWokenAndAnswersOverTheChannelItOpensThen()
    {
        using var api = new GatewayApi(shared.Stack.Api, shared.Stack.TokenOf(People.Ana.Number));
        var deviceId = Guid.NewGuid().ToString();
        var token = shared.Push.NewBrowser();
        Assert.Equal(HttpStatusCode.OK, (await api.OpenPushChannelAsync(deviceId, token)).Status);
        var registrationId = await RegisterAsync(api, deviceId);
        await using var caller = await shared.PhoneAsync(People.Cleo);
        await caller.DialAsync(People.Ana.Number);

        var push = await WaitFor.NotNullAsync(
            () => shared.Push.Received.FirstOrDefault(one => one.RegistrationToken == token), otherwise: () => string.Join('\n', shared.Push.Faults) + shared.Stack.Log);
        Assert.Equal("Initial", push.Text("status"));
        Assert.DoesNotContain(People.Cleo.Number, push.Payload.GetRawText(), StringComparison.Ordinal);
        using var channel = await DeviceChannel.OpenAsync(api, deviceId);
        var invitation = await channel.WaitForAsync("session-invitation", _ => true);
        var sessionId = push.Text("mediaSessionId");
        Assert.Equal(sessionId, invitation.GetProperty("mediaSessionId").GetString());

        var answered = await api.SetStatusAsync(sessionId, new { status = "Connected", answer = new { sdp = Answer } });
        Assert.True(answered.Status == HttpStatusCode.OK, answered.Body.ToString());
        await caller.WaitForEventAsync("CALL_ESTABLISHED");
        await channel.WaitForAsync("session-status", data => StatusOf(data) == "Connected");
        await api.HangUpAsync(sessionId);
        await caller.WaitForEventAsync("CALL_CLOSED");
        await api.UnregisterAsync(registrationId);
    }

    /// <summary>An answer of a browser whose media never comes: these cases are about events.</summary>
    private const string Answer =
        "v=0\r\no=- 4711 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\n"
        + "a=sendrecv\r\na=rtcp-mux\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=fingerprint:sha-256 "
        + "AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99\r\na=setup:active\r\na=rtpmap:8 PCMA/8000\r\n";

    private async Task<GatewayApi> ApiAsync(Softphone browser) => new(shared.Stack.Api, await browser.TokenAsync());

    private static async Task<string> RegisterAsync(GatewayApi api, string deviceId)
    {
        var registered = await api.RegisterAsync(deviceId, DateTimeOffset.UtcNow.AddSeconds(60));
        Assert.Equal(HttpStatusCode.Created, registered.Status);
        return registered.Text("registrationId");
    }

    private static string? StatusOf(JsonElement data) => data.TryGetProperty("status", out var status) ? status.GetString() : null;

    /// <summary>The device has been invited: a throw-away channel begins before the invitation, and reads it.</summary>
    private static async Task<bool> HasEventAsync(GatewayApi api, string deviceId)
    {
        var made = await api.OpenChannelAsync(deviceId);
        var events = await api.ChannelEventsAsync(deviceId, made.Text("channelId"), after: 0);
        return events.Body.GetProperty("events").GetArrayLength() > 0;
    }

    /// <summary>What a client gets that opens the socket and does nothing else.</summary>
    private static async Task<JsonElement> FirstEventAsync(string url)
    {
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("json.webpubsub.azure.v1");
        using var patience = new CancellationTokenSource(WaitFor.DefaultLimit);
        await socket.ConnectAsync(new Uri(url), patience.Token);
        using var message = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), patience.Token);
            Assert.NotEqual(WebSocketMessageType.Close, received.MessageType);
            message.Write(buffer, 0, received.Count);
            if (!received.EndOfMessage)
                continue;
            var frame = JsonSerializer.Deserialize<JsonElement>(message.ToArray());
            if (frame.GetProperty("type").GetString() == "message" && frame.GetProperty("data").TryGetProperty("cursor", out _))
                return frame.GetProperty("data");
            message.SetLength(0);
        }
    }
}
