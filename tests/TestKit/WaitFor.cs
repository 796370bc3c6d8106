using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Byon.Tests.TestKit;

/// <summary>
/// Bounded waiting for a condition: how every test waits. The limit only decides when a failure is reported, so it may be
/// generous; a condition that holds is seen within one polling interval.
/// </summary>
public static class WaitFor
{
    public static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Returns once the condition holds; throws <see cref="TimeoutException"/> naming the condition otherwise.</summary>
    /// <param name="otherwise">Told at the time-out: what was seen instead.</param>
    public static async Task TrueAsync(
        Func<Task<bool>> condition, TimeSpan? limit = null, Func<string>? otherwise = null,
        [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        var most = limit ?? DefaultLimit;
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > most)
                throw new TimeoutException($"not within {most.TotalSeconds:0.#} s: {text}{(otherwise is null ? "" : Environment.NewLine + otherwise())}");
            await Task.Delay(Interval);
        }
    }

    public static Task TrueAsync(
        Func<bool> condition, TimeSpan? limit = null, Func<string>? otherwise = null,
        [CallerArgumentExpression(nameof(condition))] string text = "") =>
        TrueAsync(() => Task.FromResult(condition()), limit, otherwise, text);

    /// <summary>Returns the first value that is not null.</summary>
    public static async Task<T> NotNullAsync<T>(
        Func<Task<T?>> find, TimeSpan? limit = null, Func<string>? otherwise = null,
        [CallerArgumentExpression(nameof(find))] string text = "")
        where T : class
    {
        T? found = null;
        await TrueAsync(async () => (found = await find()) is not null, limit, otherwise, text);
        return found!;
    }

    public static Task<T> NotNullAsync<T>(
        Func<T?> find, TimeSpan? limit = null, Func<string>? otherwise = null,
        [CallerArgumentExpression(nameof(find))] string text = "")
        where T : class =>
        NotNullAsync(() => Task.FromResult(find()), limit, otherwise, text);

    /// <summary>Like <see cref="TrueAsync(Func{bool}, TimeSpan?, Func{string}?, string)"/> for code under test that runs on its own threads and a test that cannot be async.</summary>
    public static void True(
        Func<bool> condition, TimeSpan? limit = null, Func<string>? otherwise = null,
        [CallerArgumentExpression(nameof(condition))] string text = "") =>
        TrueAsync(condition, limit, otherwise, text).GetAwaiter().GetResult();
}
