using Byon.MediaNode.Native;
using Byon.Tests.Bench.Media.Load;
using Byon.Tests.Bench.Media.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Byon.Tests.Bench.Media;

/// <summary>One measurement: one server, one case, so many calls.</summary>
/// <param name="CpuPerCallSecond">Processor time of the server in the measured window, in ms for each second of a call.</param>
/// <param name="BytesPerCall">Growth of its resident memory.</param>
/// <param name="BytesPerPacket">That the server's runtime allocated in the window, per packet it took; null without a managed runtime.</param>
/// <param name="GarbagePauses">For its garbage collector in the window, together.</param>
/// <param name="Complexity">Of the node's Opus encoders at the window's end; null for the other server.</param>
/// <param name="CodecLibraries">That the server had mapped, where they are.</param>
/// <param name="Others">What all other programs of the machine used in the window, in processors.</param>
internal sealed record MediaRun(
    string Server, MediaCase Case, int Calls, string Profile, double CpuPerCallSecond, double BytesPerCall,
    double? BytesPerPacket, TimeSpan? GarbagePauses, int? Complexity, IReadOnlyList<string> CodecLibraries, double Others, LoadResult Load)
{
    private const double MostLoss = 0.001;
    private const double MostDelay = 20;

    /// <summary>In ms: a load that is often later measures itself.</summary>
    private const double MostLateness = 5;

    private const int MostSpells = 4;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(6);

    private const int WarmUpShare = 5;

    /// <summary>A runtime that compiled nothing for as long has compiled the packet path for good.</summary>
    private static readonly TimeSpan Spell = TimeSpan.FromSeconds(2);

    /// <summary>Share of the server's processor.</summary>
    public double Core => CpuPerCallSecond * Calls / 1000;

    public bool IsLoadLate => Load.Lateness > MostLateness;

    public bool LosesMuch => Load.Loss >= MostLoss;

    /// <summary>Transcoded audio is looked ahead at by codecs and held by jitter buffers, which is no sign of overload: 40 ms more are allowed.</summary>
    public bool IsGood => !LosesMuch && Load.DelayP99 < (Case.IsRelay ? MostDelay : MostDelay + 40);

    public bool IsWithinLimits => IsGood && !IsLoadLate;

    public static async Task<MediaRun> MeasureAsync(MediaServerKind kind, MediaCase of, int calls, TimeSpan window)
    {
        await using var server = await kind.Start(of);
        using var load = new LoadGenerator(of, calls, new NativeCodecs(NullLogger.Instance), kind.IsPlain);
        var memory = server.ResidentBytes();
        var endpoints = new List<ServerEndpoints>();
        foreach (var call in load.Calls) endpoints.Add(await server.AddAsync(load, call, of));

        load.Connect(endpoints, calls);
        MachineUse from = default, to = default;
        await WarmUpAsync(server, load);
        var before = await server.RuntimeAsync();
        var result = load.Run(window, () => from = MachineUse.Now(server), () => to = MachineUse.Now(server));
        var after = await server.RuntimeAsync();
        return new MediaRun(
            kind.Name, of, calls, load.Calls[0].Client.Profile.ToString() ?? "", to.ServerMillisecondsSince(from) / calls / window.TotalSeconds,
            (double)(server.ResidentBytes() - memory) / calls, (after?.Allocated - before?.Allocated) / (double)(result.Up.Sent + result.Down.Sent),
            after?.Pauses - before?.Pauses, after?.Complexity, server.CodecLibraries(), to.OthersSince(from, window), result);
    }

    private static async Task WarmUpAsync(MediaServer server, LoadGenerator load)
    {
        // A runtime that compiles while it works can be too slow for all of them at first, and then has no time to compile.
        load.WarmUp(WarmUp, WarmUpShare);
        for (var spell = 0; spell < MostSpells && await server.RuntimeAsync() is { } before; spell++)
        {
            load.WarmUp(Spell);
            if (await server.RuntimeAsync() is { } after && after.Compiled == before.Compiled) return;
        }
    }
}

/// <summary>The most calls that a server carried well.</summary>
/// <param name="LoadWasTheLimit">The load could not offer more: the server may carry more.</param>
internal sealed record MediaLimit(string Server, MediaCase Case, int Calls, bool LoadWasTheLimit);
