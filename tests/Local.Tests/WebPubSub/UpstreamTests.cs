using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Azure.Messaging.WebPubSub;
using Byon.Local.WebPubSub;
using Byon.Tests.TestKit;

namespace Byon.Tests.Local.Tests.WebPubSub;

public sealed class UpstreamTests : IAsyncLifetime
{
    private const string Key = "a-key-of-the-double-that-is-long-enough-1234";

    private UpstreamRecorder _upstream = null!;

    public async Task InitializeAsync() => _upstream = await UpstreamRecorder.StartAsync();

    public async Task DisposeAsync() => await _upstream.DisposeAsync();

    [Fact]
    public async Task The_handler_is_told_who_comes_and_who_goes_and_can_check_that_the_service_says_so()
    {
        await using var service = await StartAsync("connected", "disconnected");
        using var client = await TestClient.ConnectAsync(Address(service, "ann"), TestClient.ReliableJson);
        await WaitFor.TrueAsync(() => _upstream.Calls.Count == 1);
        await client.CloseAsync();
        await WaitFor.TrueAsync(() => _upstream.Calls.Count == 2);

        Assert.Equal(["sys.connected", "sys.disconnected"], _upstream.Calls.Select(call => call.Type));
        var headers = _upstream.Calls.First().Headers;
        Assert.Equal(("byon", "ann", "connected", client.ConnectionId), (headers["ce-hub"], headers["ce-userid"], headers["ce-eventname"], headers["ce-connectionid"]));
        Assert.Equal(("1.0", TestClient.ReliableJson), (headers["ce-specversion"], headers["ce-subprotocol"]));
        var hash = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Key), Encoding.UTF8.GetBytes(client.ConnectionId)));
        Assert.Equal($"sha256={hash},sha256={hash}", headers["ce-signature"]);
    }

    [Fact]
    public async Task A_connect_handler_names_the_user_chooses_the_subprotocol_and_adds_groups_and_roles()
    {
        _upstream.Answers["sys.connect"] = (200, $$"""{"userId":"bob","subprotocol":"{{TestClient.Json}}","groups":["g"],"roles":["webpubsub.sendToGroup"]}""");
        await using var service = await StartAsync("connect");
        var server = new WebPubSubServiceClient(service.ConnectionString, "byon");
        using var client = await TestClient.OpenAsync(Address(service, "ann"), TestClient.ReliableJson, TestClient.Json);

        var connected = await client.ReadAsync();
        Assert.Equal("bob", connected.GetProperty("userId").GetString());
        Assert.False(connected.TryGetProperty("reconnectionToken", out _));
        await server.SendToGroupAsync("g", "hello");
        Assert.Equal("hello", (await client.ReadAsync()).GetProperty("data").GetString());
        await client.SendAsync("""{"type":"sendToGroup","group":"g","data":1,"noEcho":true,"ackId":1}""");
        Assert.True((await client.ReadAsync()).GetProperty("success").GetBoolean());
        Assert.Equal(connected.GetProperty("connectionId").GetString(), Assert.Single(_upstream.Calls).Connection);
    }

    [Fact]
    public async Task A_connect_handler_can_refuse()
    {
        _upstream.Answers["sys.connect"] = (401, "");
        await using var service = await StartAsync("connect");
        await Assert.ThrowsAsync<WebSocketException>(() => TestClient.OpenAsync(Address(service), TestClient.Json));
    }

    [Fact]
    public async Task An_event_of_a_client_is_answered_and_acknowledged_in_its_order()
    {
        _upstream.Answers["user.replay"] = (200, """{"n":1}""");
        await using var service = await StartAsync();
        using var client = await TestClient.ConnectAsync(Address(service), TestClient.Json);

        await client.SendAsync("""{"type":"event","event":"replay","ackId":1,"data":{"after":3}}""");
        await client.SendAsync("""{"type":"event","event":"replay","ackId":1,"data":{"after":3}}""");

        Assert.Equal("""{"type":"message","from":"server","dataType":"json","data":{"n":1}}""", (await client.ReadAsync()).GetRawText());
        Assert.True((await client.ReadAsync()).GetProperty("success").GetBoolean());
        Assert.Equal("Duplicate", (await client.ReadAsync()).GetProperty("error").GetProperty("name").GetString());
        Assert.Equal("""{"after":3}""", Assert.Single(_upstream.Calls, call => call.Type == "user.replay").Body);
    }

    [Fact]
    public async Task A_handler_that_refuses_an_event_ends_the_connection()
    {
        _upstream.Answers["user.replay"] = (500, "");
        await using var service = await StartAsync();
        using var client = await TestClient.ConnectAsync(Address(service), TestClient.Json);
        await client.SendAsync("""{"type":"event","event":"replay","data":1}""");
        await client.ReadUntilClosedAsync();
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, client.CloseStatus);
    }

    [Fact]
    public async Task A_handler_that_does_not_agree_is_never_called()
    {
        _upstream.AllowedOrigin = null;
        await using var service = await StartAsync("connected");
        using var client = await TestClient.ConnectAsync(Address(service), TestClient.Json);
        await client.SendAsync("""{"type":"event","event":"replay","data":1}""");
        await client.ReadUntilClosedAsync();
        Assert.Empty(_upstream.Calls);
    }

    [Fact]
    public async Task A_restart_forgets_every_connection()
    {
        // A port that nobody else is given while the service is away.
        var port = FreePorts.Next();
        var service = await WebPubSubDouble.StartAsync(new WebPubSubDoubleOptions(port, Key), CancellationToken.None);
        var address = Address(service);
        using var client = await TestClient.ConnectAsync(address, TestClient.ReliableJson);
        await service.DisposeAsync();
        await client.ReadUntilClosedAsync();

        await using var again = await WebPubSubDouble.StartAsync(new WebPubSubDoubleOptions(port, Key), CancellationToken.None);
        var recovery = new UriBuilder(address) { Query = $"awps_connection_id={client.ConnectionId}&awps_reconnection_token={client.ReconnectionToken}" };
        using var late = await TestClient.OpenAsync(recovery.Uri, TestClient.ReliableJson);
        Assert.Null(await late.ReadTextAsync());
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, late.CloseStatus);
        using var anew = await TestClient.ConnectAsync(address, TestClient.ReliableJson);
        Assert.NotEqual(client.ConnectionId, anew.ConnectionId);
    }

    private Task<WebPubSubDouble> StartAsync(params string[] systemEvents) => WebPubSubDouble.StartAsync(
        new WebPubSubDoubleOptions(0, Key) { Handler = new UpstreamHandler("byon", _upstream.Url, systemEvents, UserEvents: true) }, CancellationToken.None);

    private static Uri Address(WebPubSubDouble service, string? user = null) =>
        new WebPubSubServiceClient(service.ConnectionString, "byon").GetClientAccessUri(userId: user);
}
