using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Byon.Local.Identity;
using Byon.Platform;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.Tests.Functions.Tests.Rig;

/// <summary>Somebody with a token: sends requests as a client application would.</summary>
internal sealed class TestCaller(ApiRig rig, string number, string clientId = DevClients.Softphone, Uri? instance = null)
{
    private const string CallStatusSubscriptionId = "subscriptionId of call-status";

    private readonly string _token = rig.Identity.Mint(new TokenSpec { PhoneNumber = number, ClientId = clientId });

    public string Number => number;

    public string Token => _token;

    public string DeviceId { get; private init; } = Guid.NewGuid().ToString("D");

    /// <summary>The same subscriber through another application.</summary>
    public TestCaller ThroughOtherClient() => new(rig, number, DevClients.Asp);

    /// <summary>The same caller at another instance of the API.</summary>
    public TestCaller At(Uri address) => new(rig, number, clientId, address) { DeviceId = DeviceId };

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    public Task<Answer> PostAsync(string path, JsonNode? body, string? registrationId = null) => SendAsync(HttpMethod.Post, path, body?.ToJsonString() ?? "", registrationId);

    public Task<Answer> PutAsync(string path, JsonNode? body) => SendAsync(HttpMethod.Put, path, body?.ToJsonString() ?? "");

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? body = null, string? registrationId = null)
    {
        using var request = new HttpRequestMessage(method, instance is null ? new Uri(path, UriKind.Relative) : new Uri(instance, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        if (registrationId is not null)
        {
            // BYON calls the same thing clientId.
            request.Headers.Add("registrationId", registrationId);
            request.Headers.Add("clientId", registrationId);
        }

        if (!string.IsNullOrEmpty(body))
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await Answer.ReadAsync(await rig.Http.SendAsync(request));
    }

    /// <summary>Registers this caller's device; answers the registrationId.</summary>
    public async Task<string> RegisterAsync()
    {
        var answer = await PostAsync("/webrtc-registration/v0.4/sessions", new JsonObject { ["deviceId"] = DeviceId });
        answer.ShouldBe(201);
        return (string)answer.Json["registrationId"]!;
    }

    /// <summary>Registers and calls somebody; answers the mediaSessionId.</summary>
    public async Task<string> CallAsync()
    {
        var answer = await PostAsync("/webrtc-call-handling/v0.4/sessions", CallTo("tel:+34999000001"), await RegisterAsync());
        answer.ShouldBe(201);
        return (string)answer.Json["mediaSessionId"]!;
    }

    public async Task<string> OpenChannelAsync()
    {
        var answer = await PostAsync(
            $"/notificationchannel/v1/{DeviceId}/channels", new JsonObject { ["channelType"] = "WebSockets", ["channelData"] = new JsonObject() });
        answer.ShouldBe(200);
        return (string)answer.Json["channelId"]!;
    }

    /// <summary>Subscribes to everything of this caller's device; answers the subscriptionId.</summary>
    public async Task<string> SubscribeAsync(string sink = "https://asp.example/sink")
    {
        var answer = await PostAsync("/webrtc-events/v0.3/subscriptions", SubscriptionTo(sink));
        answer.ShouldBe(201);
        return (string)answer.Json["id"]!;
    }

    /// <summary>Subscribes to whether this caller's device is on the phone; answers the subscriptionId.</summary>
    public async Task<string> SubscribeToCallStatusAsync()
    {
        var answer = await PostAsync("/call-status/v1/subscriptions", CallStatusSubscription());
        answer.ShouldBe(201);
        return (string)answer.Json["id"]!;
    }

    /// <summary>Makes one of everything that a path can name; answers the ids by the names they have there.</summary>
    public async Task<Dictionary<string, string>> OwnEverythingAsync()
    {
        var mediaSessionId = await CallAsync();
        var registrationId = (string)(await GetAsync($"/webrtc-registration/v0.4/sessions?deviceId={DeviceId}")).Json[0]!["registrationId"]!;
        return new Dictionary<string, string>
        {
            ["mediaSessionId"] = mediaSessionId,
            ["vvoipSessionId"] = mediaSessionId,
            ["registrationId"] = registrationId,
            ["racmSessionId"] = registrationId,
            ["deviceId"] = DeviceId,
            ["channelId"] = await OpenChannelAsync(),
            ["subscriptionId"] = await SubscribeAsync(),
            [CallStatusSubscriptionId] = await SubscribeToCallStatusAsync(),
            ["phoneSessionId"] = await HandOverAsync(mediaSessionId),
        };
    }

    /// <summary>A call of this caller's on the SIM phone, as a node writes it; answers the phoneSessionId.</summary>
    public async Task<string> HandOverAsync(string mediaSessionId)
    {
        var store = new CallStore(rig.Tables);
        var call = (await store.GetAsync(Number, mediaSessionId, default))!;
        var onPhone = call with { CallId = Guid.NewGuid().ToString("D"), IsOnPhone = true, Status = CallStatus.Connected, OfferSdp = null, AnswerSdp = null };
        await store.PutAsync(onPhone, default);
        return onPhone.CallId;
    }

    public JsonObject SubscriptionTo(string sink) => new()
    {
        ["protocol"] = "HTTP",
        ["sink"] = sink,
        ["types"] = new JsonArray([.. new[] { "session-status", "session-invitation", "registration-ends" }.Select(type => JsonValue.Create("org.camaraproject.webrtc-events.v0." + type))]),
        ["config"] = new JsonObject { ["subscriptionDetail"] = new JsonObject { ["deviceId"] = DeviceId } },
    };

    /// <summary>The ids of <see cref="OwnEverythingAsync"/> as paths of one surface name them: it knows subscriptions of its own kind only.</summary>
    public static Dictionary<string, string> OwnedOn(string path, IReadOnlyDictionary<string, string> owned)
    {
        var ids = new Dictionary<string, string>(owned);
        if (path.StartsWith(ApiVersions.CallStatus.BasePath, StringComparison.Ordinal) && ids.TryGetValue(CallStatusSubscriptionId, out var id))
            ids["subscriptionId"] = id;
        return ids;
    }

    public JsonObject CallStatusSubscription()
    {
        var body = SubscriptionTo("https://asp.example/sink");
        body["types"] = new JsonArray("org.byon-serverless.call-status.v1.call-status-changed");
        return body;
    }

    public JsonObject CallTo(string receiver) => new()
    {
        ["originatorAddress"] = $"tel:{Number}",
        ["receiverAddress"] = receiver,
        ["offer"] = new JsonObject { ["sdp"] = "v=0\r\ns=offer\r\n" },
    };
}
