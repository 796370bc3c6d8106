using System.Net;
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
    private readonly List<DocumentedOperation> _operations = [];

    private sealed record DocumentedOperation(string Method, Regex Path, JsonObject Responses, SchemaCheck Check, string Name);

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

/// <summary>Sends requests on and throws for an answer that is not as documented.</summary>
/// <param name="hostMayAnswer">A Functions host stands before the API: what it answers itself has no correlator and is let through.</param>
public sealed class DocumentedAnswersHandler(HttpMessageHandler inner, bool hostMayAnswer = false) : DelegatingHandler(inner)
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<Uri, Task<DocumentedAnswers>> Documents = [];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        var hasCorrelator = response.Headers.Contains("x-correlator");
        if (!hasCorrelator && hostMayAnswer && response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Created))
            return response;

        var documents = await DocumentsOfAsync(new Uri(request.RequestUri!.GetLeftPart(UriPartial.Authority)));
        await response.Content.LoadIntoBufferAsync(cancellationToken);
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        var fault = documents.FaultOf(
            request.Method, request.RequestUri.AbsolutePath, (int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, body, hasCorrelator);
        return fault is null ? response : throw new UndocumentedAnswerException(fault);
    }

    /// <summary>Read once per API; a failed reading is tried again.</summary>
    private static Task<DocumentedAnswers> DocumentsOfAsync(Uri api)
    {
        lock (Gate)
        {
            if (!Documents.TryGetValue(api, out var documents) || documents.IsFaulted || documents.IsCanceled)
                Documents[api] = documents = LoadAsync(api);
            return documents;
        }
    }

    private static async Task<DocumentedAnswers> LoadAsync(Uri api)
    {
        using var http = new HttpClient { BaseAddress = api };
        return await DocumentedAnswers.LoadAsync(http, CancellationToken.None);
    }
}
