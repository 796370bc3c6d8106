using Byon.Local.Identity;
using Byon.Local.Up;
using Byon.Tests.TestKit;

namespace Byon.Tests.Rig;

/// <summary>The whole product as <c>./byon up</c> starts it, on free ports, with a real registrar in the place of the simulator.</summary>
public sealed class Stack : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly LocalStack _stack;
    private readonly StringWriter _log;

    private Stack(TemporaryFolder folder, LocalStack stack, LocalPorts ports, StringWriter log)
    {
        _folder = folder;
        _stack = stack;
        _log = log;
        Ports = ports;
    }

    public LocalPorts Ports { get; }

    public Uri Page => _stack.PageUrl;

    public Uri Api => _stack.ApiUrl;

    public IReadOnlyList<MediaNodeProcess> Nodes => _stack.Nodes;

    public int StorageProcess => _stack.Storage.ProcessId;

    public string WebPubSubConnection => _stack.WebPubSub.ConnectionString;

    /// <summary>An access token of the softphone for a subscriber, without a sign-in.</summary>
    public string TokenOf(string number) => _stack.Identity.Mint(new TokenSpec { PhoneNumber = number });

    /// <summary>The end of what every part said, for messages of failing tests.</summary>
    public string Log => string.Join(
        Environment.NewLine,
        Directory.GetFiles(_folder.Path, "*.log").Select(file => $"== {Path.GetFileName(file)}{Environment.NewLine}{LastLines(file)}").Append(_log.ToString()));

    /// <param name="nextHop">sip:HOST:PORT[;transport=tcp] of the registrar.</param>
    /// <param name="nodeSettings">Settings of every media node, above those of the stack.</param>
    /// <param name="functionsSettings">Settings of the REST API, above those of the stack.</param>
    public static async Task<Stack> StartAsync(
        string nextHop, IReadOnlyList<LocalSubscriber> subscribers, int nodes = 1, bool restartNodes = true,
        IReadOnlyDictionary<string, string>? nodeSettings = null, IReadOnlyDictionary<string, string>? functionsSettings = null)
    {
        var folder = new TemporaryFolder();
        var options = new LocalStackOptions
        {
            Repository = Repository.Find(),
            Ports = FreePortsFor(nodes),
            Nodes = nodes,
            Ims = nextHop,
            Subscribers = subscribers,
            RestartNodes = restartNodes,
            NodeSettings = nodeSettings ?? new Dictionary<string, string>(),
            FunctionsSettings = new Dictionary<string, string>(functionsSettings ?? new Dictionary<string, string>()) { ["Registration__MinimumLifetime"] = "00:00:01" },
            LogFolder = folder.Path,
        };
        var log = new StringWriter();
        var stack = new LocalStack(options, new StartProgress(TextWriter.Synchronized(log), terminal: false));
        var started = new Stack(folder, stack, options.Ports, log);
        try
        {
            await stack.StartAsync(CancellationToken.None);
            return started;
        }
        catch (InvalidOperationException fault)
        {
            var seen = started.Log;
            await started.DisposeAsync();
            throw new InvalidOperationException(fault.Message + Environment.NewLine + seen, fault);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stack.DisposeAsync();
        _folder.Dispose();
    }

    private static LocalPorts FreePortsFor(int nodes)
    {
        var single = FreePorts.Next(8);
        var perNode = FreePorts.Next(3 * (nodes + 1));
        return new LocalPorts(
            Page: single, Identity: single + 1, WebPubSub: single + 2, Functions: single + 3, Ims: single + 4, Blob: single + 5,
            Queue: single + 6, Table: single + 7, Control: perNode, Sip: perNode + nodes + 1, WebRtc: perNode + (2 * (nodes + 1)),
            Rtp: FreePorts.Next(LocalPorts.RtpPortsPerNode * nodes));
    }

    private static string LastLines(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return string.Join(Environment.NewLine, reader.ReadToEnd().Split('\n').TakeLast(60));
    }
}
