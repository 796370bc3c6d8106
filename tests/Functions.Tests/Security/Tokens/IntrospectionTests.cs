using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Byon.Local.Identity;
using Byon.Tests.Functions.Tests.Rig;
using Byon.Tests.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Byon.Tests.Functions.Tests.Security.Tokens;

/// <summary>Opaque tokens (RFC 7662): the issuer is asked, and asked no oftener than needed.</summary>
public sealed class IntrospectionTests(ApiRig rig) : ApiTest(rig)
{
    private const string Secret = "a secret: with + and %";

    private readonly string _path = $"{RegistrationSessions}?deviceId={Guid.NewGuid()}";
    private readonly TokenSpec _good = new() { PhoneNumber = ApiRig.NewNumber(), Opaque = true };

    [Fact]
    public async Task AnActiveTokenOpensTheDoorAndItsAnswerIsRemembered()
    {
        await using var door = await DoorAsync();
        var token = door.Issuer.Mint(_good);
        for (var i = 0; i < 3; i++)
            Assert.Equal(200, await door.StatusAsync(token));
        Assert.Equal(1, door.Issuer.Introspections);
    }

    [Fact]
    public async Task ManyRequestsAtOnceAskOnce()
    {
        await using var door = await DoorAsync();
        var token = door.Issuer.Mint(_good);
        var statuses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => door.StatusAsync(token)));
        Assert.All(statuses, status => Assert.Equal(200, status));
        Assert.Equal(1, door.Issuer.Introspections);
    }

    [Fact]
    public async Task ARevokedTokenWorksNoLongerThanTheAnswerIsRemembered()
    {
        await using var door = await DoorAsync("--Auth:Introspection:CacheLifetime=00:00:00");
        var token = door.Issuer.Mint(_good);
        Assert.Equal(200, await door.StatusAsync(token));
        door.Issuer.Revoke(token);
        Assert.Equal(401, await door.StatusAsync(token));
    }

    [Fact]
    public async Task AnUnknownTokenIsAskedForOnceAndRefused()
    {
        await using var door = await DoorAsync();
        Assert.Equal(401, await door.StatusAsync("nothing"));
        Assert.Equal(401, await door.StatusAsync("nothing"));
        Assert.Equal(1, door.Issuer.Introspections);
    }

    [Fact]
    public async Task WhatTheIssuerSaysMustFit()
    {
        await using var door = await DoorAsync();
        Assert.Equal(401, await door.StatusAsync(door.Issuer.Mint(_good with { Audience = "bank" })));
        Assert.Equal(401, await door.StatusAsync(door.Issuer.Mint(_good with { Issuer = "https://elsewhere.example" })));
        Assert.Equal(401, await door.StatusAsync(door.Issuer.Mint(_good with { NotBefore = DateTimeOffset.UtcNow.AddMinutes(5) })));
        Assert.Equal(401, await door.StatusAsync(door.Issuer.Mint(_good with { Claims = new JsonObject { ["aud"] = null } })));
        Assert.Equal(403, await door.StatusAsync(door.Issuer.Mint(_good with { Scope = "webrtc-registration:sessions:create" })));
    }

    [Fact]
    public async Task AnAnswerWithoutAudienceIsTakenWhereTheOperatorSaysSo()
    {
        await using var door = await DoorAsync("--Auth:Introspection:RequireAudience=false");
        Assert.Equal(200, await door.StatusAsync(door.Issuer.Mint(_good with { Claims = new JsonObject { ["aud"] = null, ["iss"] = null } })));
        Assert.Equal(401, await door.StatusAsync(door.Issuer.Mint(_good with { Audience = "bank" })));
    }

    [Fact]
    public async Task ByItsShapeAJwtIsJudgedWithoutAsking()
    {
        await using var door = await DoorAsync();
        Assert.Equal(200, await door.StatusAsync(door.Issuer.Mint(_good with { Opaque = false })));
        Assert.Equal(0, door.Issuer.Introspections);
    }

    [Fact]
    public async Task WhereTheIssuerIsToBeAskedAboutEveryTokenItIsAskedAboutJwtsAsWell()
    {
        await using var door = await DoorAsync("--Auth:Mode=Introspection");
        Assert.Equal(200, await door.StatusAsync(door.Issuer.Mint(_good with { Opaque = false })));
        Assert.Equal(401, await door.StatusAsync(door.Issuer.Mint(_good with { Opaque = false, ForeignKey = true })));
        Assert.Equal(2, door.Issuer.Introspections);
    }

    [Fact]
    public async Task WithoutIntrospectionAnOpaqueTokenIsMalformed()
    {
        await using var door = await DoorAsync("--Auth:Mode=Jwt");
        Assert.Equal(401, await door.StatusAsync(door.Issuer.Mint(_good)));
        Assert.Equal(0, door.Issuer.Introspections);
    }

    [Fact]
    public async Task AnIssuerThatIsDownIsUnavailableNotTheTokensFault()
    {
        await using var door = await DoorAsync($"--Auth:Introspection:Endpoint=http://127.0.0.1:{FreePorts.Next()}/introspect");
        Assert.Equal(503, await door.StatusAsync(door.Issuer.Mint(_good)));
    }

    [Fact]
    public async Task AnIssuerThatRefusesOurOwnCredentialsIsUnavailableAndNothingIsRemembered()
    {
        await using var door = await DoorAsync("--Auth:Introspection:ClientSecret=wrong");
        var token = door.Issuer.Mint(_good);
        Assert.Equal(503, await door.StatusAsync(token));
        Assert.Equal(503, await door.StatusAsync(token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"active\":true,\"active\":false}")]
    [InlineData("{\"active\":\"true\"}")]
    [InlineData("{\"active\":1}")]
    [InlineData("{}")]
    [InlineData("{\"active\":true}")]
    [InlineData("{\"active\":true,\"aud\":\"byon\",\"client_id\":\"\\ud800\"}")]
    [InlineData("{\"active\":true,\"aud\":\"byon\",\"client_id\":\"a\",\"sub\":\"b\",\"exp\":\"never\",\"phone_number\":\"+34600000001\"}")]
    public async Task NoAnswerOfAnIssuerOpensTheDoorByAccident(string answer)
    {
        await using var issuer = await FixedIssuerAsync(answer);
        await using var door = await DoorAsync($"--Auth:Introspection:Endpoint={issuer.Urls.Single()}/introspect");
        Assert.Contains(await door.StatusAsync("token"), new[] { 401, 503 });
    }

    [Theory]
    [InlineData("--Auth:Introspection:ClientId=")]
    [InlineData("--Auth:Introspection:ClientSecret=")]
    [InlineData("--Auth:Introspection:Endpoint=http://issuer.example/introspect")]
    public async Task AnIncompleteSettingStopsTheStartAndIsNamed(string setting)
    {
        var wrong = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => Rig.StartApiAsync(
            "--Auth:Mode=Automatic", "--Auth:Introspection:ClientId=a", "--Auth:Introspection:ClientSecret=b", setting));
        Assert.Contains("Introspection", wrong.Message, StringComparison.Ordinal);
    }

    private async Task<Door> DoorAsync(params string[] settings)
    {
        var issuer = await DevIdentityProvider.StartAsync(new DevIdentityOptions { Port = FreePorts.Next(), AspSecret = Secret });
        var (app, address) = await Rig.StartApiAsync(
        [
            $"--Auth:Authority={issuer.Issuer}", "--Auth:Mode=Automatic", $"--Auth:Introspection:ClientId={DevClients.Asp}",
            $"--Auth:Introspection:ClientSecret={Secret}", .. settings,
        ]);
        return new Door(issuer, app, new HttpClient { BaseAddress = address }, _path);
    }

    private static async Task<WebApplication> FixedIssuerAsync(string answer)
    {
        var port = FreePorts.Next();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        app.Run(context => context.Response.WriteAsync(answer));
        await app.StartAsync();
        return app;
    }

    /// <summary>An API with an issuer of its own.</summary>
    private sealed record Door(DevIdentityProvider Issuer, WebApplication App, HttpClient Http, string Path) : IAsyncDisposable
    {
        public async Task<int> StatusAsync(string token)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Path);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var response = await Http.SendAsync(request);
            return (int)response.StatusCode;
        }

        public async ValueTask DisposeAsync()
        {
            Http.Dispose();
            await App.DisposeAsync();
            await Issuer.DisposeAsync();
        }
    }
}
