using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Byon.Local.Azurite;
using Byon.Tests.TestKit;

namespace Byon.Tests.Bench;

/// <summary>From starting the executable to its first 200: what a cold instance of the Functions host waits for.</summary>
internal static class FunctionsStart
{
    private static readonly (string Name, string[] Options)[] Builds =
    [
        ("ReadyToRun, self-contained (as deployed)", ["--self-contained", "-p:PublishReadyToRun=true"]),
        ("plain, framework-dependent", ["--no-self-contained", "-p:PublishReadyToRun=false"]),
    ];

    /// <summary>The two builds take turns, so that what else happens on the machine meets both.</summary>
    public static async Task<IReadOnlyList<Figure>> MeasureAsync(int runs)
    {
        using var folder = new TemporaryFolder();
        var executables = new List<string>();
        foreach (var (_, options) in Builds)
            executables.Add(await PublishAsync(folder.Combine(executables.Count.ToString(CultureInfo.InvariantCulture)), options));

        var times = Builds.Select(_ => new List<TimeSpan>()).ToArray();
        for (var run = 0; run <= runs; run++)
        {
            for (var build = 0; build < Builds.Length; build++)
            {
                var time = await StartAsync(executables[build]);
                if (run > 0) // The first start of each reads the files from disk.
                    times[build].Add(time);
            }
        }

        return [.. Builds.Select((build, index) => new Figure("Functions executable, start to first answer", build.Name, times[index]))];
    }

    private static async Task<string> PublishAsync(string folder, string[] options)
    {
        await using var publish = ChildProcess.Start(
            "dotnet",
            [
                "publish", RepositoryRoot.Combine("functions", "Functions.csproj"), "--nologo", "-v", "q", "-c", "Release", "-r", "linux-x64",
                "--artifacts-path", folder + "-build", "-o", folder, .. options,
            ]);
        await WaitFor.TrueAsync(() => publish.HasExited, TimeSpan.FromMinutes(5), publish.Tail);
        return publish.ExitCode == 0
            ? Path.Combine(folder, "byon-functions")
            : throw new InvalidOperationException(publish.Tail());
    }

    private static async Task<TimeSpan> StartAsync(string executable)
    {
        var port = FreePorts.Next();
        var clock = Stopwatch.StartNew();
        await using var process = ChildProcess.Start(executable, [], Path.GetDirectoryName(executable), Settings(port));
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        while (!await AnswersAsync(http, new Uri($"http://127.0.0.1:{port}/")))
        {
            if (process.HasExited || clock.Elapsed > TimeSpan.FromSeconds(30))
                throw new InvalidOperationException($"{executable} does not answer:{Environment.NewLine}{process.Tail()}");
        }

        return clock.Elapsed;
    }

    private static async Task<bool> AnswersAsync(HttpClient http, Uri address)
    {
        try
        {
            using var answer = await http.GetAsync(address);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException refused) when (refused.InnerException is SocketException)
        {
            return false;
        }
    }

    private static Dictionary<string, string> Settings(int port) => new()
    {
        ["FUNCTIONS_CUSTOMHANDLER_PORT"] = port.ToString(CultureInfo.InvariantCulture),
        ["Storage__ConnectionString"] =
            $"DefaultEndpointsProtocol=http;AccountName={AzuriteProcess.AccountName};AccountKey={AzuriteProcess.AccountKey};TableEndpoint=http://127.0.0.1:9/{AzuriteProcess.AccountName};",
        ["WebPubSub__ConnectionString"] = $"Endpoint=http://127.0.0.1:9;AccessKey={AzuriteProcess.AccountKey};Version=1.0;",
        ["Control__PoolKey"] = Convert.ToBase64String(new byte[32]),
        ["Auth__Authority"] = "http://127.0.0.1:9",
        ["Auth__Audience"] = "byon",
    };
}
