using Byon.Tests.Bench;
using Byon.Tests.Bench.Api;
using Byon.Tests.Bench.Media;
using Byon.Tests.Bench.Media.Servers;
using Byon.Tests.Bench.Sip;
using Byon.Tests.TestKit;

if (args is [NodeHost.Verb, var complexity])
    return NodeHost.Run(complexity);
if (args is [ForwarderHost.Verb])
    return ForwarderHost.Run();
if (args is [CodecCost.Verb, var key])
    return CodecCost.Run(key);
if (args is [SipHost.Verb, var port])
    return SipHost.Run(int.Parse(port, System.Globalization.CultureInfo.InvariantCulture));

const int calls = 15, starts = 10, warmStarts = 3;
const string media = "media", api = "api", sip = "sip";
string[] known = ["call", "functions", "up", media, api, sip];
var cases = args.Where(arg => !arg.StartsWith(MediaOptions.Prefix, StringComparison.Ordinal)).ToArray();
if (MediaOptions.Parse(args.Except(cases), out var why) is not { } mediaOptions)
{
    Console.Error.WriteLine(why);
    return 2;
}

var wanted = cases.Length > 0 ? cases : known;
if (wanted.Except(known).FirstOrDefault() is { } unknown)
{
    Console.Error.WriteLine($"There is no case '{unknown}': {string.Join(", ", known)}.");
    return 2;
}

var figures = new List<Figure>();
foreach (var name in wanted)
{
    Console.WriteLine($"Measuring: {name}");
    try
    {
        if (name == media)
        {
            // Its rows compare two programs, so it has a table and a plot of its own.
            await MediaBench.MeasureAsync(Console.Out, mediaOptions);
            continue;
        }

        if (name == sip)
        {
            await SipBench.MeasureAsync(Console.Out);
            continue;
        }

        if (name == api)
        {
            await ApiBench.MeasureAsync(Console.Out);
            continue;
        }

        figures.AddRange(name switch
        {
            "call" => await CallSetUp.MeasureAsync(calls, Console.Out),
            "functions" => await FunctionsStart.MeasureAsync(starts),
            _ => await UpStart.MeasureAsync(warmStarts),
        });
    }
    catch (Exception fault) when (fault is InvalidOperationException or TimeoutException)
    {
        // Caught so that the parts are stopped: an unhandled exception would end this program and leave them.
        Console.Error.WriteLine($"{name} could not be measured: {fault.Message}");
    }
}

if (figures.Count == 0)
    return 0;
var folder = Directory.CreateDirectory(RepositoryRoot.Combine("out", "bench")).FullName;
var table = Report.Text(figures);
Console.Write(table);
File.WriteAllText(Path.Combine(folder, "bench.txt"), table);
File.WriteAllText(Path.Combine(folder, "bench.svg"), Plot.Svg(figures));
Console.WriteLine($"Table and plot: {Path.GetRelativePath(Environment.CurrentDirectory, folder)}/bench.txt, bench.svg");
return 0;
