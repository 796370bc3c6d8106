using Byon.Functions.Security;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.Functions.Businesses;

/// <summary>
/// A two-legged token names no number; the registration, call or device of a request does. Finds the business's line that is
/// meant, so that the operations see a caller with a number as always. Without one nothing is found, which is a 404.
/// </summary>
internal sealed class BusinessCallers(BusinessLines lines, BusinessDirectory businesses, CallStore calls, ReaderStore readers)
{
    private static readonly string[] RegistrationRoutes = ["registrationId", "racmSessionId"];
    private static readonly string[] RegistrationHeaders = ["registrationId", "clientId"];
    private static readonly string[] CallRoutes = ["mediaSessionId", "vvoipSessionId", "phoneSessionId"];

    private const string SubscriptionRoute = "subscriptionId";

    public async Task<Caller> IdentifyAsync(HttpRequest request, Caller caller, CancellationToken cancel)
    {
        if (businesses.Find(caller) is null || !MeansALine(request))
        {
            return caller;
        }

        var held = await lines.ListAsync(caller, cancel);
        return await FindAsync(request, held, cancel) is { } line ? caller with { PhoneNumber = line.PhoneNumber } : caller;
    }

    private static bool MeansALine(HttpRequest request) =>
        RegistrationHeaders.Any(request.Headers.ContainsKey) || RegistrationRoutes.Concat(CallRoutes).Append(SubscriptionRoute).Append("deviceId").Any(request.RouteValues.ContainsKey);

    private async Task<LineRecord?> FindAsync(HttpRequest request, IReadOnlyList<LineRecord> held, CancellationToken cancel)
    {
        var registrationId = RegistrationRoutes.Select(name => request.RouteValues[name] as string).FirstOrDefault(id => id is not null)
            ?? RegistrationHeaders.Select(name => (string?)request.Headers[name]).FirstOrDefault(id => id is not null);
        if (registrationId is not null)
        {
            return held.FirstOrDefault(line => string.Equals(line.RegistrationId, registrationId, StringComparison.OrdinalIgnoreCase));
        }

        if (CallRoutes.Select(name => request.RouteValues[name] as string).FirstOrDefault(id => id is not null) is { } callId)
        {
            return await FindByNumberAsync(held, async number => await calls.GetAsync(number, callId, cancel) is not null);
        }

        if (request.RouteValues[SubscriptionRoute] is string subscriptionId)
        {
            return await FindByNumberAsync(held, async number => await readers.FindAsync(number, subscriptionId, cancel) is not null);
        }

        return held.FirstOrDefault(line => string.Equals(line.DeviceId, request.RouteValues["deviceId"] as string, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>One read per number in use: a client that names its registration in a header spares them.</summary>
    private static async Task<LineRecord?> FindByNumberAsync(IReadOnlyList<LineRecord> held, Func<string, Task<bool>> isOf)
    {
        foreach (var line in held.DistinctBy(line => line.PhoneNumber))
        {
            if (await isOf(line.PhoneNumber))
            {
                return line;
            }
        }

        return null;
    }
}
