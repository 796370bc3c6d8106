using System.Net;
using System.Net.WebSockets;
using Azure;
using Azure.Core;
using Azure.Messaging.WebPubSub;
using Byon.Local.WebPubSub;
using Byon.Tests.TestKit;

namespace Byon.Tests.Local.Tests.WebPubSub;

public sealed class WebPubSubDoubleTests : IAsyncLifetime
{
    private const string Key = "a-key-of-the-double-that-is-long-enough-1234";

    private WebPubSubDouble _double = null!;
    private WebPubSubServiceClient _service = null!;

    public Task InitializeAsync() => StartAsync(new WebPubSubDoubleOptions(0, Key) { BufferedFrames = 20 });

    public async Task DisposeAsync() => await _double.DisposeAsync();

    [Fact]
    public async Task A_client_hears_what_servers_send_to_the_groups_of_its_token()
    {
        using var client = await TestClient.ConnectAsync(Address(groups: ["device-1"]), TestClient.Json);

        await _service.SendToGroupAsync("device-2", """{"for":"another"}""", ContentType.ApplicationJson);
        await _service.SendToGroupAsync("device-1", """{"n":1}""", ContentType.ApplicationJson);

        var frame = await client.ReadAsync();
        Assert.Equal("""{"type":"message","from":"group","group":"device-1","dataType":"json","data":{"n":1}}""", frame.GetRawText());
    }

    [Fact]
    public async Task Servers_reach_everybody_a_user_and_a_connection_and_can_leave_some_out()
    {
        using var ann = await TestClient.ConnectAsync(Address("ann"), TestClient.Json);
        using var bob = await TestClient.ConnectAsync(Address("bob"), TestClient.Json);

        await _service.SendToAllAsync("to all but ann", ContentType.TextPlain);
        await _service.SendToUserAsync("ann", "to ann");
        await _service.SendToConnectionAsync(bob.ConnectionId, RequestContent.Create(new byte[] { 1, 2 }), ContentType.ApplicationOctetStream);
        await _service.SendToAllAsync(RequestContent.Create("last"), ContentType.TextPlain, excluded: [bob.ConnectionId]);

        Assert.Equal("""{"type":"message","from":"server","dataType":"text","data":"to all but ann"}""", (await ann.ReadAsync()).GetRawText());
        Assert.Equal("to ann", (await ann.ReadAsync()).GetProperty("data").GetString());
        Assert.Equal("last", (await ann.ReadAsync()).GetProperty("data").GetString());
        Assert.Equal("to all but ann", (await bob.ReadAsync()).GetProperty("data").GetString());
        Assert.Equal("""{"type":"message","from":"server","dataType":"binary","data":"AQI="}""", (await bob.ReadAsync()).GetRawText());
    }

    [Fact]
    public async Task Existence_follows_connections_groups_and_users()
    {
        using var client = await TestClient.ConnectAsync(Address("ann", groups: ["g"]), TestClient.Json);
        Assert.True(await _service.GroupExistsAsync("g"));
        Assert.True(await _service.UserExistsAsync("ann"));
        Assert.True(await _service.ConnectionExistsAsync(client.ConnectionId));

        await client.CloseAsync();

        await WaitFor.TrueAsync(() => !_service.ConnectionExistsAsync(client.ConnectionId).GetAwaiter().GetResult().Value);
        Assert.False(await _service.GroupExistsAsync("g"));
        Assert.False(await _service.UserExistsAsync("ann"));
    }

    [Fact]
    public async Task Joining_and_sending_need_a_role_and_are_acknowledged()
    {
        using var allowed = await TestClient.ConnectAsync(Address("ann", ["webpubsub.joinLeaveGroup.g", "webpubsub.sendToGroup"]), TestClient.Json);
        using var mute = await TestClient.ConnectAsync(Address("bob"), TestClient.Json);

        await mute.SendAsync("""{"type":"joinGroup","group":"g","ackId":1}""");
        Assert.Equal("Forbidden", (await mute.ReadAsync()).GetProperty("error").GetProperty("name").GetString());
        await allowed.SendAsync("""{"type":"joinGroup","group":"g","ackId":1}""");
        Assert.Equal("""{"type":"ack","ackId":1,"success":true}""", (await allowed.ReadAsync()).GetRawText());
        await allowed.SendAsync("""{"type":"joinGroup","group":"other","ackId":2}""");
        Assert.False((await allowed.ReadAsync()).GetProperty("success").GetBoolean());
        await allowed.SendAsync("""{"type":"sendToGroup","group":"g","dataType":"text","data":"hello","ackId":3}""");
        Assert.Equal(
            """{"type":"message","from":"group","group":"g","fromUserId":"ann","dataType":"text","data":"hello"}""", (await allowed.ReadAsync()).GetRawText());
        Assert.Equal(3, (await allowed.ReadAsync()).GetProperty("ackId").GetInt32());
        await allowed.SendAsync("""{"type":"sendToGroup","group":"g","dataType":"text","data":"hello","ackId":3}""");
        Assert.Equal("Duplicate", (await allowed.ReadAsync()).GetProperty("error").GetProperty("name").GetString());
        await allowed.SendAsync("""{"type":"sendToGroup","group":"g","noEcho":true,"data":{},"ackId":4}""");
        Assert.Equal(4, (await allowed.ReadAsync()).GetProperty("ackId").GetInt32());
        await allowed.SendAsync("""{"type":"ping"}""");
        Assert.Equal("""{"type":"pong"}""", (await allowed.ReadAsync()).GetRawText());
    }

    [Fact]
    public async Task A_reliable_client_that_comes_back_gets_what_it_missed_in_order_and_once()
    {
        var address = Address(groups: ["g"]);
        var client = await TestClient.ConnectAsync(address, TestClient.ReliableJson);
        await _service.SendToGroupAsync("g", "1");
        await _service.SendToGroupAsync("g", "2");
        Assert.Equal(1, (await client.ReadAsync()).GetProperty("sequenceId").GetInt64());
        Assert.Equal(2, (await client.ReadAsync()).GetProperty("sequenceId").GetInt64());
        await client.SendAsync("""{"type":"sequenceAck","sequenceId":1}""");
        await client.SendAsync("""{"type":"ping"}""");
        Assert.Equal("pong", (await client.ReadAsync()).GetProperty("type").GetString());

        client.Abort();
        await _service.SendToGroupAsync("g", "3");
        using var again = await TestClient.ConnectAsync(Recovery(address, client), TestClient.ReliableJson);
        await _service.SendToGroupAsync("g", "4");

        Assert.Equal(client.ConnectionId, again.ConnectionId);
        foreach (var expected in new[] { "2", "3", "4" })
            Assert.Equal(expected, (await again.ReadAsync()).GetProperty("data").GetString());
        client.Dispose();
    }

    [Fact]
    public async Task A_reliable_client_that_stays_away_is_forgotten_and_told_to_start_anew()
    {
        await _double.DisposeAsync();
        await StartAsync(new WebPubSubDoubleOptions(0, Key) { RecoveryWindow = TimeSpan.FromMilliseconds(200) });
        var address = Address(groups: ["g"]);
        using var client = await TestClient.ConnectAsync(address, TestClient.ReliableJson);
        client.Abort();
        await WaitFor.TrueAsync(() => !_service.ConnectionExistsAsync(client.ConnectionId).GetAwaiter().GetResult().Value);

        using var late = await TestClient.OpenAsync(Recovery(address, client), TestClient.ReliableJson);

        Assert.Null(await late.ReadTextAsync());
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, late.CloseStatus);
    }

    [Fact]
    public async Task A_wrong_reconnection_token_recovers_nothing()
    {
        var address = Address(groups: ["g"]);
        using var client = await TestClient.ConnectAsync(address, TestClient.ReliableJson);
        var guess = new UriBuilder(address) { Query = $"awps_connection_id={client.ConnectionId}&awps_reconnection_token=guess" };

        using var thief = await TestClient.OpenAsync(guess.Uri, TestClient.ReliableJson);

        Assert.Null(await thief.ReadTextAsync());
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, thief.CloseStatus);
    }

    [Fact]
    public async Task A_reliable_client_that_never_acknowledges_is_closed_for_good()
    {
        using var client = await TestClient.ConnectAsync(Address(groups: ["g"]), TestClient.ReliableJson);

        for (var at = 0; at < 21; at++)
            await _service.SendToGroupAsync("g", "x");

        await client.ReadUntilClosedAsync();
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, client.CloseStatus);
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("[]")]
    [InlineData("""{"type":"unknown"}""")]
    [InlineData("""{"type":"joinGroup"}""")]
    [InlineData("""{"type":"joinGroup","group":"g","ackId":-1}""")]
    [InlineData("""{"type":"sendToGroup","group":"g"}""")]
    [InlineData("""{"type":"event","event":"e","data":1}""")]
    public async Task A_frame_of_a_wrong_form_ends_the_connection(string frame)
    {
        using var client = await TestClient.ConnectAsync(Address(), TestClient.Json);

        await client.SendAsync(frame);

        Assert.Equal("disconnected", (await client.ReadAsync()).GetProperty("event").GetString());
        Assert.Null(await client.ReadTextAsync());
    }

    [Fact]
    public async Task A_server_can_close_a_connection_and_says_why()
    {
        using var client = await TestClient.ConnectAsync(Address(), TestClient.Json);

        await _service.CloseConnectionAsync(client.ConnectionId, "signed out");

        Assert.Equal("signed out", (await client.ReadAsync()).GetProperty("message").GetString());
        Assert.Null(await client.ReadTextAsync());
    }

    [Fact]
    public async Task Servers_move_connections_between_groups()
    {
        using var client = await TestClient.ConnectAsync(Address(), TestClient.Json);

        await _service.AddConnectionToGroupAsync("g", client.ConnectionId);
        await _service.SendToGroupAsync("g", "in");
        await _service.RemoveConnectionFromGroupAsync("g", client.ConnectionId);
        await _service.SendToGroupAsync("g", "out");
        await _service.SendToAllAsync("end");

        Assert.Equal("in", (await client.ReadAsync()).GetProperty("data").GetString());
        Assert.Equal("end", (await client.ReadAsync()).GetProperty("data").GetString());
        var missing = await Assert.ThrowsAsync<RequestFailedException>(() => _service.AddConnectionToGroupAsync("g", "nobody"));
        Assert.Equal(404, missing.Status);
    }

    [Fact]
    public async Task Tokens_of_another_key_another_hub_or_another_time_are_refused()
    {
        var otherKey = new WebPubSubServiceClient(_double.Endpoint, "byon", new AzureKeyCredential(new string('x', 40)));
        var foreignHub = new UriBuilder(Address()) { Path = "/client/hubs/other" };

        await Assert.ThrowsAsync<WebSocketException>(() => TestClient.OpenAsync(otherKey.GetClientAccessUri(), TestClient.Json));
        await Assert.ThrowsAsync<WebSocketException>(() => TestClient.OpenAsync(foreignHub.Uri, TestClient.Json));
        await Assert.ThrowsAsync<WebSocketException>(() => TestClient.OpenAsync(_service.GetClientAccessUri(TimeSpan.FromSeconds(-5)), TestClient.Json));
        await Assert.ThrowsAsync<WebSocketException>(() => TestClient.OpenAsync(Address(), TestClient.Json, TestClient.ReliableJson));
        var refused = await Assert.ThrowsAsync<RequestFailedException>(() => otherKey.SendToAllAsync("x"));
        Assert.Equal(401, refused.Status);
        using var http = new HttpClient();
        using var bare = await http.PostAsync(new Uri(_double.Endpoint, "/api/hubs/byon/:send"), new StringContent("x"));
        Assert.Equal(HttpStatusCode.Unauthorized, bare.StatusCode);
    }

    [Fact]
    public async Task Bodies_that_are_not_what_they_say_harm_nobody()
    {
        using var client = await TestClient.ConnectAsync(Address(), TestClient.Json);

        var refused = await Assert.ThrowsAsync<RequestFailedException>(() => _service.SendToAllAsync("{no json", ContentType.ApplicationJson));
        await _service.SendToAllAsync(RequestContent.Create(new byte[] { (byte)'a', 0xff, (byte)'b' }), ContentType.TextPlain);

        Assert.Equal(400, refused.Status);
        Assert.Equal("a\ufffdb", (await client.ReadAsync()).GetProperty("data").GetString());
    }

    [Fact]
    public async Task A_plain_websocket_gets_the_data_alone()
    {
        using var client = await TestClient.OpenAsync(Address("ann"));
        await WaitFor.TrueAsync(() => _service.UserExistsAsync("ann").GetAwaiter().GetResult().Value);

        await _service.SendToUserAsync("ann", """{"n":1}""", ContentType.ApplicationJson);

        Assert.Equal("""{"n":1}""", await client.ReadTextAsync());
    }

    private async Task StartAsync(WebPubSubDoubleOptions options)
    {
        _double = await WebPubSubDouble.StartAsync(options, CancellationToken.None);
        _service = new WebPubSubServiceClient(_double.ConnectionString, "byon");
    }

    private Uri Address(string? userId = null, IEnumerable<string>? roles = null, IEnumerable<string>? groups = null) =>
        _service.GetClientAccessUri(userId: userId, roles: roles, groups: groups);

    private static Uri Recovery(Uri address, TestClient lost) => new UriBuilder(address)
    {
        Query = $"awps_connection_id={lost.ConnectionId}&awps_reconnection_token={lost.ReconnectionToken}",
    }.Uri;
}
