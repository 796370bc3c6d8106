using Byon.Functions.CallHandling;
using Byon.Functions.Http;
using Byon.Functions.Security;
using Byon.Functions.Surfaces.Camara;
using Byon.Platform;

namespace Byon.Functions.Surfaces.Extensions;

/// <summary>Our extension: a live call goes from a device to the subscriber's SIM phone and back.</summary>
internal sealed class CallTransferV1(PhoneSessions phones)
{
    private const string RegistrationIdHeader = "registrationId";

    private static readonly ServedParameter Session = new(ParameterPlace.Path, "mediaSessionId", Schema.Text(256));

    public Surface Table => new(ApiVersions.CallTransfer, Publication.Extension, "Call Transfer",
    [
        new(HttpMethods.Post, "/sessions/{mediaSessionId}/transfer", "transferSession", [Scopes.TransferWrite], HandOverAsync)
        {
            Summary = "Rings the subscriber's SIM phone and hands the call over to it once it answers",
            Parameters = [Session],
            Successes = [new(202)],
            Errors = [new(404, "NOT_FOUND"), new(409, "INCOMPATIBLE_STATE")],
        },
        new(HttpMethods.Delete, "/sessions/{mediaSessionId}/transfer", "cancelTransfer", [Scopes.TransferWrite], CallOffAsync)
        {
            Summary = "Stops the SIM phone's ringing; the call goes on in the device",
            Parameters = [Session],
            Successes = [new(204)],
            Errors = [new(404, "NOT_FOUND"), new(409, "INCOMPATIBLE_STATE")],
        },
        new(HttpMethods.Get, "/phone-sessions", "getPhoneSessions", [Scopes.TransferRead], ListAsync)
        {
            Summary = "Get the calls that were handed over to the SIM phone and go on there",
            Successes = [new(200, PhoneSessionSchemas.PhoneSessions)],
        },
        new(HttpMethods.Post, "/phone-sessions/{phoneSessionId}/retrieve", "retrievePhoneSession", [Scopes.TransferWrite], RetrieveAsync)
        {
            Summary = "Brings a call back from the SIM phone as a new media session",
            Parameters =
            [
                new(ParameterPlace.Header, RegistrationIdHeader, Schema.Text(256)), new(ParameterPlace.Path, "phoneSessionId", Schema.Text(256)),
            ],
            RequestBody = PhoneSessionSchemas.Retrieval,
            Successes = [new(201, CallSchemas.Response)],
            Errors = [new(404, "NOT_FOUND"), new(409, "INCOMPATIBLE_STATE")],
        },
    ]);

    private async Task<IResult> HandOverAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var call = await phones.HandOverAsync(caller, context.RouteId("mediaSessionId"), cancel);
        return call.Answer(_ => TypedResults.StatusCode(StatusCodes.Status202Accepted));
    }

    private async Task<IResult> CallOffAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var calledOff = await phones.CallOffAsync(caller, context.RouteId("mediaSessionId"), cancel);
        return calledOff.Answer(_ => TypedResults.NoContent());
    }

    private async Task<IResult> ListAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var calls = await phones.ListAsync(caller, cancel);
        return TypedResults.Json([.. calls.Select(PhoneSession.Of)], Bodies.Json.IReadOnlyListPhoneSession);
    }

    private async Task<IResult> RetrieveAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var body = await RequestBody.ReadFieldsAsync(context.Request, cancel);
        var offer = CallFields.RequiredSdp(body, "offer");
        if (body.Violation is { } violation)
        {
            return violation;
        }

        if (await phones.FindAsync(caller, context.RouteId("phoneSessionId"), cancel) is not { } onPhone)
        {
            return Problems.NotFound();
        }

        var registrationId = context.Request.IdInHeader(RegistrationIdHeader);
        if (registrationId.Problem is { } unnamed)
        {
            return unnamed;
        }

        var call = await phones.RetrieveAsync(caller, registrationId.Value, onPhone, offer, cancel);
        return call.Answer(row => TypedResults.Json(MediaSessionResponse.Of(row), Bodies.Json.MediaSessionResponse, statusCode: StatusCodes.Status201Created));
    }
}
