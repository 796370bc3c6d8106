using Byon.Functions.Events;
using Byon.Functions.Http;
using Byon.Functions.Security;
using Byon.Functions.Surfaces.Camara;
using Byon.Platform;
using Byon.Platform.Records;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Byon.Functions.Surfaces;

/// <summary>
/// The operations on subscriptions as requests meet them, the same in every publication. What differs between publications is
/// given by each: its version, how a new subscription is read, and what its details are.
/// </summary>
internal sealed class SubscriptionOperations(Subscriptions subscriptions)
{
    public required ApiVersion Version { get; init; }

    public required EventDialect Dialect { get; init; }

    /// <summary>Reads a new subscription to the given types of events, which are checked already.</summary>
    public required Func<JsonFields, IReadOnlyList<string>, NewSubscription> ReadNew { get; init; }

    public required Func<ReaderRecord, SubscriptionDetail> DetailOf { get; init; }

    private EventKinds Kinds => SubscriptionEventTypes.KindsOf(Dialect);

    public async Task<IResult> CreateAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var body = await RequestBody.ReadFieldsAsync(context.Request, cancel);
        var types = body.RequiredChoices("types", [.. SubscriptionEventTypes.Names(Dialect)]);
        var wanted = ReadNew(body, types);
        if (body.Violation is { } violation)
        {
            return violation;
        }

        if (EventScopes.Missing(caller, Version, types) is { } scope)
        {
            return Problems.InsufficientScope(scope);
        }

        var created = await subscriptions.CreateAsync(caller, wanted, cancel);
        return created.Answer(record => Write(record, StatusCodes.Status201Created));
    }

    public async Task<IResult> ListAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var found = await subscriptions.ListAsync(caller, Kinds, cancel);
        return TypedResults.Json([.. found.Select(Represent)], Bodies.Json.IReadOnlyListSubscriptionResponse);
    }

    public async Task<IResult> GetAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var found = await subscriptions.GetAsync(caller, Kinds, context.RouteId("subscriptionId"), cancel);
        return found.Answer(record => Write(record, StatusCodes.Status200OK));
    }

    public async Task<IResult> UpdateAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var body = await RequestBody.ReadFieldsAsync(context.Request, cancel);
        var change = new SubscriptionChange(
            SubscriptionRequests.Credential(body, "accessTokenExpiresUtc"), SubscriptionRequests.ExpireTime(body.Object("config")));
        if (change is { Credential: null, ExpireTime: null })
        {
            body.Reject(Problems.InvalidArgument("Expected property is missing: sinkCredential or config.subscriptionExpireTime."));
        }

        if (body.Violation is { } violation)
        {
            return violation;
        }

        var updated = await subscriptions.UpdateAsync(caller, Kinds, context.RouteId("subscriptionId"), change, cancel);
        return updated.Answer(record => Write(record, StatusCodes.Status200OK));
    }

    public async Task<IResult> DeleteAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var deleted = await subscriptions.DeleteAsync(caller, Kinds, context.RouteId("subscriptionId"), cancel);
        return deleted.Answer(_ => TypedResults.NoContent());
    }

    private JsonHttpResult<SubscriptionResponse> Write(ReaderRecord record, int status) =>
        TypedResults.Json(Represent(record), Bodies.Json.SubscriptionResponse, statusCode: status);

    private SubscriptionResponse Represent(ReaderRecord record) =>
        SubscriptionResponse.Of(record, subscriptions.HasEnded(record), Dialect, DetailOf(record));
}
