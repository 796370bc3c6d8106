using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Byon.Functions.Surfaces;
using Byon.Platform;
using Byon.Tests.Functions.Tests.Rig;

namespace Byon.Tests.Functions.Tests.Contract;

/// <summary>A request that an operation serves, to be spoiled in one place by a test.</summary>
internal sealed class ValidRequest
{
    private readonly Surface _surface;
    private readonly ServedOperation _operation;

    private ValidRequest(Surface surface, ServedOperation operation, TestCaller caller, IReadOnlyDictionary<string, string> owned)
    {
        (_surface, _operation) = (surface, operation);
        (Authorization, Ids) = ("Bearer " + caller.Token, TestCaller.OwnedOn(surface.Version.BasePath, owned));
        Body = operation.RequestBody is { } schema ? BodyOf(schema.Name!, surface, caller, owned) : null;
    }

    public string? Authorization { get; set; }

    /// <summary>What the path, the query and the headers name.</summary>
    public Dictionary<string, string> Ids { get; }

    public JsonObject? Body { get; set; }

    /// <summary>Sent in place of <see cref="Body"/>.</summary>
    public HttpContent? Content { get; set; }

    public string? Query { get; set; }

    public string? Accept { get; set; }

    public string? Correlator { get; set; }

    public string Path => Regex.Replace(_surface.Version.BasePath + _operation.Path, @"\{(\w+)\}", match => Ids[match.Groups[1].Value])
        + (Query ?? QueryOf(_operation));

    /// <summary>As below, of things that do not exist.</summary>
    public static ValidRequest OfNothing(Surface surface, ServedOperation operation, TestCaller caller)
    {
        string[] names = ["mediaSessionId", "vvoipSessionId", "registrationId", "racmSessionId", "deviceId", "channelId", "subscriptionId", "phoneSessionId"];
        return new ValidRequest(surface, operation, caller, names.ToDictionary(name => name, _ => Guid.NewGuid().ToString()));
    }

    public static async Task<ValidRequest> OfAsync(Surface surface, ServedOperation operation, TestCaller caller) =>
        new(surface, operation, caller, await caller.OwnEverythingAsync());

    public async Task<Answer> SendAsync(HttpClient http, Uri? instance = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Parse(_operation.Method), instance is null ? new Uri(Path, UriKind.Relative) : new Uri(instance, Path));
        request.Content = Content ?? (Body is null ? null : new StringContent(Body.ToJsonString(), Encoding.UTF8, "application/json"));
        AddHeader("Authorization", Authorization);
        AddHeader("Accept", Accept);
        AddHeader("x-correlator", Correlator);
        foreach (var header in _operation.Parameters.Where(parameter => parameter.In == ParameterPlace.Header))
            AddHeader(header.Name, header.Name == "transactionId" ? "t" : Ids["registrationId"]);
        return await Answer.ReadAsync(await http.SendAsync(request));

        void AddHeader(string name, string? value)
        {
            if (value is not null)
                request.Headers.TryAddWithoutValidation(name, value);
        }
    }

    private string QueryOf(ServedOperation operation)
    {
        var needed = operation.Parameters.Where(parameter => parameter is { In: ParameterPlace.Query, Required: true }).ToList();
        return needed.Count == 0 ? "" : "?" + string.Join('&', needed.Select(parameter => $"{parameter.Name}={Ids[parameter.Name]}"));
    }

    private static JsonObject BodyOf(string schema, Surface surface, TestCaller caller, IReadOnlyDictionary<string, string> owned) => schema switch
    {
        "RegSessionRequest" or "regSessionRequest" or "RacmRequest" => new JsonObject { ["deviceId"] = Guid.NewGuid().ToString() },
        "RegSessionUpdate" or "regSessionUpdate" => [],
        "MediaSessionCreate" or "VvoipSessionCreate" => caller.CallTo("tel:+34999000001"),
        "MediaSessionStatusChange" or "ReceiverSessionStatusChange" => new JsonObject { ["status"] = "Hold" },
        "KeySequence" => new JsonObject { ["keys"] = "1" },
        "PhoneSessionRetrieval" => new JsonObject { ["offer"] = new JsonObject { ["sdp"] = "v=0\r\ns=offer\r\n" } },
        "NotificationChannel" => new JsonObject { ["channelType"] = "WebSockets", ["channelData"] = new JsonObject() },
        "SubscriptionUpdateRequest" => new JsonObject { ["config"] = new JsonObject { ["subscriptionExpireTime"] = "2099-01-01T00:00:00Z" } },
        "SubscriptionRequest" => Subscription(surface, caller, owned["registrationId"]),
        _ => throw new ArgumentException($"No valid body of {schema} is known to the tests.", nameof(schema)),
    };

    private static JsonObject Subscription(Surface surface, TestCaller caller, string registrationId)
    {
        if (surface.Version == ApiVersions.CallStatus)
            return caller.CallStatusSubscription();
        var body = caller.SubscriptionTo("https://asp.example/sink");
        if (surface.Publication == Publication.CamaraR22)
        {
            body["types"] = new JsonArray(body["types"]![0]!.DeepClone());
            body["config"]!["subscriptionDetail"] = new JsonObject { ["registrationId"] = registrationId };
        }

        return body;
    }
}
