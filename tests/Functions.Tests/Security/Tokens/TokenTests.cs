using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Byon.Local.Identity;
using Byon.Tests.Functions.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.Functions.Tests.Security.Tokens;

public sealed class TokenTests(ApiRig rig) : ApiTest(rig)
{
    private readonly string _path = $"{RegistrationSessions}?deviceId={Guid.NewGuid()}";
    private readonly TokenSpec _good = new() { PhoneNumber = ApiRig.NewNumber() };

    [Fact]
    public async Task AGoodTokenOpensTheDoor() => (await Rig.SendAsync(HttpMethod.Get, _path, _good)).ShouldBe(200);

    [Fact]
    public async Task TheSchemeIsWrittenAnyhow() =>
        (await Rig.SendAsync(HttpMethod.Get, _path, "bearer " + Rig.Identity.Mint(_good))).ShouldBe(200);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Basic YTpi")]
    [InlineData("Bearer")]
    public async Task WithoutABearerTokenNobodyIsThere(string? authorization)
    {
        var answer = await Rig.SendAsync(HttpMethod.Get, _path, authorization);
        answer.ShouldBe(401, "UNAUTHENTICATED");
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
    }

    [Theory]
    [InlineData("Bearer x")]
    [InlineData("Bearer a.b")]
    [InlineData("Bearer a.b.c")]
    [InlineData("Bearer e30.e30.")]
    [InlineData("Bearer W10.W10.W10")]
    [InlineData("Bearer eyJhbGciOiJFUzI1NiIsImtpZCI6Ilx1ZDgwMCJ9.e30.AAAA")]
    [InlineData("Bearer eyJhbGciOlsiRVMyNTYiXX0.e30.AAAA")]
    public async Task AMalformedTokenIsInvalid(string authorization) => await ShouldBeInvalidAsync(authorization);

    [Fact]
    public Task AnExpiredTokenIsInvalid() => ShouldBeInvalidAsync(_good with { ExpiresAt = DateTimeOffset.UtcNow.AddSeconds(-31) }, "expired");

    [Fact]
    public async Task TheClocksMayDifferALittle() =>
        (await Rig.SendAsync(HttpMethod.Get, _path, _good with { ExpiresAt = DateTimeOffset.UtcNow.AddSeconds(-10) })).ShouldBe(200);

    [Fact]
    public Task ATokenOfTheFutureIsInvalid() => ShouldBeInvalidAsync(_good with { NotBefore = DateTimeOffset.UtcNow.AddMinutes(5) }, "not valid yet");

    [Fact]
    public Task AForeignSignatureIsInvalid() => ShouldBeInvalidAsync(_good with { ForeignKey = true }, "signature");

    [Fact]
    public Task AnotherIssuerIsInvalid() => ShouldBeInvalidAsync(_good with { Issuer = "https://elsewhere.example" }, "issuer");

    [Fact]
    public Task AnotherAudienceIsInvalid() => ShouldBeInvalidAsync(_good with { Audience = "bank" }, "audience");

    [Theory]
    [InlineData("JWT")]
    [InlineData("AT+JWT")]
    [InlineData("application/at+jwt")]
    public async Task ATypeOfAccessTokensIsGood(string type) => (await Rig.SendAsync(HttpMethod.Get, _path, _good with { Type = type })).ShouldBe(200);

    [Theory]
    [InlineData("logout+jwt")]
    [InlineData("dpop+jwt")]
    [InlineData("secevent+jwt")]
    [InlineData("")]
    public Task ATokenForSomethingElseIsInvalid(string type) => ShouldBeInvalidAsync(_good with { Type = type }, "not an access token");

    [Theory]
    [InlineData("600000001")]
    [InlineData("+0600000001")]
    [InlineData("+34 600 000 001")]
    [InlineData("tel:600")]
    public Task AWrongNumberIsNotTakenForNoNumber(string number) => ShouldBeInvalidAsync(_good with { PhoneNumber = number }, "E.164");

    [Fact]
    public Task ANumberThatNobodyVerifiedIsInvalid() =>
        ShouldBeInvalidAsync(_good with { Claims = new JsonObject { ["phone_number_verified"] = false } }, "verified");

    [Fact]
    public async Task AnAudienceMayBeOneOfSeveral() =>
        (await Rig.SendAsync(HttpMethod.Get, _path, _good with { Claims = new JsonObject { ["aud"] = new JsonArray("bank", "byon") } })).ShouldBe(200);

    [Theory]
    [InlineData("aud")]
    [InlineData("exp")]
    [InlineData("iss")]
    [InlineData("client_id")]
    public Task AMissingClaimIsInvalid(string name) => ShouldBeInvalidAsync(_good with { Claims = new JsonObject { [name] = null } }, "");

    [Theory]
    [InlineData("exp", "\"tomorrow\"")]
    [InlineData("exp", "-1")]
    [InlineData("exp", "1e300")]
    [InlineData("nbf", "\"yesterday\"")]
    [InlineData("aud", "7")]
    [InlineData("iss", "[]")]
    public Task AClaimOfTheWrongTypeIsInvalid(string name, string json) =>
        ShouldBeInvalidAsync(_good with { Claims = new JsonObject { [name] = JsonNode.Parse(json) } }, "");

    [Fact]
    public async Task TheClaimsThatNameNumberSubjectAndClientAreSettings()
    {
        var (app, address) = await Rig.StartApiAsync(
            "--Auth:PhoneNumberClaim=msisdn", "--Auth:SubjectClaim=uid", "--Auth:ClientIdClaim=cid", "--Auth:ScopeClaim=scp");
        await using var running = app;
        using var http = new HttpClient { BaseAddress = address };
        var claims = new JsonObject
        {
            ["msisdn"] = "tel:" + ApiRig.NewNumber(),
            ["uid"] = "somebody",
            ["cid"] = "some-app",
            ["scp"] = new JsonArray("webrtc-registration:sessions:read"),
            ["sub"] = null,
            ["client_id"] = null,
            ["scope"] = null,
        };
        Assert.Equal(200, await StatusAsync(http, Rig.Identity.Mint(new TokenSpec { Claims = claims })));
        Assert.Equal(401, await StatusAsync(http, Rig.Identity.Mint(_good with { Claims = new JsonObject { ["msisdn"] = "+34611999999" } })));
    }

    [Fact]
    public async Task ScopesOfAnEarlierReleaseCountWhereTheOperatorSaysSo()
    {
        var (app, address) = await Rig.StartApiAsync("--Auth:AcceptOlderScopes=true");
        await using var running = app;
        using var http = new HttpClient { BaseAddress = address };
        var update = $"/webrtc-events/v0.3/subscriptions/{Guid.NewGuid()}";
        var token = _good with { Scope = "webrtc-events:read webrtc-events:delete" };
        using var request = new HttpRequestMessage(HttpMethod.Put, update) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Rig.Identity.Mint(token));
        using var allowed = await http.SendAsync(request);
        Assert.Equal(400, (int)allowed.StatusCode);
        (await Rig.SendAsync(HttpMethod.Put, update, token, "{}")).ShouldBe(403, "PERMISSION_DENIED", "webrtc-events:update");
    }

    /// <summary>CAMARA ties a registration to its expiresAt alone: it outlives its token until then, and no longer.</summary>
    [Fact]
    public async Task ARegistrationOfCamaraOutlivesItsToken()
    {
        var soonOver = _good with { ExpiresAt = DateTimeOffset.UtcNow.AddSeconds(-10) };
        var registered = await Rig.SendAsync(HttpMethod.Post, RegistrationSessions, soonOver, $$"""{"deviceId":"{{Guid.NewGuid()}}"}""");
        registered.ShouldBe(201);
        Assert.True(DateTimeOffset.Parse((string)registered.Json["expiresAt"]!, System.Globalization.CultureInfo.InvariantCulture) > soonOver.ExpiresAt.Value.AddMinutes(5));
        var path = $"{RegistrationSessions}/{(string)registered.Json["registrationId"]!}";
        (await Rig.SendAsync(HttpMethod.Get, path, _good with { ExpiresAt = DateTimeOffset.UtcNow.AddMinutes(-1) })).ShouldBe(401, "UNAUTHENTICATED");
        (await Rig.SendAsync(HttpMethod.Put, path, _good, "{}")).ShouldBe(200);
    }

    [Fact]
    public async Task AMemberTwiceIsMalformed()
    {
        var parts = Rig.Identity.Mint(_good).Split('.');
        parts[0] = Base64Url.EncodeToString(Encoding.UTF8.GetBytes("""{"alg":"none","alg":"ES256"}"""));
        await ShouldBeInvalidAsync($"Bearer {string.Join('.', parts)}", "malformed");
    }

    [Fact]
    public async Task AVeryLongTokenIsMalformed() => await ShouldBeInvalidAsync("Bearer " + new string('a', 17 * 1024), "malformed");

    [Fact]
    public Task ATokenOfNobodyIsInvalid() => ShouldBeInvalidAsync(_good with { Subject = "" }, "subject");

    [Theory]
    [InlineData("none")]
    [InlineData("HS256")]
    [InlineData("ES384")]
    public async Task AnotherAlgorithmIsInvalid(string algorithm)
    {
        var parts = Rig.Identity.Mint(_good).Split('.');
        var header = JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!;
        header["alg"] = algorithm;
        parts[0] = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header.ToJsonString()));
        await ShouldBeInvalidAsync($"Bearer {string.Join('.', parts)}", "algorithm");
    }

    [Fact]
    public async Task AChangedPayloadIsInvalid()
    {
        var parts = Rig.Identity.Mint(_good).Split('.');
        var payload = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!;
        payload["phone_number"] = "+34600000000";
        parts[1] = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload.ToJsonString()));
        await ShouldBeInvalidAsync($"Bearer {string.Join('.', parts)}", "signature");
    }

    [Fact]
    public async Task ACriticalExtensionIsInvalid()
    {
        var parts = Rig.Identity.Mint(_good).Split('.');
        var header = JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!;
        header["crit"] = new JsonArray("b64");
        parts[0] = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header.ToJsonString()));
        await ShouldBeInvalidAsync($"Bearer {string.Join('.', parts)}");
    }

    [Fact]
    public async Task EveryShorteningOfATokenIsRefused()
    {
        var token = Rig.Identity.Mint(_good);
        for (var length = 1; length < token.Length; length += 7)
            Assert.Equal(401, (await Rig.SendAsync(HttpMethod.Get, _path, "Bearer " + token[..length])).Status);
    }

    [Fact]
    public async Task AScopeThatIsMissingIsNamed()
    {
        var answer = await Rig.SendAsync(HttpMethod.Get, _path, _good with { Scope = "webrtc-registration:sessions:create" });
        answer.ShouldBe(403, "PERMISSION_DENIED", "webrtc-registration:sessions:read");
        Assert.Contains("insufficient_scope", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AfterARotationTheNewKeyIsFetchedAndTheOldOneIsRefused()
    {
        await using var issuer = await DevIdentityProvider.StartAsync(new DevIdentityOptions { Port = FreePorts.Next() });
        var (app, address) = await Rig.StartApiAsync($"--Auth:Authority={issuer.Issuer}", "--Auth:KeyLifetime=00:00:00.001");
        await using var running = app;
        using var http = new HttpClient { BaseAddress = address };
        var old = issuer.Mint(_good);
        Assert.Equal(200, await StatusAsync(http, old));
        issuer.RotateKey();

        // The API asks for keys at most every five seconds, so that forged key ids cannot make it ask all the time.
        var renewed = issuer.Mint(_good);
        await WaitFor.TrueAsync(async () => await StatusAsync(http, renewed) == 200);
        Assert.Equal(401, await StatusAsync(http, old));
    }

    [Fact]
    public async Task WhileTheIssuerIsDownKnownKeysStayInUse()
    {
        var issuer = await DevIdentityProvider.StartAsync(new DevIdentityOptions { Port = FreePorts.Next() });
        var (app, address) = await Rig.StartApiAsync($"--Auth:Authority={issuer.Issuer}", "--Auth:KeyLifetime=00:00:00.001");
        await using var running = app;
        using var http = new HttpClient { BaseAddress = address };
        var token = issuer.Mint(_good);
        Assert.Equal(200, await StatusAsync(http, token));
        await issuer.DisposeAsync();
        Assert.Equal(200, await StatusAsync(http, token));
    }

    [Fact]
    public async Task AnIssuerThatWasNeverReachedIsUnavailableNotTheTokensFault()
    {
        var (app, address) = await Rig.StartApiAsync($"--Auth:Authority=http://127.0.0.1:{FreePorts.Next()}");
        await using var running = app;
        using var http = new HttpClient { BaseAddress = address };
        Assert.Equal(503, await StatusAsync(http, Rig.Identity.Mint(_good)));
    }

    private async Task<int> StatusAsync(HttpClient http, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await http.SendAsync(request);
        return (int)response.StatusCode;
    }

    private Task ShouldBeInvalidAsync(TokenSpec token, string why) => ShouldBeInvalidAsync("Bearer " + Rig.Identity.Mint(token), why);

    private async Task ShouldBeInvalidAsync(string authorization, string why = "")
    {
        var answer = await Rig.SendAsync(HttpMethod.Get, _path, authorization);
        answer.ShouldBe(401, "UNAUTHENTICATED");
        Assert.Contains("invalid_token", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.Contains(why, answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }
}
