using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Byon.Functions.Security.Tokens;
using Byon.Functions.Surfaces;
using Microsoft.Extensions.Options;

namespace Byon.Functions.OpenApi;

/// <summary>Serves the documents at /openapi/{api}-{version}.json, their list at /openapi/index.json and a page at /openapi/. Public: they tell of nobody.</summary>
internal sealed class OpenApiPages(AllSurfaces surfaces, IOptions<AuthOptions> auth)
{
    /// <summary>Whole from us, and without scripts.</summary>
    private const string PagePolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

    private static readonly JsonSerializerOptions Readable =
        new(Bodies.Json.Options) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var surface in surfaces.List)
        {
            var document = new Lazy<byte[]>(() => Encoding.UTF8.GetBytes(OpenApiDocument.Of(surface, auth.Value.Authority).ToJsonString(Readable)));
            RequestDelegate json = context => SendAsync(context, "application/json", document.Value);
            routes.MapMethods(PathOf(surface), [HttpMethods.Get], json);
        }

        var index = new Lazy<byte[]>(() => Encoding.UTF8.GetBytes(SchemaJson.Texts(surfaces.List.Select(PathOf)).ToJsonString(Readable)));
        RequestDelegate list = context => SendAsync(context, "application/json", index.Value);
        routes.MapMethods("/openapi/index.json", [HttpMethods.Get], list);

        var html = new Lazy<byte[]>(() => Encoding.UTF8.GetBytes(new OverviewPage(surfaces.List).Write()));
        RequestDelegate page = context =>
        {
            context.Response.Headers.ContentSecurityPolicy = PagePolicy;
            return SendAsync(context, "text/html; charset=utf-8", html.Value);
        };
        routes.MapMethods("/openapi", [HttpMethods.Get], page);
    }

    private static string PathOf(Surface surface) => $"/openapi/{OpenApiDocument.NameOf(surface)}.json";

    private static Task SendAsync(HttpContext context, string contentType, byte[] body)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "public, max-age=300";
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
