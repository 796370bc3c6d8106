using Byon.Functions.CallHandling;
using Byon.Functions.Security;
using Byon.Platform;

namespace Byon.Functions.Surfaces.ByonV1;

/// <summary>BYON CallHandling 0.1.2. The header clientId names the registration a call is placed from.</summary>
internal sealed class VvoipV1(CallSessions calls)
{
    private static readonly ServedParameter[] OfSession =
        [ByonHeaders.TransactionId, ByonHeaders.ClientId, new(ParameterPlace.Path, "vvoipSessionId", Schema.Text())];

    private readonly CallOperations _calls = new(calls)
    {
        RegistrationHeader = ByonHeaders.ClientIdName,
        CallId = "vvoipSessionId",
        ReadNew = VvoipRequests.ReadNewCall,
        ReadChange = VvoipRequests.ReadStatusChange,
        Write = static (call, status) => TypedResults.Json(VvoipSessionInformation.Of(call), Bodies.Json.VvoipSessionInformation, statusCode: status),
        WriteChanged = static call => TypedResults.Json(ReceiverSessionStatus.Of(call), Bodies.Json.ReceiverSessionStatus),
    };

    public Surface Table => new(ApiVersions.Vvoip, Publication.Byon, "BYON Call Handling",
    [
        new(HttpMethods.Post, "/sessions", "postSessions", [Scopes.CallCreate], _calls.CreateAsync)
        {
            Summary = "Creates voice and/or video session",
            Parameters = [ByonHeaders.TransactionId, ByonHeaders.ClientId],
            RequestBody = VvoipSchemas.Create,
            Successes = [new(201, VvoipSchemas.Session)],
            Errors = [new(403, "INVALID_TOKEN_CONTEXT"), new(404, "NOT_FOUND"), new(409, "CONFLICT"), new(501, "CALLTYPE_EMERGENCY_NOT_SUPPORTED")],
            Aliases = ["/session"],
        },
        new(HttpMethods.Get, "/sessions/{vvoipSessionId}", "getSessionDetailsById", [Scopes.CallRead], _calls.GetAsync)
        {
            Summary = "Get the vvoip session information",
            Parameters = OfSession,
            Successes = [new(200, VvoipSchemas.Session)],
            Errors = [new(404, "NOT_FOUND")],
            Aliases = ["/session/{vvoipSessionId}"],
        },
        new(HttpMethods.Delete, "/sessions/{vvoipSessionId}", "deleteSessionById", [Scopes.CallDelete], _calls.DeleteAsync)
        {
            Summary = "Cancel or Terminate the vvoip session",
            Parameters = OfSession,
            Successes = [new(204)],
            Errors = [new(404, "NOT_FOUND")],
            Aliases = ["/session/{vvoipSessionId}"],
        },
        new(HttpMethods.Put, "/sessions/{vvoipSessionId}/status", "postSessionStatus", [Scopes.CallWrite], _calls.ChangeStatusAsync)
        {
            Summary = "Update the status of the vvoip session",
            Parameters = OfSession,
            RequestBody = VvoipSchemas.StatusChange,
            Successes = [new(200, VvoipSchemas.Status)],
            Errors = [new(404, "NOT_FOUND"), new(409, "INCOMPATIBLE_STATE")],
            Aliases = ["/session/{vvoipSessionId}/status"],
        },
    ]);
}
