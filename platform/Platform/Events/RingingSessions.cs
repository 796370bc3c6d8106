using Byon.Platform.Stores;

namespace Byon.Platform.Events;

/// <param name="Cursor">A reader that begins after it gets all of <paramref name="Events"/>, and everything that comes.</param>
/// <param name="Events">What the device was told of the calls that ring now, from the oldest one's invitation; oldest first.</param>
public sealed record RingingEvents(long Cursor, IReadOnlyList<DeviceEvent> Events);

/// <summary>
/// Where a reader begins that is made while the device rings: before the invitation, so that it still gets the call. Any other
/// begins at the end of the log.
/// </summary>
public sealed class RingingSessions(CallStore calls, EventLog log)
{
    /// <summary>How far back an invitation is looked for: what a device is told while something rings is a fraction of it.</summary>
    private const int Tail = 200;

    /// <summary>Two operations, and one more while something rings.</summary>
    public async Task<RingingEvents> ReadAsync(DeviceKey device, CancellationToken cancel)
    {
        // The log's end before the calls: an invitation that comes between the two lies behind the cursor in any case.
        var head = await log.HeadAsync(device, cancel);
        var ringing = (await calls.ListRingingAsync(device, cancel)).Select(call => call.CallId).ToHashSet();
        if (ringing.Count == 0)
            return new RingingEvents(head, []);
        var told = (await log.ReadAsync(device, head - Tail, 2 * Tail, cancel)).Where(entry => IsOf(entry, ringing)).ToList();
        return told.Count == 0 ? new RingingEvents(head, []) : new RingingEvents(told[0].Position - 1, told);
    }

    private static bool IsOf(DeviceEvent entry, HashSet<string> callIds) => entry.Data is CallEventData call && callIds.Contains(call.CallId);
}
