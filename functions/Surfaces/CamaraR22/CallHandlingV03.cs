using Byon.Functions.CallHandling;
using Byon.Functions.Security;
using Byon.Platform;
using Byon.Platform.Records;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Byon.Functions.Surfaces.CamaraR22;

/// <summary>
/// CAMARA webrtc-call-handling 0.3 as of release r2.2. Against 0.4: one body for everything, clientCorrelator, neither call
/// type nor location.
/// </summary>
internal sealed class CallHandlingV03(CallSessions calls)
{
    private const string RegistrationIdHeader = "registrationId";

    private static readonly ServedParameter Id = new(ParameterPlace.Path, "mediaSessionId", Schema.Text());

    private readonly CallOperations _calls = new(calls)
    {
        RegistrationHeader = RegistrationIdHeader,
        CallId = "mediaSessionId",
        ReadNew = R22CallRequests.ReadNewCall,
        ReadChange = R22CallRequests.ReadStatusChange,
        Write = Write,
        WriteChanged = static call => Write(call, StatusCodes.Status200OK),
    };

    public Surface Table => new(ApiVersions.CallHandlingR22, Publication.CamaraR22, "WebRTC Call Handling",
    [
        new(HttpMethods.Post, "/sessions", "createSession", [Scopes.CallCreate], _calls.CreateAsync)
        {
            Summary = "Creates voice and/or video session",
            Parameters = [new(ParameterPlace.Header, RegistrationIdHeader, Schema.Text())],
            RequestBody = R22Schemas.NewSession,
            Successes = [new(201, R22Schemas.SessionInformation)],
            Errors = [new(403, "INVALID_TOKEN_CONTEXT"), new(404, "NOT_FOUND"), new(409, "CONFLICT")],
        },
        new(HttpMethods.Get, "/sessions/{mediaSessionId}", "getSessionDetailsById", [Scopes.CallRead], _calls.GetAsync)
        {
            Summary = "Get the media session information",
            Parameters = [Id],
            Successes = [new(200, R22Schemas.SessionInformation)],
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
            RequestBody = R22Schemas.StatusChange,
            Successes = [new(200, R22Schemas.SessionInformation)],
            Errors = [new(404, "NOT_FOUND"), new(409, "INCOMPATIBLE_STATE")],
            LenientAliases = ["/sessions/{mediaSessionId}"],
        },
    ]);

    private static JsonHttpResult<MediaSessionInformation> Write(CallRecord call, int status) =>
        TypedResults.Json(MediaSessionInformation.Of(call), Bodies.Json.MediaSessionInformation, statusCode: status);
}
