using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Byon.Local.Azurite;

/// <summary>A running storage emulator: blobs, queues and tables on loopback.</summary>
public sealed partial class AzuriteProcess : IAsyncDisposable
{
    /// <summary>The emulator's published account and key: no secret.</summary>
    public const string AccountName = "devstoreaccount1";
    public const string AccountKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);

    private readonly ChildProcess _process;

    private AzuriteProcess(ChildProcess process, Ports ports)
    {
        _process = process;
        BlobPort = ports.Blob;
        QueuePort = ports.Queue;
        TablePort = ports.Table;
    }

    public int ProcessId => _process.Id;

    public int BlobPort { get; }

    public int QueuePort { get; }

    public int TablePort { get; }

    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={AccountName};AccountKey={AccountKey};" +
        $"BlobEndpoint=http://127.0.0.1:{BlobPort}/{AccountName};QueueEndpoint=http://127.0.0.1:{QueuePort}/{AccountName};" +
        $"TableEndpoint=http://127.0.0.1:{TablePort}/{AccountName};";

    /// <summary>Installs the emulator where that is still to be done.</summary>
    public static Task EnsureInstalledAsync(string folder, CancellationToken cancel) => AzuriteInstallation.EnsureInstalledAsync(folder, cancel);

    /// <summary>Returns when all three services listen.</summary>
    /// <exception cref="InvalidOperationException">It ended or did not listen in time; the message holds the end of its output.</exception>
    public static async Task<AzuriteProcess> StartAsync(AzuriteOptions options, CancellationToken cancel)
    {
        var ports = new Ports();
        var process = ChildProcess.Start(StartInfoOf(options), ports.Read);
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(StartPatience);
            var exited = process.WaitForExitAsync(patience.Token);
            if (await Task.WhenAny(ports.AllKnown, exited) == ports.AllKnown)
            {
                return new AzuriteProcess(process, ports);
            }

            cancel.ThrowIfCancellationRequested();
            throw new InvalidOperationException(process.HasExited
                ? $"Azurite ended while starting: {process.LastOutput}"
                : $"Azurite did not listen within {StartPatience.TotalSeconds} s: {process.LastOutput}");
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.StopAsync(StopPatience);
        _process.Dispose();
    }

    private static ProcessStartInfo StartInfoOf(AzuriteOptions options)
    {
        var start = new ProcessStartInfo("node")
        {
            WorkingDirectory = options.DataFolder ?? options.InstallFolder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        string[] arguments =
        [
            Path.Combine(options.InstallFolder, "node_modules", "azurite", "dist", "src", "azurite.js"),
            "--silent", "--disableTelemetry", "--skipApiVersionCheck",
            "--blobPort", Text(options.BlobPort), "--queuePort", Text(options.QueuePort), "--tablePort", Text(options.TablePort),
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        if (options.DataFolder is null)
        {
            start.ArgumentList.Add("--inMemoryPersistence");
        }
        else
        {
            Directory.CreateDirectory(options.DataFolder);
            start.ArgumentList.Add("--location");
            start.ArgumentList.Add(options.DataFolder);
        }

        return start;
    }

    private static string Text(int port) => port.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The ports the emulator says it listens on; with 0 the system chose them.</summary>
    private sealed partial class Ports
    {
        private readonly TaskCompletionSource _allKnown = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Blob { get; private set; }

        public int Queue { get; private set; }

        public int Table { get; private set; }

        public Task AllKnown => _allKnown.Task;

        public void Read(string line)
        {
            var match = Listening().Match(line);
            if (!match.Success)
            {
                return;
            }

            var port = int.Parse(match.Groups["port"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
            switch (match.Groups["service"].Value)
            {
                case "Blob":
                    Blob = port;
                    break;
                case "Queue":
                    Queue = port;
                    break;
                default:
                    Table = port;
                    break;
            }

            if (Blob != 0 && Queue != 0 && Table != 0)
            {
                _allKnown.TrySetResult();
            }
        }

        [GeneratedRegex("^Azurite (?<service>Blob|Queue|Table) service is successfully listening at http://[^:]+:(?<port>[0-9]+)")]
        private static partial Regex Listening();
    }
}
