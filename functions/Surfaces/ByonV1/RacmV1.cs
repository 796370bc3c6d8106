using Byon.Functions.Channels;
using Byon.Functions.Http;
using Byon.Functions.Registration;
using Byon.Functions.Security;
using Byon.Platform;

namespace Byon.Functions.Surfaces.ByonV1;

/// <summary>
/// BYON RACM 0.1.2: a registration that lives as long as the access token, and as a new one is handed over. The clientId it
/// gives out is the id of the registration, so that call handling finds the registration by it.
/// </summary>
internal sealed class RacmV1(Registrations registrations, NotificationChannels channels, TimeProvider clock)
{
    private static readonly ServedParameter Id = new(ParameterPlace.Path, "racmSessionId", Schema.Text());

    public Surface Table => new(ApiVersions.Racm, Publication.Byon, "BYON Registration and Connectivity Management",
    [
        new(HttpMethods.Post, "/sessions", "createRacmSession", [Scopes.RegistrationCreate], CreateAsync)
        {
            Summary = "Create RACM Session",
            Parameters = [ByonHeaders.TransactionId],
            RequestBody = RacmSchemas.Request,
            Successes = [new(200, RacmSchemas.Response)],
            Errors =
            [
                new(400, "EMERGENCY_ADDRESS_MISSING"), new(403, "MAX_REGISTRATION_PER_USER", "MAX_REGISTRATION_PER_MSISDN", "MAX_DEVICES_PER_USER"),
                new(409, "ALREADY_EXISTS"), new(422, "MISSING_IDENTIFIER"),
            ],
            Aliases = ["/session"],
        },
        new(HttpMethods.Put, "/sessions/{racmSessionId}", "updateRacmSession", [Scopes.RegistrationWrite], RefreshAsync)
        {
            Summary = "For sharing new AccessToken with WebRTC GW, the AccessToken is expected to be received from the Auth server.",
            Parameters = [ByonHeaders.TransactionId, ByonHeaders.ClientId, Id],
            Successes = [new(200)],
            Errors = [new(404, "NOT_FOUND")],
            Aliases = ["/session/{racmSessionId}"],
        },
        new(HttpMethods.Delete, "/sessions/{racmSessionId}", "deleteRacmSession", [Scopes.RegistrationDelete], DeleteAsync)
        {
            Summary = "Delete Registration Session.",
            Parameters = [ByonHeaders.TransactionId, ByonHeaders.ClientId, Id],
            Successes = [new(204)],
            Errors = [new(404, "NOT_FOUND")],
            Aliases = ["/session/{racmSessionId}"],
        },
    ]);

    private async Task<IResult> CreateAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var body = await RequestBody.ReadFieldsAsync(context.Request, cancel);
        var deviceId = body.Has("deviceId") ? body.RequiredUuid("deviceId") : null;
        var channelId = body.Text("channelId", 256);
        if (body.Violation is { } violation)
        {
            return violation;
        }

        var device = await DeviceOfAsync(caller, deviceId, channelId, cancel);
        if (device.Problem is { } unknown)
        {
            return unknown;
        }

        var wanted = new NewRegistration(device.Value!, caller.ExpiresAt) { Expiry = ExpiryRule.AtMostWish, Replaces = true };
        var registered = await registrations.CreateAsync(caller, wanted, clock.GetUtcNow(), cancel);
        return registered.Answer(row => TypedResults.Json(RacmResponse.Of(row), Bodies.Json.RacmResponse));
    }

    private async Task<IResult> RefreshAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var id = context.RouteId("racmSessionId");
        var refreshed = await registrations.RefreshAsync(caller, id, caller.ExpiresAt, clock.GetUtcNow(), cancel, ExpiryRule.AtMostWish);
        return refreshed.Answer(_ => TypedResults.Ok());
    }

    private async Task<IResult> DeleteAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var deleted = await registrations.DeleteAsync(caller, context.RouteId("racmSessionId"), cancel);
        return deleted.Answer(_ => TypedResults.NoContent());
    }

    /// <summary>The device the client names, or the one of the channel it names; without either it gets one of its own.</summary>
    private async Task<Outcome<string>> DeviceOfAsync(Caller caller, string? deviceId, string? channelId, CancellationToken cancel)
    {
        if (channelId is null || caller.PhoneNumber is null)
        {
            return deviceId ?? Guid.NewGuid().ToString("D");
        }

        var ofChannel = await channels.FindDeviceAsync(caller, channelId, cancel);
        return ofChannel is null ? Problems.InvalidArgument("channelId names no notification channel.")
            : deviceId is not null && deviceId != ofChannel ? Problems.InvalidArgument("channelId names a notification channel of another device.")
            : ofChannel;
    }
}
