using System.Globalization;
using System.Net;
using System.Text.Json;
using Byon.Infra.Model.Network;

namespace Byon.Infra.Model.Configuration;

/// <summary>
/// Reads single values and collects what is wrong, each with its key. A value that is wrong comes back as the default given, so
/// that one run names everything.
/// </summary>
internal sealed class ValueReader(Func<string, string?> read)
{
    private readonly List<ConfigurationFault> _faults = [];

    public IReadOnlyList<ConfigurationFault> Faults => _faults;

    public void Complain(string key, string problem) => _faults.Add(new ConfigurationFault(key, problem));

    public string? Optional(string key) => read(key) is { } text && text.Trim() is { Length: > 0 } trimmed ? trimmed : null;

    public string Required(string key, string meaning)
    {
        if (Optional(key) is { } text) return text;
        Complain(key, $"is missing: {meaning}.");
        return "";
    }

    public int Number(string key, int otherwise, int least, int most)
    {
        if (Optional(key) is not { } text) return otherwise;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        Complain(key, $"is not a whole number from {least} to {most}: '{text}'.");
        return otherwise;
    }

    public int OneOf(string key, int otherwise, params ReadOnlySpan<int> allowed)
    {
        if (Optional(key) is not { } text) return otherwise;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && allowed.Contains(number)) return number;
        Complain(key, $"is none of {string.Join(", ", allowed.ToArray())}: '{text}'.");
        return otherwise;
    }

    public bool Flag(string key, bool otherwise)
    {
        if (Optional(key) is not { } text) return otherwise;
        if (bool.TryParse(text, out var flag)) return flag;
        Complain(key, $"is neither true nor false: '{text}'.");
        return otherwise;
    }

    public PortRange Ports(string key, string otherwise)
    {
        if (Optional(key) is { } text && !PortRange.TryParse(text, out _))
            Complain(key, $"is not a range of ports like {otherwise}: '{text}'.");
        return PortRange.TryParse(Optional(key) ?? otherwise, out var range) || PortRange.TryParse(otherwise, out range) ? range : default;
    }

    public IPNetwork Network(string key, string otherwise)
    {
        if (Optional(key) is { } text && !Cidr.TryParse(text, out _))
            Complain(key, $"is not an IPv4 network like {otherwise}: '{text}'.");
        return Cidr.TryParse(Optional(key) ?? otherwise, out var network) || Cidr.TryParse(otherwise, out network) ? network : default;
    }

    public IReadOnlyList<IPNetwork> Networks(string key)
    {
        var networks = new List<IPNetwork>();
        foreach (var text in List(key))
        {
            if (Cidr.TryParse(text, out var network)) networks.Add(network);
            else Complain(key, $"holds something that is not an IPv4 network like 192.0.2.0/28: '{text}'.");
        }

        return networks;
    }

    public IReadOnlyList<string> List(string key, string otherwise = "") =>
        (read(key) ?? otherwise).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Objects reach a Pulumi program as JSON.</summary>
    public IReadOnlyDictionary<string, string> Object(string key)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (Optional(key) is not { } text) return values;
        try
        {
            using var json = JsonDocument.Parse(text);
            foreach (var member in json.RootElement.EnumerateObject())
                values[member.Name] = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            Complain(key, "is not an object of settings and their values.");
        }

        return values;
    }
}
