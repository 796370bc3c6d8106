namespace Byon.Local.Identity;

/// <summary>What a code or refresh token stands for.</summary>
internal sealed record Grant(
    string ClientId, DevSubscriber Subscriber, string Scope, string? RedirectUri, string? CodeChallenge, string? Nonce, DateTimeOffset ExpiresAt);

/// <summary>Grants of codes and refresh tokens.</summary>
internal sealed class GrantStore(TimeProvider clock)
{
    private readonly HandleStore<Grant> _grants = new();

    public string Add(Grant grant) => _grants.Add(grant);

    /// <summary>The grant, once: a code or refresh token is used up by its use.</summary>
    public Grant? Take(string handle) => _grants.Take(handle) is { } grant && grant.ExpiresAt > clock.GetUtcNow() ? grant : null;
}
