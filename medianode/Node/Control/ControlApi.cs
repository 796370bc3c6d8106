using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Byon.MediaNode.Pool;
using Byon.MediaNode.Telemetry;
using Byon.Platform;
using Byon.Platform.Control;
using Byon.Platform.Records;
using Microsoft.Extensions.Options;

namespace Byon.MediaNode.Control;

/// <summary>The node's HTTP API for functions: the routes of <see cref="NodeControlRoutes"/>, behind the pool's token.</summary>
public static class ControlApi
{
    /// <summary>Two SDPs of 64 KiB, escaped, and the rest.</summary>
    public const long LongestBody = 512 * 1024;

    private const string BearerScheme = "Bearer ";

    public static void MapControl(this WebApplication app)
    {
        app.MapGet(NodeControlRoutes.Health, Health);
        var control = app.MapGroup("").AddEndpointFilter(RequireToken);
        control.MapPost(NodeControlRoutes.Registrations, (HttpContext http, RegistrationCommands commands) =>
            RunAsync(http, ControlJson.Default.RegisterCommand, commands.RegisterAsync, Created(ControlJson.Default.RegistrationRecord)));
        control.MapPut(NodeControlRoutes.Registrations + "/{id}", (HttpContext http, string id, RegistrationCommands commands) =>
            RunAsync(http, ControlJson.Default.RefreshCommand, command => commands.RefreshAsync(id, command), Ok(ControlJson.Default.RegistrationRecord)));
        control.MapDelete(NodeControlRoutes.Registrations + "/{id}", async (string id, RegistrationCommands commands) =>
            Answer(await commands.RemoveAsync(id), _ => Results.NoContent()));
        control.MapPost(NodeControlRoutes.Registrations + "/{id}/adopt", (HttpContext http, string id, RegistrationCommands commands) =>
            RunAsync(http, ControlJson.Default.AdoptCommand, command => commands.AdoptAsync(id, command), _ => Results.NoContent()));
        control.MapPost(NodeControlRoutes.Calls, (HttpContext http, CallCommands commands) =>
            RunAsync(http, ControlJson.Default.StartCallCommand, commands.StartAsync, Created(ControlJson.Default.CallRecord)));
        control.MapPut(NodeControlRoutes.Calls + "/{id}/status", (HttpContext http, string id, CallCommands commands) =>
            RunAsync(http, ControlJson.Default.ChangeStatusCommand, command => commands.ChangeStatusAsync(id, command), Ok(ControlJson.Default.CallRecord)));
        control.MapDelete(NodeControlRoutes.Calls + "/{id}", async (string id, CallCommands commands) =>
            Answer(await commands.EndAsync(id), _ => Results.NoContent()));
        control.MapPost(NodeControlRoutes.Calls + "/{id}/transfer", async (string id, CallCommands commands) =>
            Answer(await commands.TransferAsync(id), Ok(ControlJson.Default.CallRecord)));
        control.MapDelete(NodeControlRoutes.Calls + "/{id}/transfer", async (string id, CallCommands commands) =>
            Answer(await commands.CancelTransferAsync(id), _ => Results.NoContent()));
        control.MapPost(NodeControlRoutes.Calls + "/{id}/keys", (HttpContext http, string id, CallCommands commands) =>
            RunAsync(http, ControlJson.Default.PressKeysCommand, command => commands.PressKeysAsync(id, command), _ => Results.NoContent()));
        control.MapPost(NodeControlRoutes.PhoneCalls + "/{id}/retrieve", (HttpContext http, string id, CallCommands commands) =>
            RunAsync(http, ControlJson.Default.RetrieveCallCommand, command => commands.RetrieveAsync(id, command), Created(ControlJson.Default.CallRecord)));
    }

    private static IResult Health(NodeLifecycle node) => node.State == NodeState.Starting
        ? Results.Text(nameof(NodeState.Starting), statusCode: StatusCodes.Status503ServiceUnavailable)
        : Results.Text(node.State.ToString());

    private static async ValueTask<object?> RequireToken(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var services = context.HttpContext.RequestServices;
        var header = context.HttpContext.Request.Headers.Authorization.ToString();
        var key = services.GetRequiredService<IOptions<ControlOptions>>().Value.PoolKeyBytes;
        var nodeId = services.GetRequiredService<NodeOptions>().Id;
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        if (header.StartsWith(BearerScheme, StringComparison.OrdinalIgnoreCase)
            && ControlToken.IsValid(key, nodeId, header[BearerScheme.Length..], now)) return await next(context);

        services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ControlApi)).ControlTokenRefused();
        return Results.Unauthorized();
    }

    /// <summary>Reads the command, runs it, answers with the row or with the problem. A body that is no such command is the caller's bug.</summary>
    private static async Task<IResult> RunAsync<TCommand, TRow>(
        HttpContext http, JsonTypeInfo<TCommand> type, Func<TCommand, Task<CommandResult<TRow>>> run, Func<TRow, IResult> success)
        where TCommand : class
        where TRow : class
    {
        TCommand? command;
        try
        {
            command = await http.Request.ReadFromJsonAsync(type, http.RequestAborted);
        }
        catch (Exception fault) when (fault is JsonException or BadHttpRequestException or InvalidOperationException)
        {
            return Results.BadRequest();
        }

        return command is null || !IsWhole(command) ? Results.BadRequest() : Answer(await run(command), success);
    }

    /// <summary>A member that is missing in the JSON is null whatever its type says.</summary>
    private static bool IsWhole(object command) => command switch
    {
        RegisterCommand it => AreThere(it.RegistrationId, it.PhoneNumber, it.DeviceId, it.ClientId, it.Subject) && it.Limits is not null,
        StartCallCommand it => AreThere(it.CallId, it.RegistrationId, it.PhoneNumber, it.OriginatorAddress, it.ReceiverAddress, it.OfferSdp),
        PressKeysCommand it => AreThere(it.Keys),
        AdoptCommand it => AreThere(it.PhoneNumber, it.NodeId) && it.Offer != Guid.Empty,
        RetrieveCallCommand it => AreThere(it.CallId, it.OfferSdp) && it.Registration is not null,
        _ => true,
    };

    private static bool AreThere(params ReadOnlySpan<string?> members)
    {
        foreach (var member in members)
        {
            if (string.IsNullOrEmpty(member)) return false;
        }

        return true;
    }

    private static IResult Answer<TRow>(CommandResult<TRow> result, Func<TRow, IResult> success)
        where TRow : class =>
        result.Problem is { } problem
            ? Results.Json(problem, ControlJson.Default.ControlProblem, statusCode: StatusOf(problem.Fault))
            : success(result.Value!);

    private static Func<TRow, IResult> Created<TRow>(JsonTypeInfo<TRow> type) =>
        row => Results.Json(row, type, statusCode: StatusCodes.Status201Created);

    private static Func<TRow, IResult> Ok<TRow>(JsonTypeInfo<TRow> type) => row => Results.Json(row, type);

    private static int StatusOf(ControlFault fault) => fault switch
    {
        ControlFault.NotFound => StatusCodes.Status404NotFound,
        ControlFault.AlreadyExists or ControlFault.IncompatibleState or ControlFault.CorrelatorInUse => StatusCodes.Status409Conflict,
        ControlFault.TooManyKeys => StatusCodes.Status429TooManyRequests,
        ControlFault.EmergencyAddressMissing or ControlFault.UnacceptableSdp => StatusCodes.Status422UnprocessableEntity,
        ControlFault.NotProvisioned or ControlFault.CredentialsRefused or ControlFault.NumberFull or ControlFault.UserFull or ControlFault.TooManyDevices
            => StatusCodes.Status403Forbidden,
        ControlFault.RefusedByIms => StatusCodes.Status502BadGateway,
        _ => StatusCodes.Status503ServiceUnavailable,
    };
}
