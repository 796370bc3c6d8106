using System.Globalization;
using System.Net;
using Byon.Tests.TestKit;

namespace Byon.Tests.Bench.Sip;

/// <summary>The node's SIP beside sipp: calls taken, calls placed and registrations per second of one processor, and memory of idle ones.</summary>
internal static class SipBench
{
    private const int Calls = 20_000;
    private const int WarmUp = 6_000;
    private const int Registrations = 20_000;
    private const int IdleCalls = 4_000;
    private const int Rate = 5_000;
    private const int Open = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static async Task MeasureAsync(TextWriter output)
    {
        if (Environment.ProcessorCount < 2)
        {
            await output.WriteLineAsync("The load needs a processor of its own beside the server's: skipped.");
            return;
        }

        var rows = new List<SipRow>
        {
            Costs("calls taken per second of a processor", await SippTakesAsync(), await NodeTakesAsync()),
            Costs("calls placed per second of a processor", await SippDoesAsync(null, null), await NodeDoesAsync("call", null)),
            Costs("registrations per second of a processor", await SippDoesAsync("register", "registrar"), await NodeDoesAsync("register", "registrar")),
        };
        var (resident, managed) = await MemoryOfRegistrationsAsync();
        rows.Add(new SipRow($"kB per idle registration, {Registrations:N0}, resident", null, resident / 1024, true));
        rows.Add(new SipRow($"kB per idle registration, {Registrations:N0}, live objects", null, managed / 1024, true));
        var (ofSipp, _) = await MemoryOfCallsAsync(ofNode: false);
        (resident, managed) = await MemoryOfCallsAsync(ofNode: true);
        rows.Add(new SipRow($"kB per idle call, {IdleCalls:N0}, resident", ofSipp / 1024, resident / 1024, true));
        rows.Add(new SipRow($"kB per idle call, {IdleCalls:N0}, live objects", null, managed / 1024, true));
        await WriteAsync(output, new SipReport(rows));
    }

    private static SipRow Costs(string name, SipRun sipp, SipRun node) => new(name, sipp.PerCpuSecond, node.PerCpuSecond, sipp.IsGood && node.IsGood)
    {
        Note = string.Create(CultureInfo.InvariantCulture, $"at {sipp.Rate:0}/s and {node.Rate:0}/s"),
    };

    private static async Task<SipRun> SippTakesAsync()
    {
        var port = FreePorts.Next();
        using var sipp = SipServer.StartSipp(isMeasured: true, port);
        return await TakeAsync(sipp, port);
    }

    private static async Task<SipRun> NodeTakesAsync()
    {
        var port = FreePorts.Next();
        using var node = await SipServer.StartNodeAsync(port);
        return await TakeAsync(node, port);
    }

    private static async Task<SipRun> TakeAsync(SipProgram measured, int port)
    {
        async Task<bool> Load(int count)
        {
            using var load = SipServer.StartLoad(isMeasured: false, At(port), count, Rate, Open, TimeSpan.Zero);
            return await load.WaitAsync(Patience) == 0;
        }

        await Load(WarmUp);
        return await SipServer.CostAsync(measured, Calls, () => Load(Calls));
    }

    /// <summary>A run of sipp begins with its start, which costs little, and needs no warming up.</summary>
    private static async Task<SipRun> SippDoesAsync(string? scenario, string? peer)
    {
        var port = FreePorts.Next();
        using var server = SipServer.StartSipp(isMeasured: false, port, peer);
        using var sipp = SipServer.StartLoad(isMeasured: true, At(port), Calls, Rate, Open, TimeSpan.Zero, scenario);
        // Its processor time can be read until it ends: the last look before that is taken.
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var cpu = TimeSpan.Zero;
        int? code = null;
        while (code is null && clock.Elapsed < Patience)
        {
            code = await sipp.WaitAsync(TimeSpan.FromMilliseconds(50));
            if (code is null) cpu = sipp.Cpu;
        }

        return new SipRun(Calls, cpu, clock.Elapsed, code == 0);
    }

    private static async Task<SipRun> NodeDoesAsync(string verb, string? peer)
    {
        var (port, own) = (FreePorts.Next(), FreePorts.Next());
        using var server = SipServer.StartSipp(isMeasured: false, port, peer);
        using var node = await SipServer.StartNodeAsync(own);
        await node.AskAsync($"{verb} {WarmUp} {At(port)}", Patience);
        return await SipServer.CostAsync(node, Calls, async () => await node.AskAsync($"{verb} {Calls} {At(port)}", Patience) == "failed 0");
    }

    private static async Task<(double Resident, double Managed)> MemoryOfRegistrationsAsync()
    {
        var (port, own) = (FreePorts.Next(), FreePorts.Next());
        using var registrar = SipServer.StartSipp(isMeasured: false, port, "registrar");
        using var node = await SipServer.StartNodeAsync(own);
        await node.AskAsync($"register 1000 {At(port)}", Patience);
        var before = await MemoryAsync(node);
        if (await node.AskAsync($"register {Registrations} {At(port)}", Patience) != "failed 0") throw new InvalidOperationException("not every registration was accepted");
        // The transactions of the last ones are over after 5 s (timer K).
        await Task.Delay(TimeSpan.FromSeconds(6));
        var after = await MemoryAsync(node);
        return ((after.Resident - before.Resident) / Registrations, (after.Managed - before.Managed) / Registrations);
    }

    private static async Task<(double Resident, double Managed)> MemoryOfCallsAsync(bool ofNode)
    {
        var port = FreePorts.Next();
        using var server = ofNode ? await SipServer.StartNodeAsync(port) : SipServer.StartSipp(isMeasured: true, port);
        using (var warm = SipServer.StartLoad(isMeasured: false, At(port), 500, 500, Open, TimeSpan.Zero)) await warm.WaitAsync(Patience);
        var before = ofNode ? await MemoryAsync(server) : (server.ResidentBytes, 0);
        using var load = SipServer.StartLoad(isMeasured: false, At(port), IdleCalls, 1_000, IdleCalls, TimeSpan.FromMinutes(5));
        // The transactions of the INVITEs are over after 32 s (timer L).
        await Task.Delay(TimeSpan.FromSeconds(ofNode ? 38 : 8));
        var after = ofNode ? await MemoryAsync(server) : (server.ResidentBytes, 0);
        return ((after.Resident - before.Resident) / IdleCalls, (after.Managed - before.Managed) / IdleCalls);
    }

    private static async Task<(double Resident, double Managed)> MemoryAsync(SipProgram node)
    {
        var managed = (await node.AskAsync("memory", Patience)).Split(' ')[0];
        return (node.ResidentBytes, double.Parse(managed, CultureInfo.InvariantCulture));
    }

    private static IPEndPoint At(int port) => new(IPAddress.Loopback, port);

    private static async Task WriteAsync(TextWriter output, SipReport report)
    {
        var folder = Directory.CreateDirectory(RepositoryRoot.Combine("out", "bench")).FullName;
        await output.WriteAsync(report.Text());
        await File.WriteAllTextAsync(Path.Combine(folder, "sip.txt"), report.Text());
        await File.WriteAllTextAsync(Path.Combine(folder, "sip.svg"), SipPlot.Svg(report));
        await output.WriteLineAsync($"Table and plot: {Path.GetRelativePath(Environment.CurrentDirectory, folder)}/sip.txt, sip.svg");
    }
}
