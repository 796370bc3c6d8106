using System.Collections;
using System.Collections.Immutable;

namespace Byon.Tests.Infra.Program;

/// <summary>A resource as Azure's resource manager would be asked for it.</summary>
/// <param name="Type">For example azure-native:storage:StorageAccount.</param>
internal sealed record CloudResource(string Type, string Name, ImmutableDictionary<string, object> Inputs)
{
    public string Kind => Type.Split(':')[^1];

    /// <summary>A value by its path, for example <c>properties.networkAcls.defaultAction</c> or <c>rules.0.name</c>; null where there is none.</summary>
    public object? this[string path] => path.Split('.').Aggregate((object?)Inputs, Step);

    public IReadOnlyList<object> List(string path) => this[path] is IEnumerable list and not string ? [.. list.Cast<object>()] : [];

    public static object? Step(object? value, string name) => value switch
    {
        IReadOnlyDictionary<string, object> map => map.GetValueOrDefault(name),
        IEnumerable list when int.TryParse(name, out var index) => list.Cast<object>().ElementAtOrDefault(index),
        _ => null,
    };
}
