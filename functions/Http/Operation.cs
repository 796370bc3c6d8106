using Byon.Functions.Security;
using Byon.Functions.Surfaces;

namespace Byon.Functions.Http;

/// <summary>One operation of the API definition: the caller is authenticated and holds a scope of the operation.</summary>
internal delegate Task<IResult> Operation(HttpContext context, Caller caller, CancellationToken cancel);

internal static class OperationRoutes
{
    /// <summary>Maps an operation behind its scopes. Plain request delegates: nothing is compiled at start.</summary>
    public static void MapOperation(this IEndpointRouteBuilder routes, string pattern, ServedEndpoint endpoint)
    {
        var security = routes.ServiceProvider.GetRequiredService<BearerSecurity>();
        var (_, operation) = endpoint;
        RequestDelegate handler = async context =>
        {
            var result = AcceptHeader.AllowsJson(context.Request)
                ? await RunAsync(context, security, operation)
                : Problems.NotAcceptable();
            await result.ExecuteAsync(context);
        };
        routes.MapMethods(pattern, [operation.Method], handler).WithDisplayName($"{operation.Method} {pattern}").WithMetadata(endpoint);
    }

    private static async Task<IResult> RunAsync(HttpContext context, BearerSecurity security, ServedOperation operation)
    {
        var cancel = context.RequestAborted;
        var (caller, refusal) = await security.AuthorizeAsync(context.Request, operation.Scopes, cancel);
        return caller is null ? refusal! : await operation.Run(context, caller, cancel);
    }

    /// <summary>A path parameter that is an id of ours. Ids are UUIDs: any other text names nothing.</summary>
    public static string? RouteId(this HttpContext context, string name) =>
        Guid.TryParseExact(context.Request.RouteValues[name] as string, "D", out var id) ? id.ToString("D") : null;
}
