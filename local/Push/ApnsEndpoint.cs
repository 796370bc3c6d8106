using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;

namespace Byon.Local.Push;

/// <summary>Apple's push service with token authentication, on HTTP/2.</summary>
internal sealed class ApnsEndpoint(PushDevices devices)
{
    private const string KeyId = "ABC123DEFG";
    private const string TeamId = "DEF123GHIJ";
    private const string BundleId = "example.operator.phone";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ConcurrentDictionary<string, bool> _tokens = new();

    public Uri Address { get; set; } = null!;

    public int TokensSeen => _tokens.Count;

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["Push__Apns__Endpoint"] = Address.GetLeftPart(UriPartial.Authority),
        ["Push__Apns__Key"] = _key.ExportPkcs8PrivateKeyPem(),
        ["Push__Apns__KeyId"] = KeyId,
        ["Push__Apns__TeamId"] = TeamId,
        ["Push__Apns__BundleId"] = BundleId,
    };

    public void Map(WebApplication app) => app.MapPost("/3/device/{token}", (HttpContext context, string token) => ReceiveAsync(context, token));

    public string NewDevice()
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        devices.Add(token);
        return token;
    }

    private async Task<IResult> ReceiveAsync(HttpContext context, string device)
    {
        if (FaultOf(context.Request) is { } fault)
        {
            devices.Refuse("APNs: " + fault);
            return Error(StatusCodes.Status403Forbidden, "InvalidProviderToken");
        }

        if (!devices.Exists(device))
        {
            return Error(StatusCodes.Status410Gone, "Unregistered");
        }

        if (devices.NextAnswer(device, context.Response) is { } ordered)
        {
            return Error(ordered.Status, ordered.Code);
        }

        var payload = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body, cancellationToken: context.RequestAborted);
        if (payload.ValueKind != JsonValueKind.Object || !payload.TryGetProperty("aps", out _))
        {
            devices.Refuse("APNs: no aps in the payload");
            return Error(StatusCodes.Status400BadRequest, "PayloadEmpty");
        }

        devices.Deliver(device, payload, context.Request);
        return Results.Ok();
    }

    private string? FaultOf(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        var token = authorization.StartsWith("bearer ", StringComparison.OrdinalIgnoreCase) ? JwtCheck.Parse(authorization[7..]) : null;
        if (token is null || !token.IsEs256By(_key.ExportParameters(includePrivateParameters: false)))
        {
            return "the provider token's signature is wrong";
        }

        _tokens[authorization] = true;
        var age = DateTimeOffset.UtcNow - token.Time("iat");
        return request.Protocol != "HTTP/2" ? "this is not HTTP/2"
            : token.HeaderText("kid") != KeyId || token.Text("iss") != TeamId ? "the provider token's key or team is wrong"
            : age is null || age > TimeSpan.FromHours(1) || age < TimeSpan.FromMinutes(-1) ? "the provider token's age is wrong"
            : request.Headers["apns-topic"] != BundleId + ".voip" || request.Headers["apns-push-type"] != "voip" ? "the topic or push type is wrong"
            : request.Headers["apns-collapse-id"].ToString() is { Length: > 64 } ? "the collapse id is too long"
            : !long.TryParse(request.Headers["apns-expiration"], out _) ? "there is no expiration"
            : null;
    }

    private static IResult Error(int status, string reason) => Results.Text($$"""{"reason":"{{reason}}"}""", "application/json", statusCode: status);
}
