using Byon.Functions.CallHandling;
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

    private readonly CallOperations _calls = new(calls)
    {
        RegistrationHeader = RegistrationIdHeader,
        CallId = "mediaSessionId",
        ReadNew = CreateCallRequest.Read,
        ReadChange = ChangeStatusRequest.Read,
        Write = Write,
        WriteChanged = static call => Write(call, StatusCodes.Status200OK),
    };

    public Surface Table => new(ApiVersions.CallHandling, Publication.Camara, "WebRTC Call Handling",
    [
        new(HttpMethods.Post, "/sessions", "createSession", [Scopes.CallCreate], _calls.CreateAsync)
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
        new(HttpMethods.Get, "/sessions/{mediaSessionId}", "getSessionDetailsById", [Scopes.CallRead], _calls.GetAsync)
        {
            Summary = "Get the media session information",
            Parameters = [Id],
            Successes = [new(200, CallSchemas.Response)],
            Errors = [new(404, "NOT_FOUND")],
        },
        new(HttpMethods.Delete, "/sessions/{mediaSessionId}", "deleteSessionById", [Scopes.CallDelete], _calls.DeleteAsync)
        {
            Summary = "Cancel or Terminate the media session",
            Parameters = [Id],
            Successes = [new(204)],
            Errors = [new(404, "NOT_FOUND")],
        },
        new(HttpMethods.Put, "/sessions/{mediaSessionId}/status", "updateSessionStatus", [Scopes.CallWrite], _calls.ChangeStatusAsync)
        {
            Summary = "Update the status of the media session",
            Parameters = [Id],
            RequestBody = CallSchemas.StatusChange,
            Successes = [new(200, CallSchemas.Response)],
            Errors = [new(404, "NOT_FOUND"), new(409, "INCOMPATIBLE_STATE")],
        },
    ]);

    private static JsonHttpResult<MediaSessionResponse> Write(CallRecord call, int status) =>
        TypedResults.Json(MediaSessionResponse.Of(call), Bodies.Json.MediaSessionResponse, statusCode: status);
}
