using Byon.Functions.Http;
using Byon.Functions.Nodes;
using Byon.Functions.Registration;
using Byon.Functions.Security;
using Byon.Platform.Control;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Byon.Functions.CallHandling;

/// <summary>CAMARA webrtc-call-handling: reads come from the table, commands go to the node that owns the call.</summary>
internal sealed class CallApi(CallStore calls, RegistrationApi registrations, NodePool nodes, TimeProvider clock)
{
    private const string RegistrationIdHeader = "registrationId";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.ServiceProvider.GetRequiredService<CallApi>();
        var sessions = routes.MapGroup(ApiSurface.CallHandling);
        sessions.MapOperation(HttpMethods.Post, "/sessions", Scopes.CallCreate, api.CreateAsync);
        sessions.MapOperation(HttpMethods.Get, "/sessions/{mediaSessionId}", Scopes.CallRead, api.GetAsync);
        sessions.MapOperation(HttpMethods.Put, "/sessions/{mediaSessionId}/status", Scopes.CallWrite, api.ChangeStatusAsync);
        sessions.MapOperation(HttpMethods.Delete, "/sessions/{mediaSessionId}", Scopes.CallDelete, api.DeleteAsync);
    }

    private async Task<IResult> CreateAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var header = context.Request.Headers[RegistrationIdHeader];
        if (header.Count != 1 || !Guid.TryParseExact(header[0], "D", out var registrationId))
        {
            return Problems.InvalidArgument(header.Count == 0
                ? $"Expected header is missing: {RegistrationIdHeader}."
                : $"The header {RegistrationIdHeader} is not an id of a registration.");
        }

        var body = await RequestBody.ReadFieldsAsync(context.Request, cancel);
        var request = CreateCallRequest.Read(body);
        if (body.Violation is { } violation)
        {
            return violation;
        }

        var anonymous = CallAddress.IsAnonymous(request.OriginatorAddress);
        if (caller.PhoneNumber is not { } number || !(anonymous || CallAddress.IsOf(request.OriginatorAddress, number)))
        {
            return Problems.OriginatorNotOfToken();
        }

        // An emergency URN without the call type is an emergency call all the same.
        if (request.Emergency || CallAddress.IsEmergency(request.ReceiverAddress))
        {
            return Problems.EmergencyNotSupported();
        }

        if (await registrations.FindAsync(registrationId.ToString("D"), caller, cancel) is not { } registration)
        {
            return Problems.RegistrationNotFound();
        }

        var reply = await nodes.StartCallAsync(registration, CommandFor(request, registration, anonymous), cancel);
        return reply.Value is { } call ? Answer(call, StatusCodes.Status201Created) : reply.Problem!;
    }

    private async Task<IResult> GetAsync(HttpContext context, Caller caller, CancellationToken cancel) =>
        await FindAsync(context, caller, cancel) is { } call ? Answer(call, StatusCodes.Status200OK) : Problems.NotFound();

    private async Task<IResult> ChangeStatusAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var body = await RequestBody.ReadFieldsAsync(context.Request, cancel);
        var request = ChangeStatusRequest.Read(body);
        if (body.Violation is { } violation)
        {
            return violation;
        }

        if (await FindAsync(context, caller, cancel) is not { } call)
        {
            return Problems.NotFound();
        }

        if (call.EndedAt is not null)
        {
            return Problems.IncompatibleState($"The session has ended with the status {call.Status}.");
        }

        if (request.LocationOnly && call.Status is CallStatus.Connected or CallStatus.Hold or CallStatus.Resume)
        {
            return Answer(call, StatusCodes.Status200OK);
        }

        var reply = await nodes.ChangeStatusAsync(call, new ChangeStatusCommand(request.Status, request.OfferSdp, request.AnswerSdp), cancel);
        return reply.Value is { } changed ? Answer(changed, StatusCodes.Status200OK) : reply.Problem!;
    }

    /// <summary>Ends a call. One that the far end has just ended is ended: both sides may hang up at once.</summary>
    private async Task<IResult> DeleteAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        if (await FindAsync(context, caller, cancel) is not { } call)
        {
            return Problems.NotFound();
        }

        if (call.EndedAt is not null)
        {
            return TypedResults.NoContent();
        }

        var reply = await nodes.EndCallAsync(call, cancel);
        return reply.Problem is { } problem ? problem : TypedResults.NoContent();
    }

    /// <summary>A call the caller may see, alive or ended within the grace time.</summary>
    private async Task<CallRecord?> FindAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        if (context.RouteId("mediaSessionId") is not { } callId || caller.PhoneNumber is not { } number)
        {
            return null;
        }

        var call = await calls.GetAsync(number, callId, cancel);
        var isReadable = call is not null && (call.EndedAt is not { } end || clock.GetUtcNow() < end + CallStore.KeptAfterEnd);
        return isReadable && caller.Owns(call!.ClientId, call.Subject) ? call : null;
    }

    private static StartCallCommand CommandFor(CreateCallRequest request, RegistrationRecord registration, bool anonymous) => new(
        Guid.NewGuid().ToString("D"), registration.RegistrationId, registration.PhoneNumber, request.OriginatorAddress, request.OriginatorName,
        request.ReceiverAddress, request.ReceiverName, anonymous, request.OfferSdp);

    private static JsonHttpResult<MediaSessionResponse> Answer(CallRecord call, int status) =>
        TypedResults.Json(MediaSessionResponse.Of(call), Bodies.Json.MediaSessionResponse, statusCode: status);
}
