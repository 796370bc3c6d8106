using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Security.Tokens;

/// <summary>What the issuer publishes (OpenID Connect Discovery 1.0). Failures are HttpRequestException, JsonException or a timeout.</summary>
internal sealed class IssuerDocuments(HttpClient http, IOptions<AuthOptions> options)
{
    public async Task<JsonDocument> DiscoverAsync(CancellationToken cancel)
    {
        var authority = options.Value.Authority.TrimEnd('/');
        var discovery = await GetAsync($"{authority}/.well-known/openid-configuration", cancel);
        if (discovery.RootElement.Text("issuer")?.TrimEnd('/') == authority)
        {
            return discovery;
        }

        discovery.Dispose();
        throw new JsonException("The discovery document is of another issuer.");
    }

    /// <summary>A JSON object.</summary>
    public async Task<JsonDocument> GetAsync(string address, CancellationToken cancel)
    {
        if (!AuthOptions.IsSafe(address))
        {
            throw new JsonException("The issuer names an address that is not https.");
        }

        var document = JsonDocument.Parse(await http.GetByteArrayAsync(new Uri(address), cancel));
        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            return document;
        }

        document.Dispose();
        throw new JsonException("The issuer's document is not a JSON object.");
    }
}
