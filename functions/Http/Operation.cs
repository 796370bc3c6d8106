using Byon.Functions.Security;

namespace Byon.Functions.Http;

/// <summary>One operation of the API definition: the caller is authenticated and holds the operation's scope.</summary>
internal delegate Task<IResult> Operation(HttpContext context, Caller caller, CancellationToken cancel);

internal static class OperationRoutes
{
    /// <summary>Maps an operation behind its scope. Plain request delegates: nothing is compiled at start.</summary>
    public static void MapOperation(this IEndpointRouteBuilder routes, string method, string pattern, string scope, Operation operation)
    {
        var security = routes.ServiceProvider.GetRequiredService<BearerSecurity>();
        RequestDelegate handler = async context =>
        {
            var result = AcceptHeader.AllowsJson(context.Request)
                ? await RunAsync(context, security, scope, operation)
                : Problems.NotAcceptable();
            await result.ExecuteAsync(context);
        };
        routes.MapMethods(pattern, [method], handler).WithDisplayName($"{method} {pattern}").WithMetadata(new RequiredScope(scope));
    }

    private static async Task<IResult> RunAsync(HttpContext context, BearerSecurity security, string scope, Operation operation)
    {
        var cancel = context.RequestAborted;
        var (caller, refusal) = await security.AuthorizeAsync(context.Request, scope, cancel);
        return caller is null ? refusal! : await operation(context, caller, cancel);
    }

    /// <summary>A path parameter that is an id of ours. Ids are UUIDs: any other text names nothing.</summary>
    public static string? RouteId(this HttpContext context, string name) =>
        Guid.TryParseExact(context.Request.RouteValues[name] as string, "D", out var id) ? id.ToString("D") : null;
}

/// <summary>The scope an endpoint asks for, as metadata.</summary>
internal sealed record RequiredScope(string Name);
