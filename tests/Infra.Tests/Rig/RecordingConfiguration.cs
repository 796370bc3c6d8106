using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Byon.Tests.Infra.Tests.Rig;

/// <summary>Notes every key that a program asks for.</summary>
internal sealed class RecordingConfiguration(IConfiguration inner) : IConfiguration
{
    /// <summary>As in the environment: <c>Section__Name</c>.</summary>
    public SortedSet<string> Asked { get; } = new(StringComparer.Ordinal);

    public string? this[string key]
    {
        get
        {
            Asked.Add(key.Replace(":", "__", StringComparison.Ordinal));
            return inner[key];
        }
        set => inner[key] = value;
    }

    public IEnumerable<IConfigurationSection> GetChildren() => inner.GetChildren();

    public IChangeToken GetReloadToken() => inner.GetReloadToken();

    public IConfigurationSection GetSection(string key) => inner.GetSection(key);
}
