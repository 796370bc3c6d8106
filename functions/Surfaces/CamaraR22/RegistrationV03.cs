using Byon.Functions.Http;
using Byon.Functions.Registration;
using Byon.Functions.Security;
using Byon.Functions.Surfaces.Camara;
using Byon.Platform;
using Byon.Platform.Records;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Surfaces.CamaraR22;

/// <summary>
/// CAMARA webrtc-registration 0.3 as of release r2.2. Against 0.4: no reading; creation answers 200 and replaces the device's
/// registration; a lifetime out of range gives the operator's default.
/// </summary>
internal sealed class RegistrationV03(Registrations registrations, TimeProvider clock, IOptions<SurfaceOptions> options)
{
    private static readonly ServedParameter Id = new(ParameterPlace.Path, "registrationId", Schema.Text());

    public Surface Table => new(ApiVersions.RegistrationR22, Publication.CamaraR22, "WebRTC Registration",
    [
        new(HttpMethods.Post, "/sessions", "createRegistration", [Scopes.RegistrationCreate], CreateAsync)
        {
            Summary = "Create a registration",
            RequestBody = R22Schemas.RegistrationRequest,
            Successes = [new(200, R22Schemas.RegistrationResponse)],
            Errors =
            [
                new(400, "EMERGENCY_ADDRESS_MISSING"), new(403, "MAX_REGISTRATION_PER_USER", "MAX_REGISTRATION_PER_MSISDN", "MAX_DEVICES_PER_USER"),
                new(409, "ALREADY_EXISTS"), new(422, "MISSING_IDENTIFIER"),
            ],
        },
        new(HttpMethods.Put, "/sessions/{registrationId}", "updateRegistrationById", [Scopes.RegistrationWrite], RefreshAsync)
        {
            Summary = "Refresh network registration.",
            Parameters = [Id],
            RequestBody = R22Schemas.RegistrationUpdate,
            Successes = [new(200, R22Schemas.RegistrationResponse), new(204)],
            Errors = [new(404, "NOT_FOUND")],
        },
        new(HttpMethods.Delete, "/sessions/{registrationId}", "deleteRegistrationById", [Scopes.RegistrationDelete], DeleteAsync)
        {
            Summary = "Delete Registration Session.",
            Parameters = [Id],
            Successes = [new(204)],
            Errors = [new(404, "NOT_FOUND")],
        },
    ]);

    private async Task<IResult> CreateAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var receivedAt = clock.GetUtcNow();
        var body = await RequestBody.ReadFieldsAsync(context.Request, cancel);
        var wanted = new NewRegistration(body.RequiredUuid("deviceId"), body.Time("registrationExpireTime"))
        {
            Expiry = ExpiryRule.DefaultOutOfRange,
            Replaces = true,
        };
        if (body.Violation is { } violation)
        {
            return violation;
        }

        var registered = await registrations.CreateAsync(caller, wanted, receivedAt, cancel);
        return registered.Answer(Write);
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

        var id = context.RouteId("registrationId");
        var refreshed = await registrations.RefreshAsync(caller, id, wish, receivedAt, cancel, ExpiryRule.DefaultOutOfRange);
        return refreshed.Answer(row => body.IsAbsent && options.Value.EmptyRefreshGivesNoContent ? TypedResults.NoContent() : Write(row));
    }

    private async Task<IResult> DeleteAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var deleted = await registrations.DeleteAsync(caller, context.RouteId("registrationId"), cancel);
        return deleted.Answer(_ => TypedResults.NoContent());
    }

    private static JsonHttpResult<RegSessionResponse> Write(RegistrationRecord row) =>
        TypedResults.Json(RegSessionResponse.Of(row), Bodies.Json.RegSessionResponse);
}
