using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Byon.Functions.Surfaces;
using Byon.Local.Identity;
using Byon.Platform.Control;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Byon.Tests.Functions.Tests.Rig;

namespace Byon.Tests.Functions.Tests.Contract;

/// <summary>One error of one operation.</summary>
internal sealed record ErrorRow(Surface Surface, ServedOperation Operation, int Status, string Code)
{
    public override string ToString() => $"{Operation.Method} {Surface.Version.BasePath}{Operation.Path} {Status} {Code}";
}

/// <summary>How each error is brought about: one way per code, which spoils a valid request or a part behind the API.</summary>
internal sealed class ErrorProvocations
{
    /// <summary>Met before anything is looked up: what the request names need not exist.</summary>
    private static readonly string[] Early =
    [
        "INVALID_ARGUMENT", "UNAUTHENTICATED", "PERMISSION_DENIED", "NOT_ACCEPTABLE", "TOO_MANY_REQUESTS", "INTERNAL", "UNAVAILABLE",
        "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE", "NOT_FOUND",
    ];

    private readonly ApiRig _rig;
    private readonly SpoiledInstances _instances;
    private readonly Dictionary<string, Func<ErrorRow, ValidRequest, TestCaller, Task<Answer>>> _ways;

    public ErrorProvocations(ApiRig rig, SpoiledInstances instances)
    {
        _rig = rig;
        _instances = instances;
        _ways = new()
        {
            ["INVALID_ARGUMENT"] = (_, request, _) => Send(request, it => it.Correlator = "not a correlator"),
            ["UNAUTHENTICATED"] = (_, request, _) => Send(request, it => it.Authorization = null),
            ["PERMISSION_DENIED"] = (_, request, caller) => Send(request, it => it.Authorization = TokenOf(new TokenSpec { PhoneNumber = caller.Number, Scope = "openid" })),
            ["NOT_ACCEPTABLE"] = (_, request, _) => Send(request, it => it.Accept = "text/html"),
            ["TOO_MANY_REQUESTS"] = (_, request, _) => UntilThrottledAsync(request),
            ["INTERNAL"] = (_, request, _) => request.SendAsync(rig.Http, _instances.GarbledStorage),
            ["UNAVAILABLE"] = (_, request, _) => request.SendAsync(rig.Http, _instances.NoStorage),
            ["PAYLOAD_TOO_LARGE"] = (_, request, _) => Send(request, it => it.Content = Json(new string(' ', (512 * 1024) + 1))),
            ["UNSUPPORTED_MEDIA_TYPE"] = (_, request, _) => Send(request, it => it.Content = new StringContent("{}", Encoding.UTF8, "text/plain")),
            ["NOT_FOUND"] = (_, request, _) => Send(request, Rename),
            ["OUT_OF_RANGE"] = (row, request, _) => Send(request, it => PutOutOfRange(row, it)),
            ["MISSING_IDENTIFIER"] = (_, request, _) => Send(request, it => it.Authorization = TokenOf(new TokenSpec { ClientId = DevClients.Asp })),
            ["UNNECESSARY_IDENTIFIER"] = (_, request, caller) => Send(request, it => it.Body!["phoneNumber"] = caller.Number),
            ["ALREADY_EXISTS"] = (_, request, caller) => AgainAsync(request, caller),
            ["MAX_REGISTRATION_PER_USER"] = (_, request, _) => RefusedAsync(request, ControlFault.UserFull),
            ["MAX_REGISTRATION_PER_MSISDN"] = (_, request, _) => RefusedAsync(request, ControlFault.NumberFull),
            ["MAX_DEVICES_PER_USER"] = (_, request, _) => RefusedAsync(request, ControlFault.TooManyDevices),
            ["EMERGENCY_ADDRESS_MISSING"] = (_, request, _) => RefusedAsync(request, ControlFault.EmergencyAddressMissing),
            ["INVALID_TOKEN_CONTEXT"] = (_, request, _) => Send(request, it => it.Body!["originatorAddress"] = "tel:+34999000009"),
            ["CONFLICT"] = (_, request, _) => WithUsedCorrelatorAsync(request),
            ["INCOMPATIBLE_STATE"] = (row, request, caller) => row.Operation.Path.Contains("phoneSessionId", StringComparison.Ordinal)
                ? RefusedAsync(request, ControlFault.IncompatibleState)
                : AfterTheEndAsync(request, caller),
            ["CALLTYPE_EMERGENCY_NOT_SUPPORTED"] = (_, request, _) => Send(request, it => it.Body!["receiverAddress"] = "urn:service:sos"),
            ["NOT_IMPLEMENTED"] = (_, request, _) => Send(
                request, it => it.Body = new JsonObject { ["channelType"] = "PNSChannel", ["channelData"] = new JsonObject { ["registrationToken"] = "t" } }),
            ["INVALID_PROTOCOL"] = (_, request, _) => Send(request, it => it.Body!["protocol"] = "MQTT3"),
            ["INVALID_SINK"] = (_, request, _) => Send(request, it => it.Body!["sink"] = "https://10.0.0.1/"),
            ["INVALID_CREDENTIAL"] = (_, request, _) => Send(request, it => it.Body!["sinkCredential"] = new JsonObject { ["credentialType"] = "PLAIN" }),
            ["INVALID_TOKEN"] = (_, request, _) => Send(request, it => it.Body!["sinkCredential"] = new JsonObject { ["credentialType"] = "ACCESSTOKEN", ["accessTokenType"] = "mac" }),
            ["QUOTA_EXCEEDED"] = (_, request, _) => request.SendAsync(rig.Http, _instances.OneSubscription),
            ["SUBSCRIPTION_MISMATCH"] = (_, request, _) => Send(request, it => Detail(it)["deviceId"] = Guid.NewGuid().ToString()),
            ["SERVICE_NOT_APPLICABLE"] = (_, request, _) => Send(request, it => Detail(it)["registrationId"] = Guid.NewGuid().ToString()),
            ["MULTIEVENT_SUBSCRIPTION_NOT_SUPPORTED"] = (_, request, caller) => Send(request, it => it.Body!["types"] = caller.SubscriptionTo("https://asp.example/")["types"]!.DeepClone()),
        };
    }

    public bool Knows(string code) => _ways.ContainsKey(code);

    public async Task<Answer> ProvokeAsync(ErrorRow row)
    {
        var caller = new TestCaller(_rig, ApiRig.NewNumber());
        var request = Early.Contains(row.Code)
            ? ValidRequest.OfNothing(row.Surface, row.Operation, caller)
            : await ValidRequest.OfAsync(row.Surface, row.Operation, caller);
        return await _ways[row.Code](row, request, caller);
    }

    private Task<Answer> Send(ValidRequest request, Action<ValidRequest> spoil)
    {
        spoil(request);
        return request.SendAsync(_rig.Http);
    }

    private string TokenOf(TokenSpec token) => "Bearer " + _rig.Identity.Mint(token);

    private static StringContent Json(string text) => new(text, MediaTypeHeaderValue.Parse("application/json"));

    /// <summary>Ids in the path, and the registration a call is placed from.</summary>
    private static void Rename(ValidRequest request)
    {
        foreach (var name in request.Ids.Keys.Where(name => name != "deviceId").ToList())
            request.Ids[name] = Guid.NewGuid().ToString();
    }

    private static void PutOutOfRange(ErrorRow row, ValidRequest request)
    {
        const string LongAgo = "2020-01-01T00:00:00Z";
        if (request.Body is not { } body)
            request.Query = "?limit=0";
        else if (row.Surface.Version.EventTypePrefix is null)
            body["registrationExpireTime"] = LongAgo;
        else
            body["config"]!["subscriptionExpireTime"] = LongAgo;
    }

    private static JsonObject Detail(ValidRequest request) => request.Body!["config"]!["subscriptionDetail"]!.AsObject();

    private async Task<Answer> UntilThrottledAsync(ValidRequest request)
    {
        request.Ids["registrationId"] = Guid.NewGuid().ToString();
        var answer = await request.SendAsync(_rig.Http, _instances.Throttled);
        for (var at = 0; at < 10 && answer.Status != 429; at++)
            answer = await request.SendAsync(_rig.Http, _instances.Throttled);
        return answer;
    }

    /// <summary>The device is registered through another client, which nobody else may replace.</summary>
    private async Task<Answer> AgainAsync(ValidRequest request, TestCaller caller)
    {
        request.Body!["deviceId"] = caller.DeviceId;
        request.Authorization = "Bearer " + caller.ThroughOtherClient().Token;
        return await request.SendAsync(_rig.Http);
    }

    private async Task<Answer> RefusedAsync(ValidRequest request, ControlFault fault)
    {
        _rig.Node.Refusal = _rig.OtherNode.Refusal = new ControlProblem(fault, "refused");
        var answer = await request.SendAsync(_rig.Http);
        _rig.Node.Refusal = _rig.OtherNode.Refusal = null;
        return answer;
    }

    private async Task<Answer> WithUsedCorrelatorAsync(ValidRequest request)
    {
        request.Body!["clientCorrelator"] = "m";
        Assert.InRange((await request.SendAsync(_rig.Http)).Status, 201, 202);
        if (request.Body.ContainsKey("keys")) request.Body["keys"] = "2";
        else request.Body["receiverAddress"] = "tel:+34999000002";
        return await request.SendAsync(_rig.Http);
    }

    private async Task<Answer> AfterTheEndAsync(ValidRequest request, TestCaller caller)
    {
        var store = new CallStore(_rig.Tables);
        var call = (await store.GetAsync(caller.Number, request.Ids["mediaSessionId"], default))!;
        await store.PutAsync(call with { Status = CallStatus.Terminated, EndedAt = DateTimeOffset.UtcNow }, default);
        return await request.SendAsync(_rig.Http);
    }
}
