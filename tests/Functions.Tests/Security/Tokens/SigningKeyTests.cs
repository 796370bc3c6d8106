using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Byon.Functions.Security.Tokens;

namespace Byon.Tests.Functions.Tests.Security.Tokens;

public sealed class SigningKeyTests
{
    private static readonly byte[] Signed = Encoding.ASCII.GetBytes("header.payload");

    [Theory]
    [InlineData("RS256")]
    [InlineData("PS256")]
    public void AnRsaKeyVerifiesItsOwnSignaturesOnly(string algorithm)
    {
        using var rsa = RSA.Create(2048);
        var padding = algorithm == "RS256" ? RSASignaturePadding.Pkcs1 : RSASignaturePadding.Pss;
        var signature = rsa.SignData(Signed, HashAlgorithmName.SHA256, padding);
        var key = SigningKey.TryRead(Jwk(rsa))!;
        Assert.True(key.Verifies(algorithm, Signed, signature));
        Assert.False(key.Verifies(algorithm == "RS256" ? "PS256" : "RS256", Signed, signature));
        Assert.False(key.Verifies("ES256", Signed, signature));
        signature[5] ^= 1;
        Assert.False(key.Verifies(algorithm, Signed, signature));
        Assert.False(key.Verifies(algorithm, Signed, []));
    }

    [Fact]
    public void AKeyForOneAlgorithmVerifiesNoOther()
    {
        using var rsa = RSA.Create(2048);
        var signature = rsa.SignData(Signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        Assert.False(SigningKey.TryRead(Jwk(rsa, "PS256"))!.Verifies("RS256", Signed, signature));
    }

    /// <summary>The example of RFC 7515 appendix A.3.</summary>
    [Fact]
    public void TheExampleOfTheStandardVerifies()
    {
        var key = SigningKey.TryRead(Element("""
            {"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
            """))!;
        const string text = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        var signature = Base64Url.DecodeFromChars("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
        Assert.True(key.Verifies("ES256", Encoding.ASCII.GetBytes(text), signature));
        Assert.False(key.Verifies("ES256", Encoding.ASCII.GetBytes(text + "x"), signature));
    }

    [Theory]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("""{"kty":"oct","k":"AAAA"}""")]
    [InlineData("""{"kty":"RSA","n":"AQAB","e":"AQAB"}""")]
    [InlineData("""{"kty":"RSA","n":"!!","e":"AQAB"}""")]
    [InlineData("""{"kty":"EC","crv":"P-384","x":"AA","y":"AA"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}""")]
    [InlineData("""{"kty":"EC","use":"enc","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}""")]
    public void AKeyThatIsNotForUsIsNotRead(string jwk) => Assert.Null(SigningKey.TryRead(Element(jwk)));

    [Fact]
    public void APointOffTheCurveVerifiesNothing()
    {
        var key = SigningKey.TryRead(Element($$"""{"kty":"EC","crv":"P-256","x":"{{new string('A', 43)}}","y":"{{new string('A', 43)}}"}"""))!;
        Assert.False(key.Verifies("ES256", Signed, new byte[64]));
    }

    private static JsonElement Jwk(RSA rsa, string? algorithm = null)
    {
        var parameters = rsa.ExportParameters(false);
        var jwk = new JsonObject
        {
            ["kty"] = "RSA",
            ["n"] = Base64Url.EncodeToString(parameters.Modulus),
            ["e"] = Base64Url.EncodeToString(parameters.Exponent),
        };
        if (algorithm is not null)
            jwk["alg"] = algorithm;
        return Element(jwk.ToJsonString());
    }

    private static JsonElement Element(string json) => JsonDocument.Parse(json).RootElement;
}
