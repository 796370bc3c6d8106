using Pulumi;

namespace Byon.Infra.Components;

/// <summary>The model's plain values as what resources take.</summary>
internal static class InputMaps
{
    public static InputMap<string> ToInputMap(this IReadOnlyDictionary<string, string> values)
    {
        var map = new InputMap<string>();
        foreach (var (key, value) in values) map.Add(key, value);
        return map;
    }

    public static InputList<string> ToInputList(this IEnumerable<string> values)
    {
        var list = new InputList<string>();
        foreach (var value in values) list.Add(value);
        return list;
    }
}
