using System.Diagnostics;
using Byon.MediaNode.Native;
using Byon.Tests.Bench.Media.Load;
using Byon.Tests.Bench.Media.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Byon.Tests.Bench.Media;

/// <summary>One measurement of ICE and DTLS: many calls of one server, set up some at once after others have warmed it up.</summary>
/// <param name="Milliseconds">Processor time of the server for each call.</param>
/// <param name="BytesAllocated">By the server's runtime, for each call; null without a managed runtime.</param>
/// <param name="Collections">Of its garbage, in all.</param>
/// <param name="Others">What all other programs of the machine used meanwhile, in processors.</param>
internal sealed record SetUpRun(string Server, int Calls, string Profile, double Milliseconds, double? BytesAllocated, int? Collections, double Others)
{
    private const int WarmUpCalls = 500;
    private const int MostSpells = 5;

    /// <summary>A runtime that compiled nothing for as long has compiled for good what it was asked to do.</summary>
    private static readonly TimeSpan Spell = TimeSpan.FromSeconds(1);

    public static async Task<SetUpRun> MeasureAsync(MediaServerKind kind, MediaCase of, int calls)
    {
        await using var server = await kind.Start(of);
        using var load = new LoadGenerator(of, WarmUpCalls + calls, new NativeCodecs(NullLogger.Instance));
        var endpoints = new List<ServerEndpoints>();
        foreach (var call in load.Calls) endpoints.Add(await server.AddAsync(load, call, of));
        load.Connect(endpoints, WarmUpCalls);
        await SettleAsync(server, load);

        var before = await server.RuntimeAsync();
        var from = MachineUse.Now(server);
        var clock = Stopwatch.StartNew();
        load.Connect(endpoints, calls);
        var elapsed = clock.Elapsed;
        var to = MachineUse.Now(server);
        var after = await server.RuntimeAsync();
        return new SetUpRun(
            kind.Name, calls, load.Calls[0].Client.Profile.ToString() ?? "", to.ServerMillisecondsSince(from) / calls,
            (double?)(after?.Allocated - before?.Allocated) / calls, after?.Collections - before?.Collections, to.OthersSince(from, elapsed));
    }

    private static async Task SettleAsync(MediaServer server, LoadGenerator load)
    {
        for (var spell = 0; spell < MostSpells; spell++)
        {
            var before = await server.RuntimeAsync();
            load.Listen(Spell);
            if ((await server.RuntimeAsync())?.Compiled == before?.Compiled) return;
        }
    }
}
