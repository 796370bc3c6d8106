namespace Byon.Local.FunctionsHost;

/// <summary>CORS as the platform's front end does it: preflights never reach the functions.</summary>
internal sealed class CorsPolicy(IReadOnlyList<string> allowedOrigins)
{
    public Task ApplyAsync(HttpContext context, RequestDelegate next)
    {
        var origin = context.Request.Headers.Origin.ToString();
        if (allowedOrigins.Count == 0 || origin.Length == 0)
        {
            return next(context);
        }

        var isAllowed = allowedOrigins.Contains("*") || allowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase);
        var isPreflight = HttpMethods.IsOptions(context.Request.Method) && context.Request.Headers.AccessControlRequestMethod.Count > 0;
        if (isAllowed)
        {
            context.Response.OnStarting(() =>
            {
                context.Response.Headers.AccessControlAllowOrigin = origin;
                context.Response.Headers.Append("Vary", "Origin");
                return Task.CompletedTask;
            });
        }

        if (!isPreflight)
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        if (isAllowed)
        {
            context.Response.Headers.AccessControlAllowMethods = context.Request.Headers.AccessControlRequestMethod;
            context.Response.Headers.AccessControlAllowHeaders = context.Request.Headers.AccessControlRequestHeaders;
            context.Response.Headers.AccessControlMaxAge = "86400";
        }

        return Task.CompletedTask;
    }
}
