using System.Text.Json.Nodes;

namespace Byon.Local.Identity;

/// <summary>The claims of opaque tokens.</summary>
internal sealed class OpaqueTokenStore
{
    private readonly HandleStore<JsonObject> _claims = new();

    public string Add(JsonObject claims) => _claims.Add(claims);

    public JsonObject? Find(string token) => (JsonObject?)_claims.Find(token)?.DeepClone();

    public void Remove(string token) => _claims.Take(token);
}
