namespace Byon.Functions.Security;

/// <summary>Section "Auth": whose access tokens are accepted and where they say what we need.</summary>
internal sealed class AuthOptions
{
    /// <summary>The issuer; its discovery document lies below it (OpenID Connect Discovery 1.0 §4). https, or http on loopback.</summary>
    public string Authority { get; set; } = "";

    /// <summary>What a token's aud must contain.</summary>
    public string Audience { get; set; } = "byon";

    /// <summary>Accepted signature algorithms; only RS256, PS256 and ES256 are known.</summary>
    public string[] Algorithms { get; set; } = ["RS256", "PS256", "ES256"];

    public string ClientIdClaim { get; set; } = "client_id";
    public string PhoneNumberClaim { get; set; } = "phone_number";
    public string ScopeClaim { get; set; } = "scope";

    /// <summary>Allowed difference between the issuer's clock and ours.</summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long keys are used without asking again; an unknown key id asks sooner.</summary>
    public TimeSpan KeyLifetime { get; set; } = TimeSpan.FromHours(1);

    public bool IsComplete =>
        Uri.TryCreate(Authority, UriKind.Absolute, out var authority)
        && (authority.Scheme == Uri.UriSchemeHttps || (authority.Scheme == Uri.UriSchemeHttp && authority.IsLoopback))
        && Audience.Length > 0 && Algorithms.Length > 0 && Algorithms.All(SigningKey.IsKnownAlgorithm);
}
