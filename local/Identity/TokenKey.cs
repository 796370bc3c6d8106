using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Byon.Local.Identity;

/// <summary>An ES256 signing key (RFC 7518 §3.4), made when it is needed and never stored.</summary>
internal sealed class TokenKey : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Lock _oneAtATime = new();

    public string Id { get; } = Guid.NewGuid().ToString("N");

    public JsonObject PublicJwk()
    {
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        return new JsonObject
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["use"] = "sig",
            ["alg"] = "ES256",
            ["kid"] = Id,
            ["x"] = Base64Url.EncodeToString(point.X),
            ["y"] = Base64Url.EncodeToString(point.Y),
        };
    }

    public string Sign(string type, JsonObject claims)
    {
        var header = new JsonObject { ["alg"] = "ES256", ["typ"] = type, ["kid"] = Id };
        var signed = $"{Encode(header)}.{Encode(claims)}";
        lock (_oneAtATime)
            return $"{signed}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    /// <summary>The claims of a token this key signed.</summary>
    public JsonObject? TryOpen(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3 || !parts.All(part => Base64Url.IsValid(part)))
            return null;

        var signed = Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");
        lock (_oneAtATime)
        {
            if (!_key.VerifyData(signed, Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256))
                return null;
        }

        return JsonNode.Parse(Base64Url.DecodeFromChars(parts[1])) as JsonObject;
    }

    public void Dispose() => _key.Dispose();

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToJsonString()));
}
