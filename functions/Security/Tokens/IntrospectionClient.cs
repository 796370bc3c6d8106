using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Security.Tokens;

/// <summary>What the issuer says about a token.</summary>
/// <param name="IsAnswered">False: it could not be asked, so nobody knows.</param>
/// <param name="Claims">The members of its answer; null for a token that is not active.</param>
internal readonly record struct Introspection(bool IsAnswered, JsonElement? Claims);

/// <summary>Asks the issuer's introspection endpoint (RFC 7662), as a client with its own credentials.</summary>
internal sealed partial class IntrospectionClient(HttpClient http, IssuerDocuments issuer, IOptions<AuthOptions> options, ILogger<IntrospectionClient> log)
{
    private readonly IntrospectionOptions _options = options.Value.Introspection;
    private volatile string? _endpoint = options.Value.Introspection.Endpoint is { Length: > 0 } configured ? configured : null;

    public async Task<Introspection> AskAsync(string token, CancellationToken cancel)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_endpoint ??= await DiscoverAsync(cancel)));
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Credentials());
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            request.Content = new FormUrlEncodedContent([new("token", token), new("token_type_hint", "access_token")]);
            using var response = await http.SendAsync(request, cancel);
            if (!response.IsSuccessStatusCode)
            {
                Refused(log, (int)response.StatusCode);
                return default;
            }

            var answer = JsonClaims.TryParse(await response.Content.ReadAsByteArrayAsync(cancel)) ?? throw new JsonException("Not an object.");
            return new Introspection(true, answer.Is("active", true) ? answer : null);
        }
        catch (Exception failed) when (failed is HttpRequestException or JsonException || (failed is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            Unreachable(log, failed.GetType().Name);
            return default;
        }
    }

    private async Task<string> DiscoverAsync(CancellationToken cancel)
    {
        using var discovery = await issuer.DiscoverAsync(cancel);
        return discovery.RootElement.Text("introspection_endpoint") is { } endpoint && AuthOptions.IsSafe(endpoint)
            ? endpoint
            : throw new JsonException("The discovery document names no introspection endpoint.");
    }

    /// <summary>Both parts are form-encoded first (RFC 6749 §2.3.1).</summary>
    private string Credentials() =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes($"{Uri.EscapeDataString(_options.ClientId)}:{Uri.EscapeDataString(_options.ClientSecret)}"));

    [LoggerMessage(Level = LogLevel.Error, Message = "The token issuer answers introspection with {Status}: check Auth__Introspection__ClientId and ClientSecret")]
    private static partial void Refused(ILogger log, int status);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The token issuer could not be asked about a token: {Cause}")]
    private static partial void Unreachable(ILogger log, string cause);
}
