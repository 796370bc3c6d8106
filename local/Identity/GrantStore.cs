using System.Security.Cryptography;

namespace Byon.Local.Identity;

/// <summary>What a code or refresh token stands for.</summary>
internal sealed record Grant(
    string ClientId, DevSubscriber Subscriber, string Scope, string? RedirectUri, string? CodeChallenge, string? Nonce, DateTimeOffset ExpiresAt);

/// <summary>Grants by an unguessable text; the oldest go when there are many.</summary>
internal sealed class GrantStore(TimeProvider clock)
{
    private const int Maximum = 10_000;

    private readonly Lock _oneAtATime = new();
    private readonly OrderedDictionary<string, Grant> _grants = [];

    public string Add(Grant grant)
    {
        var handle = Convert.ToHexString(RandomNumberGenerator.GetBytes(24));
        lock (_oneAtATime)
        {
            if (_grants.Count >= Maximum)
                _grants.RemoveAt(0);
            _grants.Add(handle, grant);
        }

        return handle;
    }

    /// <summary>The grant, once: a code or refresh token is used up by its use.</summary>
    public Grant? Take(string handle)
    {
        lock (_oneAtATime)
            return _grants.Remove(handle, out var grant) && grant.ExpiresAt > clock.GetUtcNow() ? grant : null;
    }
}
