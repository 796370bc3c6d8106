using System.Text.Json;

namespace Byon.Functions.Push;

/// <summary>
/// What a push carries: enough for a device to wake up and open a channel, where it gets the rest. No SDP ever, and no
/// number unless the operator says so: push services are third parties.
/// </summary>
/// <param name="CallId">The mediaSessionId.</param>
/// <param name="EventType">The CloudEvents type of the event that is waiting.</param>
/// <param name="Status">The call's status in that event: Initial rings, an ending stops the ringing.</param>
/// <param name="Caller">The caller's address, where pushes may carry it; else null.</param>
/// <param name="CallerName">As <paramref name="Caller"/>.</param>
internal sealed record WakeUp(string CallId, string EventType, string Status, DateTimeOffset Time, string? Caller = null, string? CallerName = null)
{
    /// <summary>The same members for every push service, all of them text (FCM takes nothing else).</summary>
    public void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("mediaSessionId", CallId);
        json.WriteString("type", EventType);
        json.WriteString("status", Status);
        json.WriteString("time", Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture));
        if (Caller is not null)
        {
            json.WriteString("originatorAddress", Caller);
        }

        if (CallerName is not null)
        {
            json.WriteString("originatorName", CallerName);
        }
    }
}
