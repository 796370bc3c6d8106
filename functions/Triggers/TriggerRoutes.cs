namespace Byon.Functions.Triggers;

/// <summary>
/// The functions that no client calls: POST /FUNCTION, on a port only the host reaches. No route of function.json covers
/// them, so the host's front end does not know their paths.
/// </summary>
internal static class TriggerRoutes
{
    /// <summary>Without a body that is a JSON object the host takes an invocation for failed.</summary>
    private static readonly byte[] Done = """{"Outputs":{},"Logs":[],"ReturnValue":null}"""u8.ToArray();

    public static void Map(IEndpointRouteBuilder routes)
    {
        var deliver = routes.ServiceProvider.GetRequiredService<DeliverFunction>();
        MapFunction(routes, DeliverFunction.Name, DeliverFunction.Binding, deliver.RunAsync);
        var timers = routes.ServiceProvider.GetRequiredService<TimerFunctions>();
        MapFunction(routes, TimerFunctions.Sweep, TimerFunctions.Binding, timers.SweepAsync);
        MapFunction(routes, TimerFunctions.Trim, TimerFunctions.Binding, timers.TrimAsync);
    }

    /// <param name="run">False, or an exception: the invocation failed and is to be repeated.</param>
    private static void MapFunction(IEndpointRouteBuilder routes, string name, string binding, Func<TriggerEnvelope, CancellationToken, Task<bool>> run)
    {
        RequestDelegate handler = async context =>
        {
            var envelope = await TriggerEnvelope.ReadAsync(context.Request.Body, binding, context.RequestAborted);
            var isDone = envelope is not null && await run(envelope, context.RequestAborted);
            context.Response.StatusCode = isDone ? StatusCodes.Status200OK : StatusCodes.Status500InternalServerError;
            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync(Done, context.RequestAborted);
        };
        routes.MapMethods("/" + name, [HttpMethods.Post], handler);
    }
}
