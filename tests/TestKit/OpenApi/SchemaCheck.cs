using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Byon.Tests.TestKit.OpenApi;

/// <summary>
/// Checks JSON against an OpenAPI 3.0 schema: the keywords our documents use, and an unknown keyword is a violation. What an
/// answer says beyond the members of its schema is a violation too: the document has to tell everything.
/// </summary>
public sealed class SchemaCheck(JsonNode document)
{
    private static readonly HashSet<string> Known =
    [
        "type", "format", "pattern", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "enum", "items",
        "properties", "required", "additionalProperties", "oneOf", "allOf", "$ref", "description", "nullable",
    ];

    /// <summary>Everything that is wrong, each with its path; empty where the value conforms.</summary>
    public IReadOnlyList<string> Violations(JsonNode? value, JsonObject schema)
    {
        List<string> found = [];
        Check(value, schema, "$", found, isClosed: true);
        return found;
    }

    private void Check(JsonNode? value, JsonObject given, string path, List<string> found, bool isClosed)
    {
        var schema = Resolve(given);
        found.AddRange(schema.Where(keyword => !Known.Contains(keyword.Key)).Select(keyword => $"{path}: keyword {keyword.Key} is not known here"));
        if (schema["allOf"] is JsonArray parts)
        {
            foreach (var part in parts)
                Check(value, part!.AsObject(), path, found, isClosed: false);
            if (isClosed)
                RejectUnknown(value, parts.SelectMany(part => Members(Resolve(part!.AsObject()))), path, found);
            return;
        }

        if (schema["oneOf"] is JsonArray choices)
        {
            var fitting = choices.Count(choice => Fits(value, choice!.AsObject()));
            if (fitting != 1)
                found.Add($"{path}: fits {fitting} of oneOf");
            return;
        }

        if (schema["enum"] is JsonArray allowed && !allowed.Any(one => JsonNode.DeepEquals(one, value)))
            found.Add($"{path}: {value?.ToJsonString() ?? "null"} is none of {allowed.ToJsonString()}");
        CheckType(value, schema, path, found, isClosed);
    }

    private bool Fits(JsonNode? value, JsonObject schema)
    {
        List<string> found = [];
        Check(value, schema, "$", found, isClosed: true);
        return found.Count == 0;
    }

    private void CheckType(JsonNode? value, JsonObject schema, string path, List<string> found, bool isClosed)
    {
        var kind = value?.GetValueKind() ?? JsonValueKind.Null;
        switch ((string?)schema["type"])
        {
            case "string" when kind == JsonValueKind.String:
                CheckText((string)value!, schema, path, found);
                break;
            case "integer" when kind == JsonValueKind.Number && double.IsInteger((double)value!):
            case "number" when kind == JsonValueKind.Number:
                CheckNumber((double)value!, schema, path, found);
                break;
            case "boolean" when kind is JsonValueKind.True or JsonValueKind.False:
                break;
            case "array" when kind == JsonValueKind.Array:
                CheckItems(value!.AsArray(), schema, path, found);
                break;
            case "object" when kind == JsonValueKind.Object:
                CheckMembers(value!.AsObject(), schema, path, found, isClosed);
                break;
            case null:
                break;
            case var type:
                found.Add($"{path}: is {kind}, not {type}");
                break;
        }
    }

    private static void CheckText(string text, JsonObject schema, string path, List<string> found)
    {
        if (text.Length < ((int?)schema["minLength"] ?? 0) || text.Length > ((int?)schema["maxLength"] ?? int.MaxValue))
            found.Add($"{path}: {text.Length} characters are too few or too many");
        if ((string?)schema["pattern"] is { } pattern && !Regex.IsMatch(text, pattern, RegexOptions.None, TimeSpan.FromSeconds(1)))
            found.Add($"{path}: does not match {pattern}");
        var hasForm = (string?)schema["format"] switch
        {
            "uuid" => Guid.TryParseExact(text, "D", out _),
            "date-time" => text.Length >= 20 && text.Contains('T', StringComparison.Ordinal)
                && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out _),
            "uri" => Uri.TryCreate(text, UriKind.Absolute, out _),
            _ => true,
        };
        if (!hasForm)
            found.Add($"{path}: is no {schema["format"]}");
    }

    private static void CheckNumber(double number, JsonObject schema, string path, List<string> found)
    {
        if (number < ((double?)schema["minimum"] ?? double.MinValue) || number > ((double?)schema["maximum"] ?? double.MaxValue))
            found.Add($"{path}: {number} is out of range");
    }

    private void CheckItems(JsonArray items, JsonObject schema, string path, List<string> found)
    {
        if (items.Count < ((int?)schema["minItems"] ?? 0) || items.Count > ((int?)schema["maxItems"] ?? int.MaxValue))
            found.Add($"{path}: {items.Count} items are too few or too many");
        if (schema["items"] is not JsonObject item)
            return;
        for (var at = 0; at < items.Count; at++)
            Check(items[at], item, $"{path}[{at}]", found, isClosed: true);
    }

    private void CheckMembers(JsonObject members, JsonObject schema, string path, List<string> found, bool isClosed)
    {
        if (schema["required"] is JsonArray required)
            found.AddRange(required.Select(name => (string)name!).Where(name => !members.ContainsKey(name)).Select(name => $"{path}: {name} is missing"));
        if (schema["properties"] is not JsonObject properties)
            return;
        foreach (var (name, value) in members)
        {
            if (properties[name] is JsonObject property)
                Check(value, property, $"{path}.{name}", found, isClosed: true);
        }

        if (isClosed)
            RejectUnknown(members, Members(schema), path, found);
    }

    private static void RejectUnknown(JsonNode? value, IEnumerable<string> known, string path, List<string> found)
    {
        var names = known.ToHashSet();
        if (value is JsonObject members && names.Count > 0)
            found.AddRange(members.Select(member => member.Key).Where(name => !names.Contains(name)).Select(name => $"{path}: {name} is not in the document"));
    }

    private static IEnumerable<string> Members(JsonObject schema) => schema["properties"] is JsonObject properties ? properties.Select(member => member.Key) : [];

    private JsonObject Resolve(JsonObject schema) =>
        (string?)schema["$ref"] is { } reference
            ? reference.TrimStart('#', '/').Split('/').Aggregate(document, (node, name) => node[name]!).AsObject()
            : schema;
}
