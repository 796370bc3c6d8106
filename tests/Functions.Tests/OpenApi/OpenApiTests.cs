using System.Net;
using System.Text.Json.Nodes;
using Byon.Functions.Surfaces;
using Byon.Tests.Functions.Tests.Rig;
using Byon.Tests.TestKit.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Byon.Tests.Functions.Tests.OpenApi;

/// <summary>The documents and the page that the API serves about itself.</summary>
public sealed class OpenApiTests(ApiRig rig) : ApiTest(rig)
{
    [Fact]
    public async Task EveryRouteIsInTheDocumentOfItsApiAndNothingElseIs()
    {
        var documented = new List<string>();
        foreach (var path in await IndexAsync())
        {
            var document = await GetAsync(path);
            var server = (string)document["servers"]![0]!["url"]!;
            documented.AddRange(
                from item in document["paths"]!.AsObject()
                from operation in item.Value!.AsObject()
                from template in (operation.Value!["x-older-paths"]?.AsArray() ?? []).Select(one => (string)one!).Prepend(item.Key)
                select $"{operation.Key.ToUpperInvariant()} {server}{template}");
        }

        var served = Rig.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<ServedEndpoint>() is not null)
            .Select(endpoint => endpoint.DisplayName!);
        Assert.Equal(served.Order(), documented.Order());
    }

    [Fact]
    public async Task OperationIdsOfADocumentAreUniqueAndReferencesLeadSomewhere()
    {
        foreach (var path in await IndexAsync())
        {
            var document = await GetAsync(path);
            var ids = document["paths"]!.AsObject().SelectMany(item => item.Value!.AsObject()).Select(operation => (string)operation.Value!["operationId"]!).ToList();
            Assert.Equal(ids.Distinct(), ids);
            Assert.All(References(document), reference => Assert.NotNull(reference.TrimStart('#', '/').Split('/').Aggregate<string, JsonNode?>(document, (node, name) => node?[name])));
        }
    }

    [Fact]
    public async Task ThePageNamesEveryOperationAndLoadsNothing()
    {
        using var response = await Rig.Http.GetAsync("/openapi/");
        var page = await response.Content.ReadAsStringAsync();
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        Assert.All(Rig.Services.GetRequiredService<AllSurfaces>().List, surface =>
        {
            Assert.Contains(surface.Version.BasePath, page, StringComparison.Ordinal);
            Assert.All(surface.Operations, operation => Assert.Contains(WebUtility.HtmlEncode(operation.Summary), page, StringComparison.Ordinal));
        });
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("src=", page, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task AnAnswerThatIsNotAsDocumentedIsFound()
    {
        var documents = await DocumentedAnswers.LoadAsync(Rig.Http, default);
        const string Path = "/webrtc-registration/v0.4/sessions/x";
        Assert.Null(Judge(200, """{"registrationId":"r","regInfo":{"phoneNumber":"+34600111222","regStatus":"Registered"},"expiresAt":"2026-01-01T00:00:00+00:00"}"""));
        Assert.Contains("missing", Judge(200, "{}"), StringComparison.Ordinal);
        Assert.Contains("does not have", Judge(202, "{}"), StringComparison.Ordinal);
        Assert.Contains("match", Judge(200, """{"registrationId":"r","regInfo":{"phoneNumber":"600111222"}}"""), StringComparison.Ordinal);
        Assert.Contains("date-time", Judge(200, """{"registrationId":"r","expiresAt":"tomorrow"}"""), StringComparison.Ordinal);
        Assert.Contains("not in the document", Judge(200, """{"registrationId":"r","secret":1}"""), StringComparison.Ordinal);
        Assert.Contains("none of", Judge(404, """{"status":404,"code":"TEAPOT","message":"m"}"""), StringComparison.Ordinal);
        Assert.Contains("not string", Judge(404, """{"status":404,"code":"NOT_FOUND","message":7}"""), StringComparison.Ordinal);
        Assert.Contains("x-correlator", documents.FaultOf(HttpMethod.Get, Path, 200, "application/json", "{}", hasCorrelator: false), StringComparison.Ordinal);
        Assert.Contains("as text/html", documents.FaultOf(HttpMethod.Get, Path, 200, "text/html", "{}", hasCorrelator: true), StringComparison.Ordinal);
        Assert.Contains("with a body", documents.FaultOf(HttpMethod.Delete, Path, 204, null, "x", hasCorrelator: true), StringComparison.Ordinal);

        string? Judge(int status, string body) => documents.FaultOf(HttpMethod.Get, Path, status, "application/json", body, hasCorrelator: true);
    }

    private async Task<IEnumerable<string>> IndexAsync() =>
        JsonNode.Parse(await Rig.Http.GetStringAsync("/openapi/index.json"))!.AsArray().Select(path => (string)path!);

    private async Task<JsonObject> GetAsync(string path) => JsonNode.Parse(await Rig.Http.GetStringAsync(path))!.AsObject();

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(member => member.Key == "$ref" ? [(string)member.Value!] : References(member.Value)),
        JsonArray list => list.SelectMany(References),
        _ => [],
    };
}
