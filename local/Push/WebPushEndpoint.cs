using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;

namespace Byon.Local.Push;

/// <summary>A browser's push service (RFC 8030) that knows its application servers (RFC 8292), and the browsers' side of RFC 8291.</summary>
internal sealed class WebPushEndpoint(PushDevices devices)
{
    private readonly ECParameters _server = NewKey();
    private readonly ConcurrentDictionary<string, Browser> _browsers = new();

    private sealed record Browser(string RegistrationToken, ECDiffieHellman Key, byte[] PublicKey, byte[] AuthSecret);

    public Uri Address { get; set; } = null!;

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["Push__WebPush__Subject"] = "mailto:push@operator.example",
        ["Push__WebPush__PublicKey"] = Base64Url.EncodeToString(Point(_server.Q)),
        ["Push__WebPush__PrivateKey"] = Base64Url.EncodeToString(_server.D),
    };

    public void Map(WebApplication app) => app.MapPost("/push/{id}", (HttpContext context, string id) => ReceiveAsync(context, id));

    public string NewBrowser()
    {
        var id = Guid.NewGuid().ToString("N");
        var key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var publicKey = Point(key.ExportParameters(includePrivateParameters: false).Q);
        var secret = RandomNumberGenerator.GetBytes(16);
        var token = $$$"""
            {"endpoint":"{{{new Uri(Address, "/push/" + id)}}}","expirationTime":null,"keys":{"p256dh":"{{{Base64Url.EncodeToString(publicKey)}}}","auth":"{{{Base64Url.EncodeToString(secret)}}}"}}
            """;
        _browsers[id] = new Browser(token, key, publicKey, secret);
        devices.Add(token);
        return token;
    }

    private async Task<IResult> ReceiveAsync(HttpContext context, string id)
    {
        if (!_browsers.TryGetValue(id, out var browser) || !devices.Exists(browser.RegistrationToken))
        {
            return Results.StatusCode(StatusCodes.Status410Gone);
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        if (FaultOf(context.Request, body.Length) is { } fault)
        {
            devices.Refuse("Web Push: " + fault);
            return Results.StatusCode(StatusCodes.Status403Forbidden);
        }

        if (devices.NextAnswer(browser.RegistrationToken, context.Response) is { } ordered)
        {
            return Results.StatusCode(ordered.Status);
        }

        if (Decrypt(body.ToArray(), browser) is not { } plaintext)
        {
            devices.Refuse("Web Push: the browser cannot decrypt the message");
            return Results.StatusCode(StatusCodes.Status400BadRequest);
        }

        devices.Deliver(browser.RegistrationToken, JsonSerializer.Deserialize<JsonElement>(plaintext), context.Request);
        return Results.StatusCode(StatusCodes.Status201Created);
    }

    private string? FaultOf(HttpRequest request, long size)
    {
        var authorization = request.Headers.Authorization.ToString();
        var parameters = authorization.StartsWith("vapid ", StringComparison.OrdinalIgnoreCase)
            ? authorization[6..].Split(',', StringSplitOptions.TrimEntries).Select(each => each.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[^1])
            : [];
        if (JwtCheck.Parse(parameters.GetValueOrDefault("t", "")) is not { } token || parameters.GetValueOrDefault("k") != Settings["Push__WebPush__PublicKey"])
        {
            return "no VAPID token of the subscription's application server";
        }

        var now = DateTimeOffset.UtcNow;
        return !token.IsEs256By(_server with { D = null }) ? "the VAPID signature is wrong"
            : token.Text("aud") != Address.GetLeftPart(UriPartial.Authority) ? "the VAPID audience is wrong"
            : token.Time("exp") is not { } expires || expires <= now || expires > now.AddHours(24) ? "the VAPID expiry is wrong"
            : token.Text("sub") != Settings["Push__WebPush__Subject"] ? "the VAPID subject is wrong"
            : !int.TryParse(request.Headers["TTL"], out _) ? "no TTL"
            : request.Headers["Topic"].ToString() is { Length: > 32 } ? "the Topic is too long"
            : request.Headers.ContentEncoding != "aes128gcm" ? "the content encoding is wrong"
            : size > 4096 ? "the body is too large"
            : null;
    }

    private static byte[]? Decrypt(byte[] body, Browser browser)
    {
        if (body.Length < 21 || body[20] != 65 || body.Length < 86 + 17 || BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(16)) < body.Length - 86)
        {
            return null;
        }

        var (salt, senderKey, sealedRecord) = (body[..16], body[21..86], body[86..]);
        using var sender = ECDiffieHellman.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = senderKey[1..33], Y = senderKey[33..] },
        });
        var agreed = browser.Key.DeriveRawSecretAgreement(sender.PublicKey);
        byte[] info = [.. "WebPush: info\0"u8, .. browser.PublicKey, .. senderKey];
        var material = HKDF.DeriveKey(HashAlgorithmName.SHA256, agreed, 32, browser.AuthSecret, info);
        using var aes = new AesGcm(HKDF.DeriveKey(HashAlgorithmName.SHA256, material, 16, salt, "Content-Encoding: aes128gcm\0"u8.ToArray()), 16);
        var nonce = HKDF.DeriveKey(HashAlgorithmName.SHA256, material, 12, salt, "Content-Encoding: nonce\0"u8.ToArray());
        var padded = new byte[sealedRecord.Length - 16];
        try
        {
            aes.Decrypt(nonce, sealedRecord.AsSpan(..^16), sealedRecord.AsSpan(^16..), padded);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }

        // The last record ends with 2 and zeros.
        var end = padded.AsSpan().TrimEnd((byte)0);
        return end.Length > 0 && end[^1] == 2 ? end[..^1].ToArray() : null;
    }

    private static ECParameters NewKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportParameters(includePrivateParameters: true);
    }

    private static byte[] Point(ECPoint point) => [4, .. point.X!, .. point.Y!];
}
