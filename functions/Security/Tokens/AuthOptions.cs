namespace Byon.Functions.Security.Tokens;

/// <summary>How access tokens are judged.</summary>
internal enum TokenMode
{
    /// <summary>Every token is a JWT, judged here with the issuer's published keys.</summary>
    Jwt,

    /// <summary>The issuer is asked about every token (RFC 7662).</summary>
    Introspection,

    /// <summary>By the token's shape: a JWT is judged here, about anything else the issuer is asked.</summary>
    Automatic,
}

/// <summary>Section "Auth": whose access tokens are accepted and where they say what we need.</summary>
internal sealed class AuthOptions
{
    /// <summary>The issuer; its discovery document lies below it (OpenID Connect Discovery 1.0 §4). https, or http on loopback.</summary>
    public string Authority { get; set; } = "";

    /// <summary>What a token's aud must contain.</summary>
    public string Audience { get; set; } = "byon";

    /// <summary>How tokens are judged: Jwt by the issuer's keys, Introspection by asking it, Automatic by the token's shape.</summary>
    public TokenMode Mode { get; set; } = TokenMode.Jwt;

    /// <summary>Accepted signature algorithms; only RS256, PS256 and ES256 are known.</summary>
    public string[] Algorithms { get; set; } = ["RS256", "PS256", "ES256"];

    /// <summary>The client a token was given to; azp where it is missing.</summary>
    public string ClientIdClaim { get; set; } = "client_id";

    /// <summary>Who signed in. A token without a phone number may lack it: it speaks for its client.</summary>
    public string SubjectClaim { get; set; } = "sub";

    /// <summary>The subscriber's number: E.164 with plus, or a tel: URI of it.</summary>
    public string PhoneNumberClaim { get; set; } = "phone_number";

    /// <summary>The scopes of a token, separated by blanks, or a list of them.</summary>
    public string ScopeClaim { get; set; } = "scope";

    /// <summary>Tokens with scopes of CAMARA r2.2 may do what these became: see <see cref="OlderScopes"/>.</summary>
    public bool AcceptOlderScopes { get; set; }

    /// <summary>Allowed difference between the issuer's clock and ours.</summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>After this keys are read again, while the known ones stay in use; an unknown key id asks sooner.</summary>
    public TimeSpan KeyLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Keys that could not be confirmed for so long are not believed any more.</summary>
    public TimeSpan KeyMaximumAge { get; set; } = TimeSpan.FromHours(24);

    public IntrospectionOptions Introspection { get; set; } = new();

    public bool IsComplete =>
        IsSafe(Authority) && Audience.Length > 0 && Algorithms.Length > 0 && Algorithms.All(SigningKey.IsKnownAlgorithm)
        && KeyLifetime > TimeSpan.Zero && KeyMaximumAge >= KeyLifetime && ClockSkew >= TimeSpan.Zero
        && (Mode == TokenMode.Jwt || Introspection.IsComplete);

    /// <summary>https, or http on loopback: what comes from there decides who is let in.</summary>
    public static bool IsSafe(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));
}

/// <summary>Section "Auth:Introspection": how the issuer is asked about tokens.</summary>
internal sealed class IntrospectionOptions
{
    /// <summary>Empty: the introspection_endpoint of the discovery document.</summary>
    public string Endpoint { get; set; } = "";

    /// <summary>Our own client at the issuer, by HTTP Basic authentication (RFC 6749 §2.3.1).</summary>
    public string ClientId { get; set; } = "";

    /// <summary>That client's secret.</summary>
    public string ClientSecret { get; set; } = "";

    /// <summary>Whether an answer without aud is refused: then the issuer must not give us tokens made for others.</summary>
    public bool RequireAudience { get; set; } = true;

    /// <summary>How long an answer is used again: a revoked token works no longer than this.</summary>
    public TimeSpan CacheLifetime { get; set; } = TimeSpan.FromSeconds(30);

    public bool IsComplete =>
        (Endpoint.Length == 0 || AuthOptions.IsSafe(Endpoint)) && ClientId.Length > 0 && ClientSecret.Length > 0
        && CacheLifetime >= TimeSpan.Zero && CacheLifetime <= TimeSpan.FromHours(1);
}
