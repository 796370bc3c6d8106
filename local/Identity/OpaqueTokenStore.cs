using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Byon.Local.Identity;

/// <summary>Claims by an unguessable text; the oldest go when there are many.</summary>
internal sealed class OpaqueTokenStore
{
    private const int Maximum = 10_000;

    private readonly Lock _oneAtATime = new();
    private readonly OrderedDictionary<string, JsonObject> _claims = [];

    public string Add(JsonObject claims)
    {
        var token = Convert.ToHexString(RandomNumberGenerator.GetBytes(24));
        lock (_oneAtATime)
        {
            if (_claims.Count >= Maximum)
                _claims.RemoveAt(0);
            _claims.Add(token, claims);
        }

        return token;
    }

    public JsonObject? Find(string token)
    {
        lock (_oneAtATime)
            return _claims.TryGetValue(token, out var claims) ? (JsonObject)claims.DeepClone() : null;
    }

    public void Remove(string token)
    {
        lock (_oneAtATime)
            _claims.Remove(token);
    }
}
