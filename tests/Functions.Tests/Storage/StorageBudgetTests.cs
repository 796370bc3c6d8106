using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Byon.Local.Azurite;
using Byon.Local.Identity;
using Byon.Tests.Functions.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.Functions.Tests.Storage;

/// <summary>
/// How many storage operations each operation of the API costs: exactly its budget, so that a change is made on purpose. What
/// media nodes add is theirs.
/// </summary>
public sealed class StorageBudgetTests(ApiRig rig) : ApiTest(rig)
{
    private readonly Dictionary<string, List<string>> _spent = [];
    private readonly string _device = Guid.NewGuid().ToString("D");
    private readonly string _number = ApiRig.NewNumber();

    [Fact]
    public async Task EveryOperationKeepsItsBudget()
    {
        await using var tap = await StorageTap.StartAsync((FreePorts.Next(), Rig.TablePort), (FreePorts.Next(), Rig.QueuePort));
        var (app, address) = await Rig.StartApiAsync(
            $"--Storage:ConnectionString={tap.Through(Rig.StorageConnectionString)}", "--Businesses:Clients:0:ClientId=" + DevClients.Asp,
            "--Businesses:Clients:0:Numbers=" + ApiRig.NewNumber(), "--Businesses:Clients:0:DrawsNumbers=true", "--Businesses:Clients:0:CalledNumbers=+34999000001");
        await using var running = app;
        using var http = new HttpClient { BaseAddress = address };

        var registered = await SpendAsync("register", http, tap, HttpMethod.Post, RegistrationSessions, new() { ["deviceId"] = _device });
        var registration = $"{RegistrationSessions}/{(string)registered.Json["registrationId"]!}";
        await SpendAsync("list registrations of a device", http, tap, HttpMethod.Get, $"{RegistrationSessions}?deviceId={_device}");
        await SpendAsync("read a registration", http, tap, HttpMethod.Get, registration);
        await SpendAsync("refresh a registration", http, tap, HttpMethod.Put, registration, []);

        await ChannelsAsync(http, tap);
        await SubscriptionsAsync(http, tap);

        var call = new JsonObject
        {
            ["originatorAddress"] = $"tel:{_number}",
            ["receiverAddress"] = "tel:+34999000001",
            ["offer"] = new JsonObject { ["sdp"] = "v=0\r\ns=offer\r\n" },
        };
        var called = await SpendAsync("start a call", http, tap, HttpMethod.Post, CallSessions, call, (string)registered.Json["registrationId"]!);
        var session = $"{CallSessions}/{(string)called.Json["mediaSessionId"]!}";
        await SpendAsync("read a call", http, tap, HttpMethod.Get, session);
        await SpendAsync("change a call's status", http, tap, HttpMethod.Put, session + "/status", new() { ["status"] = "Hold" });
        await SpendAsync(
            "press keys", http, tap, HttpMethod.Post, session.Replace(CallSessions, KeySessions, StringComparison.Ordinal) + "/keys", new() { ["keys"] = "1" });
        await SpendAsync("hand a call over to the phone", http, tap, HttpMethod.Post, session.Replace(CallSessions, TransferSessions, StringComparison.Ordinal) + "/transfer");
        var onPhone = await new TestCaller(Rig, _number).HandOverAsync((string)called.Json["mediaSessionId"]!);
        await SpendAsync("list calls on the phone", http, tap, HttpMethod.Get, "/call-transfer/v1/phone-sessions");
        await SpendAsync(
            "retrieve a call from the phone", http, tap, HttpMethod.Post, $"/call-transfer/v1/phone-sessions/{onPhone}/retrieve",
            new() { ["offer"] = new JsonObject { ["sdp"] = "v=0\r\ns=offer\r\n" } }, (string)registered.Json["registrationId"]!);
        await SpendAsync("end a call", http, tap, HttpMethod.Delete, session);
        await SpendAsync("unregister", http, tap, HttpMethod.Delete, registration);

        await BusinessAsync(http, tap);
        AssertBudgets();
    }

    private async Task ChannelsAsync(HttpClient http, StorageTap tap)
    {
        var channels = $"/notificationchannel/v1/{_device}/channels";
        var opened = await SpendAsync("open a channel", http, tap, HttpMethod.Post, channels, new() { ["channelType"] = "WebSockets" });
        var channel = $"{channels}/{(string)opened.Json["channelId"]!}";
        await SpendAsync("read a channel", http, tap, HttpMethod.Get, channel);
        await SpendAsync("replay a channel's events", http, tap, HttpMethod.Get, $"{channel}/events?after=0");
        await SpendAsync("close a channel", http, tap, HttpMethod.Delete, channel);
    }

    private async Task SubscriptionsAsync(HttpClient http, StorageTap tap)
    {
        const string subscriptions = "/webrtc-events/v0.3/subscriptions";
        var body = new JsonObject
        {
            ["protocol"] = "HTTP",
            ["sink"] = "https://sink.example/hook",
            ["types"] = new JsonArray("org.camaraproject.webrtc-events.v0.session-status"),
            ["config"] = new JsonObject { ["subscriptionDetail"] = new JsonObject { ["deviceId"] = _device } },
        };
        var created = await SpendAsync("subscribe", http, tap, HttpMethod.Post, subscriptions, body);
        var one = $"{subscriptions}/{(string)created.Json["id"]!}";
        await SpendAsync("list subscriptions", http, tap, HttpMethod.Get, subscriptions);
        await SpendAsync("read a subscription", http, tap, HttpMethod.Get, one);
        await SpendAsync("unsubscribe", http, tap, HttpMethod.Delete, one);
    }

    private async Task BusinessAsync(HttpClient http, StorageTap tap)
    {
        var token = Rig.Identity.Mint(new TokenSpec { ClientId = DevClients.Asp });
        var registered = await SpendAsync(
            "register a drawn number", http, tap, HttpMethod.Post, RegistrationSessions, new() { ["deviceId"] = _device }, token: token);
        var registration = $"{RegistrationSessions}/{(string)registered.Json["registrationId"]!}";
        await SpendAsync("unregister a drawn number", http, tap, HttpMethod.Delete, registration, token: token);
    }

    private async Task<Answer> SpendAsync(
        string operation, HttpClient http, StorageTap tap, HttpMethod method, string path, JsonObject? body = null, string? registrationId = null, string? token = null)
    {
        tap.Forget();
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token ?? Rig.Identity.Mint(new TokenSpec { PhoneNumber = _number }));
        if (registrationId is not null)
            request.Headers.Add("registrationId", registrationId);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        var answer = await Answer.ReadAsync(await http.SendAsync(request));
        Assert.True(answer.Status is >= 200 and < 300, $"{operation}: {answer.Status} {answer.Text}");
        _spent[operation] = [.. tap.Operations];
        return answer;
    }

    private void AssertBudgets()
    {
        var wrong = _spent.Where(each => Budgets.StorageOperations.GetValueOrDefault(each.Key, -1) != each.Value.Count)
            .Select(each => $"\"{each.Key}\": {each.Value.Count} ({string.Join(", ", each.Value)})");
        Assert.True(!wrong.Any(), "tests/Bench/budgets.json says otherwise:" + Environment.NewLine + string.Join(Environment.NewLine, wrong));
    }
}
