using Byon.Functions.Nodes;

namespace Byon.Functions;

/// <param name="ReadyNodes">Media nodes that would take a registration now.</param>
internal sealed record HealthReport(string Status, int ReadyNodes);

/// <summary>For people and monitors; needs no token and tells nothing about anybody.</summary>
internal static class HealthApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        // The Functions host asks for / until the process is ready and keeps asking: it costs nothing and never fails.
        RequestDelegate alive = _ => Task.CompletedTask;
        routes.MapMethods("/", [HttpMethods.Get], alive);

        var nodes = routes.ServiceProvider.GetRequiredService<NodePool>();
        RequestDelegate health = async context =>
        {
            var ready = await nodes.CountReadyAsync(context.RequestAborted);
            var report = new HealthReport(ready > 0 ? "UP" : "NO_READY_NODE", ready);
            await TypedResults.Json(report, Bodies.Json.HealthReport).ExecuteAsync(context);
        };
        routes.MapMethods("/health", [HttpMethods.Get], health);
    }
}
