using System.Net;
using System.Text.Json;

namespace Byon.Local.Softphone;

/// <param name="Port">0 lets the system choose.</param>
/// <param name="ConnectSources">Origins the page may talk to besides its own: API, identity provider, Web PubSub (ws:).</param>
/// <param name="CallSubscriber">Makes a phone of the simulator call this number; false where it is not registered. Null where there is no simulator.</param>
public sealed record SoftphoneServerOptions(
    int Port, SoftphoneConfig Config, IReadOnlyList<string> ConnectSources, Func<string, Task<bool>>? CallSubscriber);

/// <summary>Serves the softphone page, its configuration and the button that makes a phone ring, on loopback.</summary>
public sealed class SoftphoneServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SoftphoneServer(WebApplication app, Uri url)
    {
        _app = app;
        Url = url;
    }

    public Uri Url { get; }

    public static async Task<SoftphoneServer> StartAsync(SoftphoneServerOptions options, CancellationToken cancel)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 1024;
            kestrel.Listen(IPAddress.Loopback, options.Port);
        });
        var app = builder.Build();
        app.Use(WithHeaders(PolicyOf(options.ConnectSources)));
        app.MapGet("/config.json", () => Results.Json(options.Config, SoftphoneJson.Default.SoftphoneConfig));
        app.MapPost("/ims/call", context => CallAsync(context, options.CallSubscriber));
        app.MapGet("/", context => SendAsync(context, SoftphonePage.Files["/index.html"]));
        foreach (var (path, file) in SoftphonePage.Files)
        {
            app.MapGet(path, context => SendAsync(context, file));
        }

        await app.StartAsync(cancel);
        return new SoftphoneServer(app, new Uri(app.Urls.First()));
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    /// <summary>Only files of ours, no inline script or style, and no connection to anywhere else (CSP level 3).</summary>
    private static string PolicyOf(IReadOnlyList<string> connectSources) => string.Join("; ",
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "media-src 'self' blob: mediastream:",
        $"connect-src 'self' {string.Join(' ', connectSources)}", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'");

    private static Func<HttpContext, RequestDelegate, Task> WithHeaders(string policy) => (context, next) =>
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = policy;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Permissions-Policy"] = "microphone=(self)";
        return next(context);
    };

    private static async Task SendAsync(HttpContext context, PageFile file)
    {
        context.Response.ContentType = file.ContentType;
        context.Response.ContentLength = file.Content.Length;
        await context.Response.Body.WriteAsync(file.Content, context.RequestAborted);
    }

    // Another site's page could send this request as well, were it not for its content type and Sec-Fetch-Site.
    private static async Task CallAsync(HttpContext context, Func<string, Task<bool>>? callSubscriber)
    {
        var fromElsewhere = context.Request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin");
        if (callSubscriber is null || fromElsewhere || !context.Request.HasJsonContentType())
        {
            context.Response.StatusCode = callSubscriber is null ? StatusCodes.Status404NotFound : StatusCodes.Status403Forbidden;
            return;
        }

        PhoneCallRequest? request;
        try
        {
            request = await context.Request.ReadFromJsonAsync(SoftphoneJson.Default.PhoneCallRequest, context.RequestAborted);
        }
        catch (JsonException)
        {
            request = null;
        }

        if (request?.To is not { Length: > 4 and < 20 } number)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        context.Response.StatusCode = await callSubscriber(number) ? StatusCodes.Status202Accepted : StatusCodes.Status409Conflict;
    }
}
