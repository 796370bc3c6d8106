using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Security;

/// <summary>
/// The issuer's signing keys by OpenID Connect discovery, cached. An unknown key id makes it ask again (the issuer rotates
/// its keys), at most every <see cref="MinimumInterval"/>, so that forged ids cannot make us hammer the issuer. While the
/// issuer is down, known keys stay in use.
/// </summary>
internal sealed partial class IssuerKeys(HttpClient http, IOptions<AuthOptions> options, TimeProvider clock, ILogger<IssuerKeys> log) : IDisposable
{
    private static readonly TimeSpan MinimumInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MinimumIntervalAtFirst = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _oneAtATime = new(1);
    private volatile Snapshot? _known;
    private DateTimeOffset _lastAttempt = DateTimeOffset.MinValue;

    private sealed record Snapshot(IReadOnlyList<SigningKey> Keys, DateTimeOffset ReadAt);

    /// <summary>Keys that may have signed a token with this key id; null while the issuer has never been reached.</summary>
    public async Task<IReadOnlyList<SigningKey>?> FindAsync(string? keyId, CancellationToken cancel)
    {
        var known = _known;
        if (known is null || clock.GetUtcNow() - known.ReadAt > options.Value.KeyLifetime || Matching(known, keyId).Count == 0)
        {
            await RefreshAsync(known, cancel);
        }

        return _known is { } current ? Matching(current, keyId) : null;
    }

    public void Dispose() => _oneAtATime.Dispose();

    private static List<SigningKey> Matching(Snapshot known, string? keyId) =>
        [.. known.Keys.Where(key => keyId is null || key.Id is null || key.Id == keyId)];

    private async Task RefreshAsync(Snapshot? seen, CancellationToken cancel)
    {
        await _oneAtATime.WaitAsync(cancel);
        try
        {
            var now = clock.GetUtcNow();
            var someoneElseDid = !ReferenceEquals(seen, _known);
            if (someoneElseDid || now - _lastAttempt < (seen is null ? MinimumIntervalAtFirst : MinimumInterval))
            {
                return;
            }

            _lastAttempt = now;
            _known = new Snapshot(await ReadAsync(cancel), now);
        }
        catch (Exception unreachable) when (unreachable is HttpRequestException or JsonException || IsTimeout(unreachable, cancel))
        {
            IssuerUnreachable(log, unreachable.GetType().Name);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private static bool IsTimeout(Exception exception, CancellationToken cancel) =>
        exception is OperationCanceledException && !cancel.IsCancellationRequested;

    private async Task<IReadOnlyList<SigningKey>> ReadAsync(CancellationToken cancel)
    {
        var authority = options.Value.Authority.TrimEnd('/');
        using var discovery = await GetAsync($"{authority}/.well-known/openid-configuration", cancel);
        if (TextOf(discovery, "issuer")?.TrimEnd('/') != authority || TextOf(discovery, "jwks_uri") is not { } keySetAddress)
        {
            throw new JsonException("The discovery document is of another issuer or names no keys.");
        }

        using var keySet = await GetAsync(keySetAddress, cancel);
        return keySet.RootElement.TryGetProperty("keys", out var keys) && keys.ValueKind == JsonValueKind.Array
            ? [.. keys.EnumerateArray().Select(SigningKey.TryRead).OfType<SigningKey>()]
            : throw new JsonException("The key set has no keys.");
    }

    private async Task<JsonDocument> GetAsync(string address, CancellationToken cancel)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttps && !uri.IsLoopback))
        {
            throw new JsonException("The issuer names an address that is not https.");
        }

        return JsonDocument.Parse(await http.GetByteArrayAsync(uri, cancel));
    }

    private static string? TextOf(JsonDocument document, string name) =>
        document.RootElement.ValueKind == JsonValueKind.Object
        && document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    [LoggerMessage(Level = LogLevel.Warning, Message = "The token issuer's keys could not be read: {Cause}")]
    private static partial void IssuerUnreachable(ILogger log, string cause);
}
