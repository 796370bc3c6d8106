using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Byon.Local.Identity;

/// <summary>POST /token (RFC 6749 §3.2) and POST /introspect (RFC 7662).</summary>
internal sealed class TokenEndpoint(DevIdentityOptions options, TokenIssuer issuer, GrantStore grants, TimeProvider clock)
{
    private static readonly TimeSpan RefreshLifetime = TimeSpan.FromDays(1);

    private int _introspections;

    public int Introspections => _introspections;

    public async Task<IResult> AnswerAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType)
            return Refuse("invalid_request", "The body must be a form.");

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (ClientOf(context.Request, form) is not { } clientId)
            return Refuse("invalid_client", "The client is unknown or its secret is wrong.", StatusCodes.Status401Unauthorized);

        return form["grant_type"].ToString() switch
        {
            "authorization_code" => WithCode(form, clientId),
            "refresh_token" => WithRefreshToken(form, clientId),
            "client_credentials" when clientId == DevClients.Asp => ForClientAlone(),
            "client_credentials" => Refuse("unauthorized_client", "A public client has no credentials."),
            _ => Refuse("unsupported_grant_type", "Served are authorization_code, refresh_token and client_credentials."),
        };
    }

    public async Task<IResult> IntrospectAsync(HttpContext context)
    {
        var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted) : FormCollection.Empty;
        if (ClientOf(context.Request, form) is not DevClients.Asp)
            return Refuse("invalid_client", "Only a client with its secret may ask about tokens.", StatusCodes.Status401Unauthorized);

        Interlocked.Increment(ref _introspections);
        var answer = issuer.TryOpen(form["token"].ToString()) ?? [];
        answer["active"] = answer.Count > 0;
        return Results.Text(answer.ToJsonString(), "application/json");
    }

    private IResult WithCode(IFormCollection form, string clientId)
    {
        var grant = grants.Take(form["code"].ToString());
        var isTheirs = grant is not null && grant.ClientId == clientId && grant.RedirectUri == form["redirect_uri"].ToString();
        return isTheirs && Matches(grant!.CodeChallenge!, form["code_verifier"].ToString())
            ? Answer(grant)
            : Refuse("invalid_grant", "The code is wrong, used, expired, or of another sign-in.");
    }

    private IResult WithRefreshToken(IFormCollection form, string clientId) =>
        grants.Take(form["refresh_token"].ToString()) is { CodeChallenge: null } grant && grant.ClientId == clientId
            ? Answer(grant)
            : Refuse("invalid_grant", "The refresh token is wrong, used or expired.");

    private IResult ForClientAlone()
    {
        var answer = Bearer(issuer.AccessToken(new TokenSpec { ClientId = DevClients.Asp }), string.Join(' ', DevClients.ApiScopes));
        return Results.Text(answer.ToJsonString(), "application/json");
    }

    private IResult Answer(Grant grant)
    {
        var token = issuer.AccessToken(new TokenSpec { ClientId = grant.ClientId, PhoneNumber = grant.Subscriber.PhoneNumber, Scope = grant.Scope });
        var answer = Bearer(token, grant.Scope);
        answer["refresh_token"] = grants.Add(grant with { RedirectUri = null, CodeChallenge = null, ExpiresAt = clock.GetUtcNow() + RefreshLifetime });
        if (grant.Scope.StartsWith("openid", StringComparison.Ordinal))
            answer["id_token"] = issuer.IdToken(grant);
        return Results.Text(answer.ToJsonString(), "application/json");
    }

    private JsonObject Bearer(string token, string scope) => new()
    {
        ["access_token"] = token,
        ["token_type"] = "Bearer",
        ["expires_in"] = (long)options.AccessTokenLifetime.TotalSeconds,
        ["scope"] = scope,
    };

    /// <summary>RFC 7636 §4.6.</summary>
    private static bool Matches(string challenge, string verifier) =>
        verifier.Length is >= 43 and <= 128 && Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))) == challenge;

    private string? ClientOf(HttpRequest request, IFormCollection form)
    {
        var (id, secret) = BasicCredentials(request) ?? (form["client_id"].ToString(), form["client_secret"].ToString());
        return id switch
        {
            DevClients.Softphone => id,
            DevClients.Asp when options.AspSecret is { Length: > 0 } expected && Same(expected, secret) => id,
            _ => null,
        };
    }

    private static bool Same(string expected, string given) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(given));

    private static (string Id, string Secret)? BasicCredentials(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        var decoded = new byte[header.Length];
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) || !Convert.TryFromBase64String(header[6..].Trim(), decoded, out var length))
            return null;

        var parts = Encoding.UTF8.GetString(decoded, 0, length).Split(':', 2);
        return parts.Length == 2 ? (Uri.UnescapeDataString(parts[0]), Uri.UnescapeDataString(parts[1])) : null;
    }

    private static IResult Refuse(string code, string description, int status = StatusCodes.Status400BadRequest) =>
        Results.Text(new JsonObject { ["error"] = code, ["error_description"] = description }.ToJsonString(), "application/json", statusCode: status);
}
