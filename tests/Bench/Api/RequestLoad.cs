using System.Diagnostics;

namespace Byon.Tests.Bench.Api;

/// <summary>Requests per second with several devices at once, the two doors in turn.</summary>
internal static class RequestLoad
{
    private const int Rounds = 3;
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(2);

    public static async Task<IReadOnlyList<ApiLoad>> MeasureAsync(ApiStack stack) =>
    [
        await MeasureAsync(stack, "read a registration", 16, 1, register: true, device => device.ReadRegistrationAsync()),
        await MeasureAsync(stack, "register and unregister", 8, 2, register: false, async device =>
        {
            await device.RegisterAsync();
            await device.UnregisterAsync();
        }),
        await MeasureAsync(stack, "start and end a call", 8, 2, register: true, async device =>
        {
            await device.CallAsync();
            await device.EndCallAsync();
        }),
    ];

    private static async Task<ApiLoad> MeasureAsync(
        ApiStack stack, string name, int atOnce, int requests, bool register, Func<DeviceSession, Task> run)
    {
        var rates = new[] { new List<double>(), new List<double>() };
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var door in round % 2 == 0 ? (int[])[0, 1] : [1, 0])
                rates[door].Add(requests * await RateAsync(stack, door, atOnce, register, run));
        }

        return new ApiLoad(name, atOnce, rates[0].Order().ElementAt(Rounds / 2), rates[1].Order().ElementAt(Rounds / 2));
    }

    /// <summary>A number has at most ten registrations: where there are more at once, devices share them.</summary>
    private static async Task<double> RateAsync(ApiStack stack, int door, int atOnce, bool register, Func<DeviceSession, Task> run)
    {
        var devices = Enumerable.Range(0, Math.Min(atOnce, 8)).Select(_ => new DeviceSession(stack.Doors[door], stack.Number)).ToArray();
        if (register)
            await Task.WhenAll(devices.Select(device => device.RegisterAsync()));
        var clock = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, atOnce).Select(async at =>
        {
            var count = 0;
            for (; clock.Elapsed < Span; count++)
                await run(devices[at % devices.Length]);
            return count;
        }));
        var rate = counts.Sum() / clock.Elapsed.TotalSeconds;
        if (register)
            await Task.WhenAll(devices.Select(device => device.UnregisterAsync()));
        return rate;
    }
}
