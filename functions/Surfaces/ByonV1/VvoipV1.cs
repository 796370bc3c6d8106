using Byon.Functions.CallHandling;
using Byon.Functions.Http;
using Byon.Functions.Security;
using Byon.Platform;

namespace Byon.Functions.Surfaces.ByonV1;

/// <summary>BYON CallHandling 0.1.2. The header clientId names the registration a call is placed from.</summary>
internal sealed class VvoipV1(CallSessions calls)
{
    private static readonly ServedParameter[] OfSession =
        [ByonHeaders.TransactionId, ByonHeaders.ClientId, new(ParameterPlace.Path, "vvoipSessionId", Schema.Text())];

    public Surface Table => new(ApiVersions.Vvoip, Publication.Byon, "BYON Call Handling",
    [
        new(HttpMethods.Post, "/sessions", "postSessions", [Scopes.CallCreate], CreateAsync)
        {
            Summary = "Creates voice and/or video session",
            Parameters = [ByonHeaders.TransactionId, ByonHeaders.ClientId],
            RequestBody = VvoipSchemas.Create,
            Successes = [new(201, VvoipSchemas.Session)],
            Errors = [new(403, "INVALID_TOKEN_CONTEXT"), new(404, "NOT_FOUND"), new(409, "CONFLICT"), new(501, "CALLTYPE_EMERGENCY_NOT_SUPPORTED")],
            Aliases = ["/session"],
        },
        new(HttpMethods.Get, "/sessions/{vvoipSessionId}", "getSessionDetailsById", [Scopes.CallRead], GetAsync)
        {
            Summary = "Get the vvoip session information",
            Parameters = OfSession,
            Successes = [new(200, VvoipSchemas.Session)],
            Errors = [new(404, "NOT_FOUND")],
            Aliases = ["/session/{vvoipSessionId}"],
        },
        new(HttpMethods.Delete, "/sessions/{vvoipSessionId}", "deleteSessionById", [Scopes.CallDelete], DeleteAsync)
        {
            Summary = "Cancel or Terminate the vvoip session",
            Parameters = OfSession,
            Successes = [new(204)],
            Errors = [new(404, "NOT_FOUND")],
            Aliases = ["/session/{vvoipSessionId}"],
        },
        new(HttpMethods.Put, "/sessions/{vvoipSessionId}/status", "postSessionStatus", [Scopes.CallWrite], ChangeStatusAsync)
        {
            Summary = "Update the status of the vvoip session",
            Parameters = OfSession,
            RequestBody = VvoipSchemas.StatusChange,
            Successes = [new(200, VvoipSchemas.Status)],
            Errors = [new(404, "NOT_FOUND"), new(409, "INCOMPATIBLE_STATE")],
            Aliases = ["/session/{vvoipSessionId}/status"],
        },
    ]);

    private async Task<IResult> CreateAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var registrationId = context.Request.IdInHeader(ByonHeaders.ClientIdName);
        if (registrationId.Problem is { } unnamed)
        {
            return unnamed;
        }

        var body = await RequestBody.ReadFieldsAsync(context.Request, cancel);
        var wanted = VvoipRequests.ReadNewCall(body);
        if (body.Violation is { } violation)
        {
            return violation;
        }

        var call = await calls.CreateAsync(caller, registrationId.Value, wanted, cancel);
        return call.Answer(row => TypedResults.Json(
            VvoipSessionInformation.Of(row), Bodies.Json.VvoipSessionInformation, statusCode: StatusCodes.Status201Created));
    }

    private async Task<IResult> GetAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var call = await calls.GetAsync(caller, context.RouteId("vvoipSessionId"), cancel);
        return call.Answer(row => TypedResults.Json(VvoipSessionInformation.Of(row), Bodies.Json.VvoipSessionInformation));
    }

    private async Task<IResult> ChangeStatusAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var body = await RequestBody.ReadFieldsAsync(context.Request, cancel);
        var change = VvoipRequests.ReadStatusChange(body);
        if (body.Violation is { } violation)
        {
            return violation;
        }

        var call = await calls.ChangeStatusAsync(caller, context.RouteId("vvoipSessionId"), change, cancel);
        return call.Answer(row => TypedResults.Json(ReceiverSessionStatus.Of(row), Bodies.Json.ReceiverSessionStatus));
    }

    private async Task<IResult> DeleteAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var ended = await calls.DeleteAsync(caller, context.RouteId("vvoipSessionId"), cancel);
        return ended.Answer(_ => TypedResults.NoContent());
    }
}
