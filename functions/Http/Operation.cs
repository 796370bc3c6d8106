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
        var gate = routes.ServiceProvider.GetRequiredService<Gate>();
        RequestDelegate handler = async context =>
        {
            var result = AcceptHeader.AllowsJson(context.Request)
                ? await RunAsync(context, gate, endpoint)
                : Problems.NotAcceptable();
            await result.ExecuteAsync(context);
        };
        routes.MapMethods(pattern, [endpoint.Operation.Method], handler).WithDisplayName($"{endpoint.Operation.Method} {pattern}").WithMetadata(endpoint);
    }

    private static async Task<IResult> RunAsync(HttpContext context, Gate gate, ServedEndpoint endpoint)
    {
        var operation = endpoint.Operation;
        var cancel = context.RequestAborted;
        var (caller, refusal) = await gate.AdmitAsync(context.Request, operation, cancel);
        if (caller is null)
        {
            return refusal!;
        }

        return endpoint.Surface.IsStrict && MissingHeader(context.Request, operation) is { } missing
            ? Problems.InvalidArgument($"Expected header is missing: {missing}.")
            : await operation.Run(context, caller, cancel);
    }

    private static string? MissingHeader(HttpRequest request, ServedOperation operation) =>
        operation.Parameters.FirstOrDefault(parameter =>
            parameter is { In: ParameterPlace.Header, Required: true } && !request.Headers.ContainsKey(parameter.Name))?.Name;

    /// <summary>A header that carries an id of ours.</summary>
    public static Outcome<string> IdInHeader(this HttpRequest request, string name)
    {
        var header = request.Headers[name];
        return header.Count == 1 && Guid.TryParseExact(header[0], "D", out var id) ? id.ToString("D")
            : header.Count == 0 ? Problems.InvalidArgument($"Expected header is missing: {name}.")
            : Problems.InvalidArgument($"The header {name} is not an id of a registration.");
    }

    /// <summary>A path parameter that is an id of ours. Ids are UUIDs: any other text names nothing.</summary>
    public static string? RouteId(this HttpContext context, string name) =>
        Guid.TryParseExact(context.Request.RouteValues[name] as string, "D", out var id) ? id.ToString("D") : null;
}
