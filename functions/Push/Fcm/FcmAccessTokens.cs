using System.Security.Cryptography;
using System.Text.Json;

namespace Byon.Functions.Push.Fcm;

/// <summary>Access tokens for FCM: the service account signs a JWT and gets a token for it (RFC 7523 §2.1), which serves for an hour.</summary>
internal sealed class FcmAccessTokens(ServiceAccount account, HttpClient http, TimeProvider clock) : IDisposable
{
    private const string Scope = "https://www.googleapis.com/auth/firebase.messaging";

    private static readonly TimeSpan AssertionLifetime = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);

    private readonly SemaphoreSlim _one = new(1);
    private (string Token, DateTimeOffset Until)? _current;

    /// <summary>The token, or why there is none.</summary>
    public async Task<(string? Token, PushResult Failure)> GetAsync(CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            return _current is { } current && current.Until > clock.GetUtcNow() ? (current.Token, default) : await AskAsync(cancel);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>FCM does not take it any more, whatever its lifetime said.</summary>
    public async Task ForgetAsync(string token, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        if (_current?.Token == token)
        {
            _current = null;
        }

        _one.Release();
    }

    public void Dispose() => _one.Dispose();

    private async Task<(string? Token, PushResult Failure)> AskAsync(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        using var request = new HttpRequestMessage(HttpMethod.Post, account.TokenUri)
        {
            Content = new FormUrlEncodedContent(
            [
                new("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                new("assertion", Assertion(now)),
            ]),
        };
        var (response, failure) = await http.SendPushAsync(request, "FCM token", cancel);
        using (response)
        {
            if (response is null)
            {
                return (null, failure);
            }

            var cause = $"FCM token {(int)response.StatusCode}";
            if (!response.IsSuccessStatusCode)
            {
                return (null, (int)response.StatusCode is 429 or >= 500
                    ? PushResult.Busy(cause, response.Headers.RetryAfter, now)
                    : new PushResult(PushOutcome.Refused, cause));
            }

            if (Read(await response.Content.ReadAsByteArrayAsync(cancel)) is not { } granted)
            {
                return (null, PushResult.Unreachable($"{cause} without a token"));
            }

            _current = (granted.Token, now + granted.Lifetime - Margin);
            return (granted.Token, default);
        }
    }

    private string Assertion(DateTimeOffset now)
    {
        using var key = RSA.Create();
        key.ImportFromPem(account.PrivateKey);
        return SignedJwt.Rs256(key, account.PrivateKeyId, json =>
        {
            json.WriteString("iss", account.ClientEmail);
            json.WriteString("scope", Scope);
            json.WriteString("aud", account.TokenUri.OriginalString);
            json.WriteNumber("iat", now.ToUnixTimeSeconds());
            json.WriteNumber("exp", (now + AssertionLifetime).ToUnixTimeSeconds());
        });
    }

    private static (string Token, TimeSpan Lifetime)? Read(byte[] answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            return json.RootElement.GetProperty("access_token").GetString() is { Length: > 0 } token
                ? (token, TimeSpan.FromSeconds(json.RootElement.GetProperty("expires_in").GetInt32()))
                : null;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }
}
