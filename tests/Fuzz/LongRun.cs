using System.Diagnostics;

namespace Byon.Tests.Fuzz;

/// <summary>What <c>./byon fuzz</c> does: one target after the other for a time, with a line of progress, keeping what fails.</summary>
internal static class LongRun
{
    private const int Slice = 200;

    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(10);

    /// <param name="each">For each target.</param>
    /// <returns>How many different faults there were.</returns>
    public static int Of(IReadOnlyList<FuzzTarget> targets, TimeSpan each, int seed, string keep)
    {
        var faults = 0;
        foreach (var target in targets) faults += Run(target, each, seed, keep);
        Console.WriteLine(faults == 0 ? "No faults." : $"{faults} faults; their inputs lie in {keep}.");
        return faults;
    }

    private static int Run(FuzzTarget target, TimeSpan time, int seed, string keep)
    {
        var clock = Stopwatch.StartNew();
        var runner = new FuzzRunner(target, Corpus.Of(target), seed);
        var told = 0;
        var next = TimeSpan.FromSeconds(10);
        while (clock.Elapsed < time)
        {
            var began = clock.Elapsed;
            runner.Run(Slice);
            if (clock.Elapsed - began > Slow) Console.WriteLine($"  {target.Name}: {Slice} runs took {(clock.Elapsed - began).TotalSeconds:F0} s");
            foreach (var fault in runner.Faults.Skip(told)) Tell(target, fault, Corpus.Keep(keep, target, fault));
            told = runner.Faults.Count;
            if (clock.Elapsed < next) continue;
            next += TimeSpan.FromSeconds(10);
            Console.WriteLine(Line(target, runner, clock.Elapsed));
        }

        Console.WriteLine(Line(target, runner, clock.Elapsed) + (told == 0 ? "" : $", {told} FAULTS"));
        return told;
    }

    private static string Line(FuzzTarget target, FuzzRunner runner, TimeSpan elapsed) =>
        $"  {target.Name,-10} {elapsed.TotalSeconds,5:F0} s  {runner.Runs,12:N0} runs  {runner.Runs / elapsed.TotalSeconds,9:N0}/s  {runner.Reached,6:N0} outcomes";

    private static void Tell(FuzzTarget target, FuzzFault fault, string file) =>
        Console.WriteLine($"  {target.Name}: {fault.Place}\n    {fault.Detail.ReplaceLineEndings("\n    ")}\n    {file}");
}
