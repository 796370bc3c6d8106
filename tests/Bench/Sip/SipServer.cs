using System.Diagnostics;
using System.Globalization;
using System.Net;
using Byon.Tests.TestKit;

namespace Byon.Tests.Bench.Sip;

/// <summary>What is measured, on the first processor: our node's SIP, or sipp doing the same. The other side is sipp in both cases.</summary>
internal static class SipServer
{
    private const int MeasuredCore = 0;
    private const int LoadCore = 1;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static async Task<SipProgram> StartNodeAsync(int port)
    {
        var node = SipProgram.Start(MeasuredCore, Environment.ProcessPath!, [SipHost.Verb, Text(port)], talks: true);
        await node.ReadAsync(Patience);
        return node;
    }

    /// <summary>sipp as one who is called, or as the registrar.</summary>
    public static SipProgram StartSipp(bool isMeasured, int port, string? scenario = null) => SipProgram.Start(
        isMeasured ? MeasuredCore : LoadCore, "sipp", [.. Scenario(scenario, "uas"), "-i", "127.0.0.1", "-p", Text(port), "-nostdin"]);

    /// <summary>sipp calls or registers so many times; open ones at a time are limited, the rate is not.</summary>
    /// <param name="hold">How long each call lasts.</param>
    public static SipProgram StartLoad(bool isMeasured, IPEndPoint to, int count, int rate, int open, TimeSpan hold, string? scenario = null) => SipProgram.Start(
        isMeasured ? MeasuredCore : LoadCore, "sipp",
        [
            to.ToString(), .. Scenario(scenario, "uac"), "-i", "127.0.0.1", "-p", Text(FreePorts.Next()), "-s", SipHost.Contact, "-m", Text(count), "-r", Text(rate),
            "-l", Text(open), "-d", Text((int)hold.TotalMilliseconds), "-nostdin",
        ]);

    /// <summary>The cost of an action to a program, and how long it took.</summary>
    public static async Task<SipRun> CostAsync(SipProgram measured, int count, Func<Task<bool>> action)
    {
        var (before, clock) = (measured.Cpu, Stopwatch.StartNew());
        var isGood = await action();
        return new SipRun(count, measured.Cpu - before, clock.Elapsed, isGood);
    }

    private static string[] Scenario(string? scenario, string builtIn) =>
        scenario is null ? ["-sn", builtIn] : ["-sf", RepositoryRoot.Combine("tests", "Bench", "Sip", "Scenarios", scenario + ".xml")];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>So many calls or registrations, what they cost of a processor, and whether all of them went well.</summary>
internal sealed record SipRun(int Count, TimeSpan Cpu, TimeSpan Took, bool IsGood)
{
    /// <summary>What one processor can do.</summary>
    public double PerCpuSecond => Count / Cpu.TotalSeconds;

    public double Rate => Count / Took.TotalSeconds;
}
