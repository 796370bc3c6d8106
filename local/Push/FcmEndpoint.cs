using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Byon.Local.Push;

/// <summary>Firebase Cloud Messaging, HTTP v1, with the token endpoint of its service accounts (RFC 7523).</summary>
internal sealed class FcmEndpoint(PushDevices devices)
{
    private const string Project = "byon-test";
    private const string Email = "push@byon-test.iam.gserviceaccount.example";
    private const string KeyId = "key-1";

    private readonly RSA _account = RSA.Create(2048);
    private readonly ConcurrentDictionary<string, bool> _granted = new();

    public Uri Address { get; set; } = null!;

    public int TokensGranted => _granted.Count;

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["Push__Fcm__Endpoint"] = Address.GetLeftPart(UriPartial.Authority),
        ["Push__Fcm__ServiceAccount"] = new JsonObject
        {
            ["type"] = "service_account",
            ["project_id"] = Project,
            ["private_key_id"] = KeyId,
            ["private_key"] = _account.ExportPkcs8PrivateKeyPem(),
            ["client_email"] = Email,
            ["token_uri"] = TokenUri,
        }.ToJsonString(),
    };

    private string TokenUri => new Uri(Address, "/fcm/token").AbsoluteUri;

    public void Map(WebApplication app)
    {
        // The cast: as a method group it would be a RequestDelegate, whose result nobody writes.
        app.MapPost("/fcm/token", (Delegate)GrantAsync);
        app.MapPost("/v1/projects/{project}/messages:send", (HttpContext context, string project) => SendAsync(context, project));
    }

    public string NewDevice()
    {
        var token = $"c{Guid.NewGuid():N}:APA91b{Guid.NewGuid():N}";
        devices.Add(token);
        return token;
    }

    private async Task<IResult> GrantAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var now = DateTimeOffset.UtcNow;
        var assertion = JwtCheck.Parse(form["assertion"].ToString());
        var fault = form["grant_type"] != "urn:ietf:params:oauth:grant-type:jwt-bearer" ? "the grant type is wrong"
            : assertion is null || !assertion.IsRs256By(_account) ? "the assertion's signature is wrong"
            : assertion.HeaderText("kid") != KeyId ? "the assertion's kid is wrong"
            : assertion.Text("iss") != Email ? "the assertion's issuer is wrong"
            : assertion.Text("aud") != TokenUri ? "the assertion's audience is wrong"
            : assertion.Text("scope") != "https://www.googleapis.com/auth/firebase.messaging" ? "the scope is wrong"
            : assertion.Time("iat") is not { } issued || assertion.Time("exp") is not { } expires || expires <= now || expires > issued.AddHours(1)
                ? "the assertion's times are wrong"
            : null;
        if (fault is not null)
        {
            devices.Refuse("FCM token: " + fault);
            return Results.Text("""{"error":"invalid_grant"}""", "application/json", statusCode: StatusCodes.Status400BadRequest);
        }

        var token = "ya29." + Guid.NewGuid().ToString("N");
        _granted[token] = true;
        return Results.Text($$"""{"access_token":"{{token}}","expires_in":3599,"token_type":"Bearer"}""", "application/json");
    }

    private async Task<IResult> SendAsync(HttpContext context, string project)
    {
        var bearer = context.Request.Headers.Authorization.ToString();
        if (project != Project || !bearer.StartsWith("Bearer ", StringComparison.Ordinal) || !_granted.ContainsKey(bearer[7..]))
        {
            devices.Refuse("FCM: no access token of this project");
            return Error(StatusCodes.Status401Unauthorized, "UNAUTHENTICATED");
        }

        var body = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        var message = body?["message"];
        var device = (string?)message?["token"] ?? "";
        if (message?["data"] is not JsonObject data || data.Any(member => member.Value?.GetValueKind() != JsonValueKind.String))
        {
            devices.Refuse("FCM: data is not a map of texts");
            return Error(StatusCodes.Status400BadRequest, "INVALID_ARGUMENT");
        }

        if (!devices.Exists(device))
        {
            return Error(StatusCodes.Status404NotFound, "UNREGISTERED");
        }

        if (devices.NextAnswer(device, context.Response) is { } ordered)
        {
            if (ordered.Status == StatusCodes.Status401Unauthorized)
            {
                _granted.TryUpdate(bearer[7..], false, true);
            }

            return Error(ordered.Status, ordered.Code);
        }

        devices.Deliver(device, JsonSerializer.Deserialize<JsonElement>(data.ToJsonString()), context.Request);
        return Results.Text($$"""{"name":"projects/{{Project}}/messages/0:1"}""", "application/json");
    }

    private static IResult Error(int status, string code) => Results.Text(
        $$$"""{"error":{"code":{{{status}}},"status":"ANY","details":[{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"{{{code}}}"}]}}""",
        "application/json", statusCode: status);
}
