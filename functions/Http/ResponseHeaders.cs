namespace Byon.Functions.Http;

/// <summary>
/// What every answer says to browsers: do not guess its type, keep it, show it as a page or in a frame, or come back without
/// encryption. CORS itself is the platform's (a preflight never gets here); it cannot name the headers a page may read.
/// </summary>
internal static class ResponseHeaders
{
    private const string OfApi = "default-src 'none'; frame-ancestors 'none'";
    private const string OneYear = "max-age=31536000; includeSubDomains";

    public static Task AddAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(() =>
        {
            Complete(context.Request, context.Response.Headers);
            return Task.CompletedTask;
        });
        return next(context);
    }

    /// <summary>A page that needs more sets its own policies first.</summary>
    private static void Complete(HttpRequest request, IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.TryAdd("Cache-Control", "no-store");
        headers.TryAdd("Content-Security-Policy", OfApi);
        if (request.IsHttps || request.Headers["X-Forwarded-Proto"] == "https")
        {
            headers.StrictTransportSecurity = OneYear;
        }

        if (request.Headers.Origin.Count > 0)
        {
            headers.AccessControlExposeHeaders = $"{Correlator.HeaderName}, Location, Retry-After, WWW-Authenticate";
        }
    }
}
