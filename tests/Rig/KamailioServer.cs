using System.Text.Json;
using Byon.Tests.TestKit;

namespace Byon.Tests.Rig;

/// <summary>A real Kamailio on loopback, UDP and TCP on one free port, with its own folder and its own table of subscribers.</summary>
public sealed class KamailioServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly HttpClient _rpc = new();
    private ChildProcess _process;

    private KamailioServer(TemporaryFolder folder, ChildProcess process, int port, string domain, IReadOnlyList<KamailioSubscriber> subscribers)
    {
        _folder = folder;
        _process = process;
        Port = port;
        Domain = domain;
        Subscribers = subscribers;
    }

    public int Port { get; }

    public string Domain { get; }

    public IReadOnlyList<KamailioSubscriber> Subscribers { get; }

    public string Log => _process.Tail();

    public static Task<KamailioServer> StartAsync(string domain, params KamailioSubscriber[] subscribers) =>
        StartAsync(domain, subscribers, port => KamailioConfig.Write(port, domain, subscribers));

    /// <summary>As the core of an IMS, to stand behind a P-CSCF.</summary>
    public static Task<KamailioServer> StartCoreAsync(string domain, params KamailioSubscriber[] subscribers) =>
        StartAsync(domain, subscribers, port => KamailioConfig.Write(port, domain, subscribers, isCore: true));

    /// <summary>As a P-CSCF in front of a core.</summary>
    public static Task<KamailioServer> StartPcscfAsync(KamailioServer core) =>
        StartAsync(core.Domain, [], port => PcscfConfig.Write(port, core.Port));

    private static async Task<KamailioServer> StartAsync(string domain, KamailioSubscriber[] subscribers, Func<int, string> config)
    {
        var folder = new TemporaryFolder();
        var port = FreePorts.Next();
        folder.Write("kamailio.cfg", config(port));
        var server = new KamailioServer(folder, Launch(folder), port, domain, subscribers);
        await server.WaitUntilReadyAsync();
        return server;
    }

    /// <summary>Stops it, so that the port is closed, and keeps everything for <see cref="RestartAsync"/>.</summary>
    public Task StopAsync() => _process.StopAsync();

    /// <summary>Starts it again on the same port; its location table is empty then.</summary>
    public async Task RestartAsync()
    {
        _process = Launch(_folder);
        await WaitUntilReadyAsync();
    }

    /// <summary>Contact URIs registered for a number, as the registrar's own table has them.</summary>
    public async Task<IReadOnlyList<string>> ContactsAsync(string number)
    {
        using var reply = await CallAsync("ul.dump");
        var contacts = new List<string>();
        Collect(reply.RootElement, insideAor: false);
        return contacts;

        void Collect(JsonElement element, bool insideAor)
        {
            if (element.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in element.EnumerateArray())
                    Collect(item, insideAor);
            }
            else if (element.ValueKind == JsonValueKind.Object)
            {
                var inside = insideAor || (element.TryGetProperty("AoR", out var aor) && aor.GetString() == number);
                if (inside && element.TryGetProperty("Address", out var address))
                    contacts.Add(address.GetString()!);
                foreach (var property in element.EnumerateObject())
                    Collect(property.Value, inside);
            }
        }
    }

    /// <summary>Takes a subscriber's password away: the next REGISTER finds nobody who knows him.</summary>
    public async Task BarAsync(KamailioSubscriber subscriber)
    {
        using var reply = await CallAsync("htable.delete", "password", subscriber.User);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _rpc.Dispose();
        _folder.Dispose();
    }

    /// <summary>Without the right to change the machine's network: the P-CSCF's IPsec module would begin by deleting all its associations.</summary>
    private static ChildProcess Launch(TemporaryFolder folder)
    {
        string[] command =
        [
            "/usr/sbin/kamailio", "-f", folder.Combine("kamailio.cfg"), "-DD", "-E", "-m", "32", "-w", folder.Path, "-Y", folder.Path,
            "-P", folder.Combine("kamailio.pid"),
        ];
        return Environment.IsPrivilegedProcess
            ? ChildProcess.Start("/usr/bin/setpriv", ["--bounding-set=-net_admin", .. command], folder.Path)
            : ChildProcess.Start(command[0], command[1..], folder.Path);
    }

    private Task WaitUntilReadyAsync() => WaitFor.TrueAsync(AnswersAsync, otherwise: () => Log);

    private async Task<bool> AnswersAsync()
    {
        if (_process.HasExited)
            throw new InvalidOperationException($"kamailio ended:{Environment.NewLine}{Log}");
        try
        {
            using var reply = await CallAsync("core.version");
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<JsonDocument> CallAsync(string method, params string[] arguments)
    {
        var list = string.Join(',', arguments.Select(argument => $"\"{argument}\""));
        // A string, because xhttp wants a Content-Length and knows no chunks.
        using var body = new StringContent($$"""{"jsonrpc":"2.0","method":"{{method}}","params":[{{list}}],"id":1}""");
        using var response = await _rpc.PostAsync(new Uri($"http://127.0.0.1:{Port}/rpc"), body);
        return await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync());
    }
}
