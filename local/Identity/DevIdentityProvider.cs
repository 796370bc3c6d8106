using System.Net;
using System.Text.Json.Nodes;

namespace Byon.Local.Identity;

/// <summary>
/// An OpenID Connect provider for a desk and for tests: sign-in is picking a subscriber, keys live as long as the process.
/// It follows the real contract (discovery, PKCE, JWKS, introspection), so that any provider can take its place.
/// </summary>
public sealed class DevIdentityProvider : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TokenIssuer _tokens;
    private readonly TokenEndpoint _endpoint;

    private DevIdentityProvider(WebApplication app, string issuer, TokenIssuer tokens, TokenEndpoint endpoint)
    {
        _endpoint = endpoint;
        _app = app;
        Issuer = issuer;
        _tokens = tokens;
    }

    /// <summary>The issuer's address, for Auth__Authority and for the page.</summary>
    public string Issuer { get; }

    public static async Task<DevIdentityProvider> StartAsync(DevIdentityOptions options, CancellationToken cancel = default)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, options.Port));
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        var app = builder.Build();

        var issuer = $"http://127.0.0.1:{options.Port}";
        var tokens = new TokenIssuer(issuer, options, TimeProvider.System);
        var grants = new GrantStore(TimeProvider.System);
        var authorize = new AuthorizeEndpoint(options, grants, TimeProvider.System);
        var endpoint = new TokenEndpoint(options, tokens, grants, TimeProvider.System);
        app.Use(next => context => AllowAnyOrigin(context, next));
        app.MapGet("/.well-known/openid-configuration", () => Json(Discovery(issuer)));
        app.MapGet("/jwks", () => Json(tokens.KeySet()));
        app.MapGet("/authorize", context => authorize.Answer(context).ExecuteAsync(context));
        app.MapPost("/token", async context => await (await endpoint.AnswerAsync(context)).ExecuteAsync(context));
        app.MapPost("/introspect", async context => await (await endpoint.IntrospectAsync(context)).ExecuteAsync(context));
        await app.StartAsync(cancel);
        return new DevIdentityProvider(app, issuer, tokens, endpoint);
    }

    /// <summary>Writes an access token without any sign-in.</summary>
    public string Mint(TokenSpec spec) => _tokens.AccessToken(spec);

    /// <summary>Takes an opaque token back.</summary>
    public void Revoke(string token) => _tokens.Revoke(token);

    /// <summary>How often somebody asked about a token.</summary>
    public int Introspections => _endpoint.Introspections;

    /// <summary>From now on another key signs, and only that one is published.</summary>
    public void RotateKey() => _tokens.RotateKey();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _tokens.Dispose();
    }

    private static JsonObject Discovery(string issuer) => new()
    {
        ["issuer"] = issuer,
        ["authorization_endpoint"] = $"{issuer}/authorize",
        ["token_endpoint"] = $"{issuer}/token",
        ["introspection_endpoint"] = $"{issuer}/introspect",
        ["jwks_uri"] = $"{issuer}/jwks",
        ["response_types_supported"] = new JsonArray("code"),
        ["grant_types_supported"] = new JsonArray("authorization_code", "refresh_token", "client_credentials"),
        ["subject_types_supported"] = new JsonArray("public"),
        ["id_token_signing_alg_values_supported"] = new JsonArray("ES256"),
        ["code_challenge_methods_supported"] = new JsonArray("S256"),
        ["token_endpoint_auth_methods_supported"] = new JsonArray("none", "client_secret_basic", "client_secret_post"),
        ["scopes_supported"] = new JsonArray(["openid", .. DevClients.ApiScopes.Select(scope => JsonValue.Create(scope))]),
    };

    private static IResult Json(JsonObject body) => Results.Text(body.ToJsonString(), "application/json");

    /// <summary>The page is of another origin. Nothing here depends on cookies, so any origin may ask.</summary>
    private static Task AllowAnyOrigin(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.AccessControlAllowOrigin = "*";
        if (!HttpMethods.IsOptions(context.Request.Method))
            return next(context);

        context.Response.Headers.AccessControlAllowMethods = "GET, POST";
        context.Response.Headers.AccessControlAllowHeaders = "authorization, content-type";
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
