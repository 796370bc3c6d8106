using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Security.Tokens;

/// <summary>
/// The issuer's signing keys by discovery, cached. Old ones serve while they are read again in the background. An unknown
/// key id asks at once (the issuer rotates its keys), but at most every <see cref="MinimumInterval"/>, so that forged ids
/// cannot make us hammer the issuer. While the issuer is down, known keys stay in use up to their maximum age.
/// </summary>
internal sealed partial class IssuerKeys(IssuerDocuments issuer, IOptions<AuthOptions> options, TimeProvider clock, ILogger<IssuerKeys> log)
{
    private const int MaximumKeys = 64;
    private static readonly TimeSpan MinimumInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MinimumIntervalAtFirst = TimeSpan.FromSeconds(1);

    private readonly Lock _oneAtATime = new();
    private volatile Snapshot? _known;
    private Task _refresh = Task.CompletedTask;
    private DateTimeOffset _lastAttempt = DateTimeOffset.MinValue;

    private sealed record Snapshot(IReadOnlyList<SigningKey> Keys, DateTimeOffset ReadAt);

    /// <summary>Keys that may have signed a token with this key id; null while the issuer has not been reached (for too long).</summary>
    public async Task<IReadOnlyList<SigningKey>?> FindAsync(string? keyId, CancellationToken cancel)
    {
        var known = Current();
        if (known is null || Matching(known, keyId).Count == 0)
        {
            await RefreshAsync(known).WaitAsync(cancel);
        }
        else if (clock.GetUtcNow() - known.ReadAt > options.Value.KeyLifetime)
        {
            _ = RefreshAsync(known);
        }

        return Current() is { } current ? Matching(current, keyId) : null;
    }

    private Snapshot? Current() => _known is { } known && clock.GetUtcNow() - known.ReadAt <= options.Value.KeyMaximumAge ? known : null;

    private static List<SigningKey> Matching(Snapshot known, string? keyId) =>
        [.. known.Keys.Where(key => keyId is null || key.Id is null || key.Id == keyId)];

    /// <summary>One at a time, for all who wait: it ends even when the request that began it goes away.</summary>
    private Task RefreshAsync(Snapshot? seen)
    {
        lock (_oneAtATime)
        {
            var now = clock.GetUtcNow();
            var someoneElseDid = !ReferenceEquals(seen, Current());
            if (_refresh.IsCompleted && !someoneElseDid && now - _lastAttempt >= (_known is null ? MinimumIntervalAtFirst : MinimumInterval))
            {
                _lastAttempt = now;
                _refresh = ReadAsync(now);
            }

            return _refresh;
        }
    }

    private async Task ReadAsync(DateTimeOffset now)
    {
        try
        {
            using var discovery = await issuer.DiscoverAsync(CancellationToken.None);
            var address = discovery.RootElement.Text("jwks_uri") ?? throw new JsonException("The discovery document names no keys.");
            using var keySet = await issuer.GetAsync(address, CancellationToken.None);
            _known = keySet.RootElement.TryGetProperty("keys", out var keys) && keys.ValueKind == JsonValueKind.Array
                ? new Snapshot([.. keys.EnumerateArray().Select(SigningKey.TryRead).OfType<SigningKey>().Take(MaximumKeys)], now)
                : throw new JsonException("The key set has no keys.");
        }
        catch (Exception unreachable) when (unreachable is HttpRequestException or JsonException or OperationCanceledException)
        {
            IssuerUnreachable(log, unreachable.GetType().Name);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The token issuer's keys could not be read: {Cause}")]
    private static partial void IssuerUnreachable(ILogger log, string cause);
}
