using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Byon.Tests.TestKit.OpenApi;

/// <summary>An answer that is not as the API's own document says.</summary>
public sealed class UndocumentedAnswerException(string message) : Exception(message);

/// <summary>
/// Judges every answer of an API by the OpenAPI documents that this API serves (/openapi/index.json lists them): its status,
/// its body, its content type and its correlator.
/// </summary>
public sealed class DocumentedAnswers
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<Uri, Task<DocumentedAnswers>> Loaded = [];

    private readonly List<DocumentedOperation> _operations = [];

    private sealed record DocumentedOperation(string Method, Regex Path, JsonObject Responses, SchemaCheck Check, string Name);

    /// <summary>The documents of the API at an address: read once, a failed reading is tried again.</summary>
    public static Task<DocumentedAnswers> OfAsync(Uri address)
    {
        var api = new Uri(address.GetLeftPart(UriPartial.Authority));
        lock (Gate)
        {
            if (!Loaded.TryGetValue(api, out var documents) || documents.IsFaulted || documents.IsCanceled)
                Loaded[api] = documents = LoadAsync(api);
            return documents;
        }
    }

    public static async Task<DocumentedAnswers> LoadAsync(HttpClient http, CancellationToken cancel)
    {
        var answers = new DocumentedAnswers();
        foreach (var path in (await http.GetFromJsonAsync<JsonArray>("/openapi/index.json", cancel))!)
            answers.Add((await http.GetFromJsonAsync<JsonObject>((string)path!, cancel))!);
        return answers;
    }

    public void Add(JsonObject document)
    {
        var server = (string)document["servers"]![0]!["url"]!;
        foreach (var (path, item) in document["paths"]!.AsObject())
        {
            foreach (var (method, operation) in item!.AsObject())
            {
                var older = operation!["x-older-paths"]?.AsArray().Select(one => (string)one!) ?? [];
                foreach (var template in older.Prepend(path))
                {
                    _operations.Add(new DocumentedOperation(
                        method.ToUpperInvariant(), PatternOf(server + template), operation["responses"]!.AsObject(), new SchemaCheck(document), $"{method} {template}"));
                }
            }
        }
    }

    /// <summary>Null where the answer is as documented, or its request is of no documented operation.</summary>
    public string? FaultOf(HttpMethod method, string path, int status, string? mediaType, string body, bool hasCorrelator)
    {
        if (_operations.FirstOrDefault(one => one.Method == method.Method && one.Path.IsMatch(path)) is not { } operation)
            return null;
        if (operation.Responses[status.ToString(System.Globalization.CultureInfo.InvariantCulture)] is not { } response)
            return $"{operation.Name} answered {status}, which its document does not have: {body}";
        if (!hasCorrelator)
            return $"{operation.Name} answered {status} without x-correlator";
        if (response["content"]?["application/json"]?["schema"] is not JsonObject schema)
            return body.Length == 0 ? null : $"{operation.Name} answered {status} with a body, which its document does not have: {body}";
        if (mediaType != "application/json")
            return $"{operation.Name} answered {status} as {mediaType}";
        var violations = operation.Check.Violations(Parse(body), schema);
        return violations.Count == 0 ? null : $"{operation.Name} answered {status} other than documented: {string.Join("; ", violations)}: {body}";
    }

    private static async Task<DocumentedAnswers> LoadAsync(Uri api)
    {
        using var http = new HttpClient { BaseAddress = api };
        return await LoadAsync(http, CancellationToken.None);
    }

    private static JsonNode? Parse(string body)
    {
        try
        {
            return JsonNode.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Regex PatternOf(string template) =>
        new("^" + string.Join("[^/]+", Regex.Split(template, @"\{\w+\}").Select(Regex.Escape)) + "$", RegexOptions.CultureInvariant);
}
