using Byon.Functions.Http;
using Byon.Functions.Nodes;
using Byon.Functions.Security;
using Byon.Platform.Control;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Registration;

/// <summary>CAMARA webrtc-registration: reads come from the table, commands go to a media node.</summary>
internal sealed class RegistrationApi(RegistrationStore store, NodePool nodes, TimeProvider clock, IOptions<RegistrationOptions> options)
{
    private readonly RegistrationOptions _policy = options.Value;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.ServiceProvider.GetRequiredService<RegistrationApi>();
        var sessions = routes.MapGroup(ApiSurface.Registration);
        sessions.MapOperation(HttpMethods.Get, "/sessions", Scopes.RegistrationRead, api.ListAsync);
        sessions.MapOperation(HttpMethods.Post, "/sessions", Scopes.RegistrationCreate, api.CreateAsync);
        sessions.MapOperation(HttpMethods.Get, "/sessions/{registrationId}", Scopes.RegistrationRead, api.GetAsync);
        sessions.MapOperation(HttpMethods.Put, "/sessions/{registrationId}", Scopes.RegistrationWrite, api.RefreshAsync);
        sessions.MapOperation(HttpMethods.Delete, "/sessions/{registrationId}", Scopes.RegistrationDelete, api.DeleteAsync);
    }

    /// <summary>The active registrations of a device; an empty list, never 404.</summary>
    private async Task<IResult> ListAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var given = context.Request.Query["deviceId"];
        if (given.Count != 1 || !Guid.TryParseExact(given[0], "D", out var deviceId))
        {
            return Problems.InvalidArgument(given.Count == 0
                ? "Expected query parameter is missing: deviceId."
                : "The query parameter deviceId is not a UUID.");
        }

        if (caller.PhoneNumber is not { } number)
        {
            return Problems.NoNumberInToken();
        }

        var active = Active(await store.ListByNumberAsync(number, cancel));
        IReadOnlyList<RegSessionResponse> own =
            [.. active.Where(row => row.DeviceId == deviceId.ToString("D") && IsVisible(row, caller)).Select(RegSessionResponse.Of)];
        return TypedResults.Json(own, Bodies.Json.IReadOnlyListRegSessionResponse);
    }

    private async Task<IResult> CreateAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var receivedAt = clock.GetUtcNow();
        var body = await RequestBody.ReadFieldsAsync(context.Request, cancel);
        var deviceId = body.RequiredUuid("deviceId");
        var wish = body.Time("registrationExpireTime");
        if (body.Violation is { } violation)
        {
            return violation;
        }

        var (expiresAt, outOfRange) = RegistrationExpiry.Decide(wish, receivedAt, _policy);
        if (outOfRange is not null)
        {
            return outOfRange;
        }

        if (caller.PhoneNumber is not { } number)
        {
            return Problems.NoNumberInToken();
        }

        var command = new RegisterCommand(
            Guid.NewGuid().ToString("D"), number, deviceId, caller.ClientId, caller.Subject, expiresAt, _policy.Limits);
        var reply = await nodes.RegisterAsync(command, cancel);
        return reply.Value is { } registered
            ? TypedResults.Json(RegSessionResponse.Of(registered), Bodies.Json.RegSessionResponse, statusCode: StatusCodes.Status201Created)
            : reply.Problem!;
    }

    private async Task<IResult> GetAsync(HttpContext context, Caller caller, CancellationToken cancel) =>
        await FindAsync(context.RouteId("registrationId"), caller, cancel) is { } found
            ? TypedResults.Json(RegSessionResponse.Of(found), Bodies.Json.RegSessionResponse)
            : Problems.NotFound();

    private async Task<IResult> RefreshAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var receivedAt = clock.GetUtcNow();
        var body = await RequestBody.ReadFieldsAsync(context.Request, cancel);
        var wish = body.Time("registrationExpireTime");
        if (body.Violation is { } violation)
        {
            return violation;
        }

        var (expiresAt, outOfRange) = RegistrationExpiry.Decide(wish, receivedAt, _policy);
        if (outOfRange is not null)
        {
            return outOfRange;
        }

        if (await FindAsync(context.RouteId("registrationId"), caller, cancel) is not { } found)
        {
            return Problems.NotFound();
        }

        var reply = await nodes.RefreshAsync(found, new RefreshCommand(expiresAt), cancel);
        return reply.Value is { } refreshed
            ? TypedResults.Json(RegSessionResponse.Of(refreshed), Bodies.Json.RegSessionResponse)
            : reply.Problem!;
    }

    private async Task<IResult> DeleteAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        if (await FindAsync(context.RouteId("registrationId"), caller, cancel) is not { } found)
        {
            return Problems.NotFound();
        }

        var reply = await nodes.UnregisterAsync(found, cancel);
        return reply.Problem is { } problem ? problem : TypedResults.NoContent();
    }

    /// <summary>An active registration the caller may see; anything else does not exist.</summary>
    public async Task<RegistrationRecord?> FindAsync(string? registrationId, Caller caller, CancellationToken cancel)
    {
        if (registrationId is null || caller.PhoneNumber is not { } number)
        {
            return null;
        }

        var found = await store.GetAsync(number, registrationId, cancel);
        return found is not null && IsActive(found) && IsVisible(found, caller) ? found : null;
    }

    private List<RegistrationRecord> Active(IReadOnlyList<RegistrationRecord> rows) => [.. rows.Where(IsActive)];

    private bool IsActive(RegistrationRecord row) => row.ExpiresAt > clock.GetUtcNow();

    private static bool IsVisible(RegistrationRecord row, Caller caller) =>
        row.State == RegistrationState.Registered && caller.Owns(row.ClientId, row.Subject);
}
