using System.Text.Json.Nodes;
using Byon.Functions.Surfaces;

namespace Byon.Functions.OpenApi;

/// <summary>Writes schemas as OpenAPI 3.0 Schema Objects; named ones become components of the document and are referred to.</summary>
internal sealed class SchemaJson
{
    private readonly Dictionary<string, Schema> _written = [];

    /// <summary>components.schemas.</summary>
    public JsonObject Components { get; } = [];

    /// <exception cref="InvalidOperationException">Two different schemas of one document have the same name.</exception>
    public JsonObject Write(Schema schema)
    {
        if (schema.Name is not { } name)
        {
            return WriteInPlace(schema);
        }

        if (_written.TryGetValue(name, out var known))
        {
            if (!ReferenceEquals(known, schema) && !JsonNode.DeepEquals(Components[name], WriteInPlace(schema)))
            {
                throw new InvalidOperationException($"Two schemas have the name {name}.");
            }
        }
        else
        {
            _written[name] = schema;
            Components[name] = WriteInPlace(schema);
        }

        return new JsonObject { ["$ref"] = $"#/components/schemas/{name}" };
    }

    private JsonObject WriteInPlace(Schema schema)
    {
        if (schema.OneOf.Count > 0)
        {
            return new JsonObject { ["oneOf"] = new JsonArray([.. schema.OneOf.Select(Write)]) };
        }

        var json = new JsonObject { ["type"] = schema.Type };
        Add(json, "description", schema.Description);
        Add(json, "format", schema.Format);
        Add(json, "pattern", schema.Pattern);
        Add(json, "minLength", schema.MinimumLength);
        Add(json, "maxLength", schema.MaximumLength);
        Add(json, "minimum", schema.Minimum);
        Add(json, "maximum", schema.Maximum);
        Add(json, "minItems", schema.MinimumItems);
        Add(json, "maxItems", schema.MaximumItems);
        if (schema.Enum.Count > 0)
        {
            json["enum"] = Texts(schema.Enum);
        }

        if (schema.Items is { } items)
        {
            json["items"] = Write(items);
        }

        if (schema.Members.Count > 0)
        {
            AddMembers(json, schema);
        }

        if (schema.Closed)
        {
            json["additionalProperties"] = false;
        }

        return json;
    }

    private void AddMembers(JsonObject json, Schema schema)
    {
        var required = schema.Members.Where(member => member.Required).Select(member => member.Name).ToList();
        if (required.Count > 0)
        {
            json["required"] = Texts(required);
        }

        var properties = new JsonObject();
        foreach (var member in schema.Members)
        {
            properties[member.Name] = Write(member.Schema);
        }

        json["properties"] = properties;
    }

    public static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);

    private static void Add(JsonObject json, string name, string? value)
    {
        if (value is not null)
        {
            json[name] = value;
        }
    }

    private static void Add(JsonObject json, string name, double? value)
    {
        if (value is { } number)
        {
            json[name] = double.IsInteger(number) ? JsonValue.Create((long)number) : JsonValue.Create(number);
        }
    }
}
