using System.Text.Json.Nodes;

namespace Byon.Tests.Functions.Tests.Contract;

/// <summary>
/// What an OpenAPI document says about its operations, as lines of text that can be compared one by one: parameters, statuses,
/// error codes, scopes, and every constraint on every member of every body. References and allOf are resolved, words are not
/// compared.
/// </summary>
internal sealed class ContractFacts
{
    private static readonly string[] Constraints =
        ["type", "format", "pattern", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "enum", "additionalProperties"];

    private readonly JsonNode _document;
    private readonly HashSet<string> _facts = [];

    private ContractFacts(JsonNode document) => _document = document;

    /// <param name="belowVersion">What the served paths have before the published ones.</param>
    public static HashSet<string> Of(JsonNode document, string belowVersion)
    {
        var facts = new ContractFacts(document);
        foreach (var (path, item) in document["paths"]!.AsObject())
        {
            var published = path.StartsWith(belowVersion, StringComparison.Ordinal) ? path[belowVersion.Length..] : path;
            foreach (var (method, operation) in item!.AsObject().Where(member => member.Key is "get" or "post" or "put" or "delete" or "patch"))
                facts.AddOperation($"{method.ToUpperInvariant()} {published}", operation!.AsObject(), belowVersion);
        }

        return facts._facts;
    }

    private void AddOperation(string name, JsonObject operation, string belowVersion)
    {
        _facts.Add(name);
        if (operation["operationId"] is { } id)
            _facts.Add($"{name} operationId {id}");
        foreach (var given in operation["parameters"]?.AsArray() ?? [])
        {
            var parameter = Resolve(given!.AsObject());
            var place = $"{name} {parameter["in"]} {parameter["name"]}";
            if (belowVersion.Contains($"{{{parameter["name"]}}}", StringComparison.Ordinal))
                continue;
            _facts.Add((bool?)parameter["required"] ?? false ? $"{place} required" : $"{place} optional");
            AddSchema(place, parameter["schema"]!.AsObject());
        }

        if (operation["requestBody"]?["content"]?["application/json"]?["schema"] is JsonObject body)
            AddSchema($"{name} body", body);
        foreach (var requirement in operation["security"]?.AsArray() ?? [])
        {
            foreach (var (scheme, scopes) in requirement!.AsObject())
                _facts.UnionWith(scopes!.AsArray().Select(scope => $"{name} {scheme} {scope}"));
        }

        foreach (var (status, response) in operation["responses"]!.AsObject())
            AddResponse($"{name} {status}", status, Resolve(response!.AsObject()));
    }

    private void AddResponse(string name, string status, JsonObject response)
    {
        _facts.Add(name);
        foreach (var header in response["headers"]?.AsObject() ?? [])
            _facts.Add($"{name} header {header.Key}");
        if (response["content"]?["application/json"] is not JsonObject content)
            return;
        if (status[0] == '2')
            AddSchema($"{name} body", content["schema"]!.AsObject());
        else
            _facts.UnionWith(CodesOf(content).Select(code => $"{name} {code}"));
    }

    /// <summary>Codes of an error: an enumeration in CAMARA, examples in BYON.</summary>
    private static IEnumerable<string> CodesOf(JsonObject content)
    {
        var enumerated = content["schema"]?["allOf"]?.AsArray().SelectMany(part => part?["properties"]?["code"]?["enum"]?.AsArray() ?? []) ?? [];
        var examples = (content["examples"]?.AsObject().Select(example => example.Value?["value"]) ?? []).Append(content["example"]).Select(example => example?["code"]);
        return enumerated.Concat(examples).OfType<JsonNode>().Select(code => (string)code!).Distinct();
    }

    private void AddSchema(string place, JsonObject given)
    {
        var schema = Resolve(given);
        foreach (var keyword in Constraints)
        {
            if (schema[keyword] is { } value && !(keyword == "minItems" && value.ToString() == "0"))
                _facts.Add($"{place} {keyword}={(value is JsonArray list ? string.Join('|', list.Select(one => one!.ToString()).Order()) : value.ToString())}");
        }

        _facts.UnionWith(schema["required"]?.AsArray().Select(name => $"{place}.{name} required") ?? []);
        foreach (var (name, property) in schema["properties"]?.AsObject() ?? [])
            AddSchema($"{place}.{name}", property!.AsObject());
        if (schema["items"] is JsonObject items)
            AddSchema($"{place}[]", items);
        foreach (var part in schema["allOf"]?.AsArray() ?? [])
            AddSchema(place, part!.AsObject());
        foreach (var (at, choice) in schema["oneOf"]?.AsArray().Index() ?? [])
            AddSchema($"{place}({at})", choice!.AsObject());
    }

    private JsonObject Resolve(JsonObject node) =>
        (string?)node["$ref"] is { } reference
            ? Resolve(reference.TrimStart('#', '/').Split('/').Aggregate(_document, (at, name) => at[name.Replace("~1", "/", StringComparison.Ordinal)]!).AsObject())
            : node;
}
