using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Security.Tokens;

/// <summary>
/// Judges opaque tokens by asking the issuer, and remembers its answers for a while by the token's hash. Refused tokens are
/// remembered apart, so that a flood of forged ones pushes out no good one; requests with the same token ask once.
/// </summary>
internal sealed class OpaqueTokens(IntrospectionClient issuer, TokenClaims claims, IOptions<AuthOptions> options, TimeProvider clock) : IDisposable
{
    private const int MaximumRemembered = 10_000;
    private static readonly TimeSpan RefusalLifetime = TimeSpan.FromSeconds(5);

    private readonly MemoryCache _accepted = new(new MemoryCacheOptions { SizeLimit = MaximumRemembered });
    private readonly MemoryCache _refused = new(new MemoryCacheOptions { SizeLimit = MaximumRemembered });
    private readonly ConcurrentDictionary<string, Lazy<Task<TokenVerdict>>> _asking = new();

    private sealed record Remembered(TokenVerdict Verdict, DateTimeOffset Until);

    public async Task<TokenVerdict> ValidateAsync(string token, CancellationToken cancel)
    {
        if (!IsToken(token))
        {
            return TokenVerdict.Invalid("The token is malformed");
        }

        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(token)));
        if ((Find(_accepted, hash) ?? Find(_refused, hash)) is { } known)
        {
            return known;
        }

        // Shared with others: one of them going away must not cancel it.
        var answer = _asking.GetOrAdd(hash, _ => new Lazy<Task<TokenVerdict>>(() => AskAsync(token, hash))).Value;
        return await answer.WaitAsync(cancel);
    }

    public void Dispose()
    {
        _accepted.Dispose();
        _refused.Dispose();
    }

    private TokenVerdict? Find(MemoryCache cache, string hash) =>
        cache.TryGetValue<Remembered>(hash, out var known) && known!.Until > clock.GetUtcNow() ? known.Verdict : null;

    private async Task<TokenVerdict> AskAsync(string token, string hash)
    {
        try
        {
            var answer = await issuer.AskAsync(token, CancellationToken.None);
            var verdict = answer switch
            {
                { IsAnswered: false } => TokenVerdict.Unknown(),
                { Claims: { } told } => claims.JudgeIntrospected(told),
                _ => TokenVerdict.Invalid("The token is not active"),
            };
            Remember(hash, verdict);
            return verdict;
        }
        finally
        {
            _asking.TryRemove(hash, out _);
        }
    }

    private void Remember(string hash, TokenVerdict verdict)
    {
        if (verdict.Refusal?.Status == StatusCodes.Status503ServiceUnavailable)
        {
            return;
        }

        var isAccepted = verdict.Caller is not null;
        var now = clock.GetUtcNow();
        var until = now + (isAccepted ? options.Value.Introspection.CacheLifetime : RefusalLifetime);
        if (verdict.Caller?.ExpiresAt + options.Value.ClockSkew is { } end && end < until)
        {
            until = end;
        }

        var entry = new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = TimeSpan.FromTicks(Math.Max(1, (until - now).Ticks)) };
        (isAccepted ? _accepted : _refused).Set(hash, new Remembered(verdict, until), entry);
    }

    /// <summary>token68 of RFC 9110 §11.2, and what else RFC 6750 §2.1 lets a bearer token hold.</summary>
    private static bool IsToken(string token) => token.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~' or '+' or '/' or '=');
}
