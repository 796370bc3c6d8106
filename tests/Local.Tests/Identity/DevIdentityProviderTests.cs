using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Web;
using Byon.Local.Identity;
using Byon.Tests.TestKit;

namespace Byon.Tests.Local.Tests.Identity;

public sealed class DevIdentityProviderTests : IAsyncLifetime
{
    private const string Page = "http://127.0.0.1:8080/";
    private const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private DevIdentityProvider _provider = null!;

    public async Task InitializeAsync()
    {
        _provider = await DevIdentityProvider.StartAsync(new DevIdentityOptions
        {
            Port = FreePorts.Next(),
            AspSecret = "only for the test",
            Subscribers = [new DevSubscriber("Ada <Lovelace>", "+34600111222"), new DevSubscriber("Grace", "+34600111333")],
        });
        _http.BaseAddress = new Uri(_provider.Issuer);
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _provider.DisposeAsync();
    }

    /// <summary>Verifier and challenge are those of RFC 7636 appendix B.</summary>
    [Fact]
    public async Task ASubscriberSignsInWithACodeAndItsVerifier()
    {
        var code = await CodeAsync();
        var (status, answer) = await TokenAsync(CodeForm(code));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(("Bearer", 3600), ((string?)answer["token_type"], (int)answer["expires_in"]!));
        var claims = await VerifiedAsync((string)answer["access_token"]!);
        Assert.Equal((_provider.Issuer, "byon", "softphone", "+34600111222"), (Text(claims, "iss"), Text(claims, "aud"), Text(claims, "client_id"), Text(claims, "phone_number")));
        Assert.Equal(string.Join(' ', DevClients.ApiScopes.Prepend("openid")), Text(claims, "scope"));
        Assert.DoesNotContain("34600111222", Text(claims, "sub"), StringComparison.Ordinal);
        var identity = await VerifiedAsync((string)answer["id_token"]!);
        Assert.Equal(("softphone", "n-1"), (Text(identity, "aud"), Text(identity, "nonce")));
    }

    [Fact]
    public async Task ACodeWorksOnceAndOnlyForItsOwnSignIn()
    {
        var code = await CodeAsync();
        Assert.Equal(HttpStatusCode.OK, (await TokenAsync(CodeForm(code))).Status);
        await ShouldBeRefusedAsync(CodeForm(code), "invalid_grant");
        await ShouldBeRefusedAsync(CodeForm("never-given"), "invalid_grant");
        await ShouldBeRefusedAsync([.. CodeForm(await CodeAsync()), new("code_verifier", new string('x', 43))], "invalid_grant");
        await ShouldBeRefusedAsync([.. CodeForm(await CodeAsync()).Where(pair => pair.Key != "code_verifier")], "invalid_grant");
        await ShouldBeRefusedAsync([.. CodeForm(await CodeAsync()).Where(pair => pair.Key != "redirect_uri"), new("redirect_uri", "http://127.0.0.1:9/")], "invalid_grant");
    }

    [Fact]
    public async Task ARefreshTokenIsReplacedByItsUse()
    {
        var (_, first) = await TokenAsync(CodeForm(await CodeAsync()));
        var refresh = Form(("grant_type", "refresh_token"), ("client_id", "softphone"), ("refresh_token", (string)first["refresh_token"]!));
        var (status, second) = await TokenAsync(refresh);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("+34600111222", Text(await VerifiedAsync((string)second["access_token"]!), "phone_number"));
        Assert.NotEqual((string?)first["refresh_token"], (string?)second["refresh_token"]);
        await ShouldBeRefusedAsync(refresh, "invalid_grant");
    }

    [Fact]
    public async Task ACodeIsNoRefreshToken() =>
        await ShouldBeRefusedAsync(Form(("grant_type", "refresh_token"), ("client_id", "softphone"), ("refresh_token", await CodeAsync())), "invalid_grant");

    [Fact]
    public async Task AClientAloneHasNoNumber()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/token") { Content = new FormUrlEncodedContent(Form(("grant_type", "client_credentials"))) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("asp-demo:only%20for%20the%20test")));
        using var response = await _http.SendAsync(request);
        var claims = await VerifiedAsync((string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["access_token"]!);
        Assert.Equal(("asp-demo", "asp-demo"), (Text(claims, "sub"), Text(claims, "client_id")));
        Assert.False(claims.ContainsKey("phone_number"));
    }

    [Fact]
    public async Task BadClientsAndGrantsAreRefused()
    {
        await ShouldBeRefusedAsync(Form(("grant_type", "client_credentials"), ("client_id", "asp-demo"), ("client_secret", "guess")), "invalid_client", HttpStatusCode.Unauthorized);
        await ShouldBeRefusedAsync(Form(("grant_type", "client_credentials"), ("client_id", "asp-demo")), "invalid_client", HttpStatusCode.Unauthorized);
        await ShouldBeRefusedAsync(Form(("grant_type", "authorization_code"), ("client_id", "stranger")), "invalid_client", HttpStatusCode.Unauthorized);
        await ShouldBeRefusedAsync(Form(("grant_type", "client_credentials"), ("client_id", "softphone")), "unauthorized_client");
        await ShouldBeRefusedAsync(Form(("grant_type", "password"), ("client_id", "softphone")), "unsupported_grant_type");
    }

    [Fact]
    public async Task TheLoginPageOffersEverySubscriberAndNoScript()
    {
        using var response = await _http.GetAsync(AuthorizePath() + "&x=%22%3E%3Cscript%3E");
        var page = await response.Content.ReadAsStringAsync();
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("Ada &lt;Lovelace&gt;", page, StringComparison.Ordinal);
        Assert.Contains("subscriber=%2B34600111333", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("client_id", "stranger")]
    [InlineData("redirect_uri", "https://evil.example/")]
    [InlineData("redirect_uri", "http://127.0.0.1:8080/#x")]
    [InlineData("redirect_uri", "javascript:alert(1)")]
    public async Task NobodyIsSentToAnAddressThatIsNotTrusted(string name, string value)
    {
        using var response = await _http.GetAsync(AuthorizePath((name, value)));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Null(response.Headers.Location);
    }

    [Theory]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("code_challenge", "", "invalid_request")]
    [InlineData("subscriber", "+34000000000", "access_denied")]
    public async Task OtherFaultsAreToldToTheClient(string name, string value, string error)
    {
        using var response = await _http.GetAsync(AuthorizePath((name, value)));
        var query = HttpUtility.ParseQueryString(response.Headers.Location!.Query);
        Assert.Equal((error, "s-1"), (query["error"], query["state"]));
    }

    [Fact]
    public async Task AScopeThatIsAskedForIsAllThatIsGranted()
    {
        var code = await CodeAsync(("scope", "webrtc-call-handling:sessions:read something-else"));
        var (_, answer) = await TokenAsync(CodeForm(code));
        Assert.Equal("webrtc-call-handling:sessions:read", (string?)answer["scope"]);
    }

    [Fact]
    public async Task IntrospectionTellsAboutGoodTokensOnly()
    {
        var good = await IntrospectAsync(_provider.Mint(new TokenSpec { PhoneNumber = "+34600111222" }));
        Assert.Equal((true, "+34600111222"), ((bool)good["active"]!, (string?)good["phone_number"]));
        foreach (var bad in new[]
        {
            "x", "a.b.c", _provider.Mint(new TokenSpec { ForeignKey = true }), _provider.Mint(new TokenSpec { ExpiresAt = DateTimeOffset.UtcNow.AddSeconds(-1) }),
        })
        {
            Assert.Equal("""{"active":false}""", (await IntrospectAsync(bad)).ToJsonString());
        }

        using var nobody = await _http.PostAsync("/introspect", new FormUrlEncodedContent(Form(("token", "x"))));
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
    }

    [Fact]
    public async Task APageOfAnyOriginMayAsk()
    {
        using var preflight = await _http.SendAsync(new HttpRequestMessage(HttpMethod.Options, "/token"));
        Assert.Equal((HttpStatusCode.NoContent, "*"), (preflight.StatusCode, preflight.Headers.GetValues("Access-Control-Allow-Origin").Single()));
        using var discovery = await _http.GetAsync("/.well-known/openid-configuration");
        Assert.Equal("*", discovery.Headers.GetValues("Access-Control-Allow-Origin").Single());
        var document = JsonNode.Parse(await discovery.Content.ReadAsStringAsync())!;
        Assert.Equal(_provider.Issuer, (string?)document["issuer"]);
    }

    [Fact]
    public async Task ARotatedKeyIsTheOnlyOne()
    {
        var old = _provider.Mint(new TokenSpec());
        _provider.RotateKey();
        await VerifiedAsync(_provider.Mint(new TokenSpec()));
        await Assert.ThrowsAnyAsync<Exception>(() => VerifiedAsync(old));
    }

    private static string? Text(JsonObject claims, string name) => (string?)claims[name];

    private static List<KeyValuePair<string, string>> Form(params (string Name, string Value)[] pairs) =>
        [.. pairs.Select(pair => new KeyValuePair<string, string>(pair.Name, pair.Value))];

    private static List<KeyValuePair<string, string>> CodeForm(string code) =>
        Form(("grant_type", "authorization_code"), ("client_id", "softphone"), ("redirect_uri", Page), ("code_verifier", Verifier), ("code", code));

    private static string AuthorizePath(params (string Name, string Value)[] changes)
    {
        var query = HttpUtility.ParseQueryString("");
        query["client_id"] = "softphone";
        query["redirect_uri"] = Page;
        query["response_type"] = "code";
        query["scope"] = "openid";
        query["state"] = "s-1";
        query["nonce"] = "n-1";
        query["code_challenge"] = Challenge;
        query["code_challenge_method"] = "S256";
        foreach (var (name, value) in changes)
            query[name] = value;
        return $"/authorize?{query}";
    }

    private async Task<string> CodeAsync(params (string Name, string Value)[] changes)
    {
        using var response = await _http.GetAsync(AuthorizePath([("subscriber", "+34600111222"), .. changes]));
        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
        Assert.StartsWith(Page, response.Headers.Location!.AbsoluteUri, StringComparison.Ordinal);
        var query = HttpUtility.ParseQueryString(response.Headers.Location.Query);
        Assert.Equal("s-1", query["state"]);
        return query["code"]!;
    }

    private async Task<(HttpStatusCode Status, JsonNode Answer)> TokenAsync(IEnumerable<KeyValuePair<string, string>> form)
    {
        using var response = await _http.PostAsync("/token", new FormUrlEncodedContent(form));
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    private async Task ShouldBeRefusedAsync(IEnumerable<KeyValuePair<string, string>> form, string error, HttpStatusCode expected = HttpStatusCode.BadRequest)
    {
        var (status, answer) = await TokenAsync(form);
        Assert.Equal((expected, error), (status, (string?)answer["error"]));
    }

    private async Task<JsonObject> IntrospectAsync(string token)
    {
        using var response = await _http.PostAsync("/introspect", new FormUrlEncodedContent(Form(("client_id", "asp-demo"), ("client_secret", "only for the test"), ("token", token))));
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
    }

    /// <summary>The claims, after checking the signature with the published key.</summary>
    private async Task<JsonObject> VerifiedAsync(string token)
    {
        var keys = JsonNode.Parse(await _http.GetStringAsync("/jwks"))!["keys"]!.AsArray();
        var parts = token.Split('.');
        var header = JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!;
        var jwk = keys.Single(key => (string?)key!["kid"] == (string?)header["kid"])!;
        using var key = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Base64Url.DecodeFromChars((string)jwk["x"]!), Y = Base64Url.DecodeFromChars((string)jwk["y"]!) },
        });
        Assert.True(key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256));
        return JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!.AsObject();
    }
}
