using Byon.Functions.Http;
using Byon.Functions.Registration;
using Byon.Functions.Security;
using Byon.Platform;
using Byon.Platform.Records;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Surfaces.Camara;

/// <summary>CAMARA webrtc-registration 0.4.</summary>
internal sealed class RegistrationV04(Registrations registrations, TimeProvider clock, IOptions<SurfaceOptions> options)
{
    private static readonly ServedParameter Id = new(ParameterPlace.Path, "registrationId", Schema.Text(256));

    public Surface Table => new(ApiVersions.Registration, Publication.Camara, "WebRTC Registration",
    [
        new(HttpMethods.Get, "/sessions", "getRegistrationsByDeviceId", [Scopes.RegistrationRead], ListAsync)
        {
            Summary = "Retrieve all registrations for a device",
            Parameters = [new(ParameterPlace.Query, "deviceId", Schema.Uuid)],
            Successes = [new(200, Schema.List(RegistrationSchemas.Response, 10))],
            Errors = [new(422, "MISSING_IDENTIFIER")],
        },
        new(HttpMethods.Post, "/sessions", "createRegistration", [Scopes.RegistrationCreate], CreateAsync)
        {
            Summary = "Create a registration",
            RequestBody = RegistrationSchemas.Request,
            Successes = [new(201, RegistrationSchemas.Response)],
            Errors =
            [
                new(400, "OUT_OF_RANGE", "EMERGENCY_ADDRESS_MISSING"),
                new(403, "MAX_REGISTRATION_PER_USER", "MAX_REGISTRATION_PER_MSISDN", "MAX_DEVICES_PER_USER"),
                new(409, "ALREADY_EXISTS"), new(422, "MISSING_IDENTIFIER", "UNNECESSARY_IDENTIFIER"),
            ],
        },
        new(HttpMethods.Get, "/sessions/{registrationId}", "getRegistrationById", [Scopes.RegistrationRead], GetAsync)
        {
            Summary = "Retrieve a device registration",
            Parameters = [Id],
            Successes = [new(200, RegistrationSchemas.Response)],
            Errors = [new(404, "NOT_FOUND")],
        },
        new(HttpMethods.Put, "/sessions/{registrationId}", "updateRegistrationById", [Scopes.RegistrationWrite], RefreshAsync)
        {
            Summary = "Refresh network registration.",
            Parameters = [Id],
            RequestBody = RegistrationSchemas.Update,
            Successes = [new(200, RegistrationSchemas.Response), new(204)],
            Errors = [new(400, "OUT_OF_RANGE"), new(404, "NOT_FOUND")],
        },
        new(HttpMethods.Delete, "/sessions/{registrationId}", "deleteRegistrationById", [Scopes.RegistrationDelete], DeleteAsync)
        {
            Summary = "Remove the device registration",
            Parameters = [Id],
            Successes = [new(204)],
            Errors = [new(404, "NOT_FOUND")],
        },
    ]);

    private async Task<IResult> ListAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var given = context.Request.Query["deviceId"];
        if (given.Count != 1 || !Guid.TryParseExact(given[0], "D", out var deviceId))
        {
            return Problems.InvalidArgument(given.Count == 0
                ? "Expected query parameter is missing: deviceId."
                : "The query parameter deviceId is not a UUID.");
        }

        var found = await registrations.ListAsync(caller, deviceId.ToString("D"), cancel);
        return found.Answer(rows => TypedResults.Json([.. rows.Select(RegSessionResponse.Of)], Bodies.Json.IReadOnlyListRegSessionResponse));
    }

    private async Task<IResult> CreateAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var receivedAt = clock.GetUtcNow();
        var body = await RequestBody.ReadFieldsAsync(context.Request, cancel);
        var wanted = new NewRegistration(body.RequiredUuid("deviceId"), body.Time("registrationExpireTime")) { PhoneNumber = body.PhoneNumber("phoneNumber") };
        if (body.Violation is { } violation)
        {
            return violation;
        }

        var registered = await registrations.CreateAsync(caller, wanted, receivedAt, cancel);
        return registered.Answer(row => Write(row, StatusCodes.Status201Created));
    }

    private async Task<IResult> GetAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var found = await registrations.GetAsync(caller, context.RouteId("registrationId"), cancel);
        return found.Answer(row => Write(row, StatusCodes.Status200OK));
    }

    private async Task<IResult> RefreshAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var receivedAt = clock.GetUtcNow();
        var body = await RequestBody.ReadFieldsAsync(context.Request, cancel);
        var wish = body.Time("registrationExpireTime");
        if (body.Violation is { } violation)
        {
            return violation;
        }

        var refreshed = await registrations.RefreshAsync(caller, context.RouteId("registrationId"), wish, receivedAt, cancel);
        return refreshed.Answer(row => body.IsAbsent && options.Value.EmptyRefreshGivesNoContent
            ? TypedResults.NoContent()
            : Write(row, StatusCodes.Status200OK));
    }

    private async Task<IResult> DeleteAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var deleted = await registrations.DeleteAsync(caller, context.RouteId("registrationId"), cancel);
        return deleted.Answer(_ => TypedResults.NoContent());
    }

    private static JsonHttpResult<RegSessionResponse> Write(RegistrationRecord row, int status) =>
        TypedResults.Json(RegSessionResponse.Of(row), Bodies.Json.RegSessionResponse, statusCode: status);
}
