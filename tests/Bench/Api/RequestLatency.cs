using System.Diagnostics;

namespace Byon.Tests.Bench.Api;

/// <summary>The life of a device with a call, request by request, the two doors in turn; what else happens on the machine meets both.</summary>
internal static class RequestLatency
{
    private const int Warming = 3;

    private static readonly (string Name, Func<DeviceSession, Task> Run)[] Life =
    [
        ("register", device => device.RegisterAsync()),
        ("read a registration", device => device.ReadRegistrationAsync()),
        ("list registrations of a device", device => device.ListRegistrationsAsync()),
        ("refresh a registration", device => device.RefreshAsync()),
        ("open a channel", device => device.OpenChannelAsync()),
        ("replay a channel's events", device => device.ReplayAsync()),
        ("subscribe", device => device.SubscribeAsync()),
        ("read a subscription", device => device.ReadSubscriptionAsync()),
        ("start a call", device => device.CallAsync()),
        ("read a call", device => device.ReadCallAsync()),
        ("end a call", device => device.EndCallAsync()),
        ("unsubscribe", device => device.UnsubscribeAsync()),
        ("close a channel", device => device.CloseChannelAsync()),
        ("unregister", device => device.UnregisterAsync()),
    ];

    public static async Task<IReadOnlyList<ApiLatency>> MeasureAsync(ApiStack stack, int runs)
    {
        var times = stack.Doors.Select(_ => Life.Select(_ => new List<TimeSpan>()).ToArray()).ToArray();
        for (var run = 0; run < runs + Warming; run++)
        {
            foreach (var door in run % 2 == 0 ? (int[])[0, 1] : [1, 0])
                await LiveAsync(stack, door, run < Warming ? null : times[door]);
        }

        return [.. Life.Select((step, at) => new ApiLatency(step.Name, times[0][at], times[1][at]))];
    }

    private static async Task LiveAsync(ApiStack stack, int door, List<TimeSpan>[]? times)
    {
        var device = new DeviceSession(stack.Doors[door], stack.Number);
        for (var at = 0; at < Life.Length; at++)
        {
            var clock = Stopwatch.StartNew();
            await Life[at].Run(device);
            times?[at].Add(clock.Elapsed);
        }
    }
}
