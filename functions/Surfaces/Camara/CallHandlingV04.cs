using Byon.Functions.CallHandling;
using Byon.Functions.Http;
using Byon.Functions.Security;
using Byon.Platform;
using Byon.Platform.Records;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Byon.Functions.Surfaces.Camara;

/// <summary>CAMARA webrtc-call-handling 0.4.</summary>
internal sealed class CallHandlingV04(CallSessions calls)
{
    private const string RegistrationIdHeader = "registrationId";

    private static readonly ServedParameter Id = new(ParameterPlace.Path, "mediaSessionId", Schema.Text(256));

    public Surface Table => new(ApiVersions.CallHandling, Publication.Camara, "WebRTC Call Handling",
    [
        new(HttpMethods.Post, "/sessions", "createSession", [Scopes.CallCreate], CreateAsync)
        {
            Summary = "Creates voice and/or video session",
            Parameters = [new(ParameterPlace.Header, RegistrationIdHeader, Schema.Text(256))],
            RequestBody = CallSchemas.Create,
            Successes = [new(201, CallSchemas.Response)],
            Errors =
            [
                new(403, "INVALID_TOKEN_CONTEXT"), new(404, "NOT_FOUND"), new(501, "CALLTYPE_EMERGENCY_NOT_SUPPORTED"),
            ],
        },
        new(HttpMethods.Get, "/sessions/{mediaSessionId}", "getSessionDetailsById", [Scopes.CallRead], GetAsync)
        {
            Summary = "Get the media session information",
            Parameters = [Id],
            Successes = [new(200, CallSchemas.Response)],
            Errors = [new(404, "NOT_FOUND")],
        },
        new(HttpMethods.Delete, "/sessions/{mediaSessionId}", "deleteSessionById", [Scopes.CallDelete], DeleteAsync)
        {
            Summary = "Cancel or Terminate the media session",
            Parameters = [Id],
            Successes = [new(204)],
            Errors = [new(404, "NOT_FOUND")],
        },
        new(HttpMethods.Put, "/sessions/{mediaSessionId}/status", "updateSessionStatus", [Scopes.CallWrite], ChangeStatusAsync)
        {
            Summary = "Update the status of the media session",
            Parameters = [Id],
            RequestBody = CallSchemas.StatusChange,
            Successes = [new(200, CallSchemas.Response)],
            Errors = [new(404, "NOT_FOUND"), new(409, "INCOMPATIBLE_STATE")],
        },
    ]);

    private async Task<IResult> CreateAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var registrationId = context.Request.IdInHeader(RegistrationIdHeader);
        if (registrationId.Problem is { } unnamed)
        {
            return unnamed;
        }

        var body = await RequestBody.ReadFieldsAsync(context.Request, cancel);
        var wanted = CreateCallRequest.Read(body);
        if (body.Violation is { } violation)
        {
            return violation;
        }

        var call = await calls.CreateAsync(caller, registrationId.Value, wanted, cancel);
        return call.Answer(row => Write(row, StatusCodes.Status201Created));
    }

    private async Task<IResult> GetAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var call = await calls.GetAsync(caller, context.RouteId("mediaSessionId"), cancel);
        return call.Answer(row => Write(row, StatusCodes.Status200OK));
    }

    private async Task<IResult> ChangeStatusAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var body = await RequestBody.ReadFieldsAsync(context.Request, cancel);
        var change = ChangeStatusRequest.Read(body);
        if (body.Violation is { } violation)
        {
            return violation;
        }

        var call = await calls.ChangeStatusAsync(caller, context.RouteId("mediaSessionId"), change, cancel);
        return call.Answer(row => Write(row, StatusCodes.Status200OK));
    }

    private async Task<IResult> DeleteAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var ended = await calls.DeleteAsync(caller, context.RouteId("mediaSessionId"), cancel);
        return ended.Answer(_ => TypedResults.NoContent());
    }

    private static JsonHttpResult<MediaSessionResponse> Write(CallRecord call, int status) =>
        TypedResults.Json(MediaSessionResponse.Of(call), Bodies.Json.MediaSessionResponse, statusCode: status);
}
