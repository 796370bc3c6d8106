using Byon.Functions.CallHandling;
using Byon.Functions.Http;
using Byon.Functions.Security;
using Byon.Platform.Records;

namespace Byon.Functions.Surfaces;

/// <summary>
/// The four operations on calls as requests meet them, the same in every publication. What differs between publications is
/// given by each: where ids stand, and how bodies are read and written.
/// </summary>
internal sealed class CallOperations(CallSessions calls)
{
    /// <summary>Header of a creation that names the registration to call from.</summary>
    public required string RegistrationHeader { get; init; }

    /// <summary>Path parameter that names the call.</summary>
    public required string CallId { get; init; }

    public required Func<JsonFields, NewCall> ReadNew { get; init; }

    public required Func<JsonFields, StatusChange> ReadChange { get; init; }

    /// <summary>Writes a whole call, with the status code to answer with.</summary>
    public required Func<CallRecord, int, IResult> Write { get; init; }

    /// <summary>Writes what a change of status is answered with.</summary>
    public required Func<CallRecord, IResult> WriteChanged { get; init; }

    public async Task<IResult> CreateAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var registrationId = context.Request.IdInHeader(RegistrationHeader);
        if (registrationId.Problem is { } unnamed)
        {
            return unnamed;
        }

        var body = await RequestBody.ReadFieldsAsync(context.Request, cancel);
        var wanted = ReadNew(body);
        if (body.Violation is { } violation)
        {
            return violation;
        }

        var call = await calls.CreateAsync(caller, registrationId.Value, wanted, cancel);
        return call.Answer(row => Write(row, StatusCodes.Status201Created));
    }

    public async Task<IResult> GetAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var call = await calls.GetAsync(caller, context.RouteId(CallId), cancel);
        return call.Answer(row => Write(row, StatusCodes.Status200OK));
    }

    public async Task<IResult> ChangeStatusAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var body = await RequestBody.ReadFieldsAsync(context.Request, cancel);
        var change = ReadChange(body);
        if (body.Violation is { } violation)
        {
            return violation;
        }

        var call = await calls.ChangeStatusAsync(caller, context.RouteId(CallId), change, cancel);
        return call.Answer(WriteChanged);
    }

    public async Task<IResult> DeleteAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var ended = await calls.DeleteAsync(caller, context.RouteId(CallId), cancel);
        return ended.Answer(_ => TypedResults.NoContent());
    }
}
