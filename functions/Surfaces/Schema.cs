namespace Byon.Functions.Surfaces;

/// <summary>The JSON schema of a value, as far as the published definitions need one.</summary>
/// <param name="Type">JSON type: string, integer, number, boolean, object, array.</param>
internal sealed record Schema(string Type)
{
    /// <summary>A named schema becomes a component of its document; others are written where they stand.</summary>
    public string? Name { get; init; }

    public string? Description { get; init; }

    public string? Format { get; init; }

    public string? Pattern { get; init; }

    public int? MinimumLength { get; init; }

    public int? MaximumLength { get; init; }

    public double? Minimum { get; init; }

    public double? Maximum { get; init; }

    public int? MinimumItems { get; init; }

    public int? MaximumItems { get; init; }

    public IReadOnlyList<string> Enum { get; init; } = [];

    public Schema? Items { get; init; }

    public IReadOnlyList<Member> Members { get; init; } = [];

    /// <summary>No members but the listed ones are allowed, and the definition says so.</summary>
    public bool Closed { get; init; }

    public IReadOnlyList<Schema> OneOf { get; init; } = [];

    public static Schema Text(int? maximumLength = null, string? pattern = null) =>
        new("string") { MaximumLength = maximumLength, Pattern = pattern };

    public static Schema Choice(params IReadOnlyList<string> values) => new("string") { Enum = values };

    public static Schema Uuid { get; } = new("string") { Format = "uuid", MaximumLength = 36 };

    public static Schema DateTime { get; } = new("string") { Format = "date-time", MaximumLength = 64 };

    public static Schema Number { get; } = new("number");

    public static Schema Boolean { get; } = new("boolean");

    public static Schema Object(string? name, params IReadOnlyList<Member> members) => new("object") { Name = name, Members = members };

    public static Schema List(Schema items, int? maximumItems = null) => new("array") { Items = items, MaximumItems = maximumItems };
}

/// <summary>A member of an object schema.</summary>
internal sealed record Member(string Name, Schema Schema, bool Required = false);
