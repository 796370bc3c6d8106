using System.Diagnostics;
using System.Globalization;
using Byon.Tests.Bench.Media.Servers;

namespace Byon.Tests.Bench.Media;

/// <summary>Processor time used so far, in seconds: by the server under test, by this program, and by everybody.</summary>
internal readonly record struct MachineUse(double Server, double Load, double Machine)
{
    private const double TicksPerSecond = 100;

    public static MachineUse Now(MediaServer server) =>
        new(server.ProcessorNanoseconds() / 1e9, Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds, MachineSeconds());

    /// <summary>What the server has used since, in ms.</summary>
    public double ServerMillisecondsSince(MachineUse from) => (Server - from.Server) * 1000;

    /// <summary>What all other programs of the machine have used since, in processors.</summary>
    public double OthersSince(MachineUse from, TimeSpan elapsed) =>
        Math.Max(0, (Machine - from.Machine - (Load - from.Load) - (Server - from.Server)) / elapsed.TotalSeconds);

    /// <summary>The first line of /proc/stat without idle and waiting.</summary>
    private static double MachineSeconds()
    {
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8)
            .Select(field => double.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        return (ticks.Sum() - ticks[3] - ticks[4]) / TicksPerSecond;
    }
}
