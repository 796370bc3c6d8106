using System.Globalization;
using System.Net.Http.Headers;
using Byon.Local.Identity;
using Byon.Local.Up;
using Byon.Tests.TestKit;

namespace Byon.Tests.Bench.Api;

/// <summary>The whole product on free ports with the simulator for an IMS and without rate limits, and two doors to its API.</summary>
internal sealed class ApiStack : IAsyncDisposable
{
    /// <summary>Ports rest for ten seconds after a call, and the load makes hundreds of calls a second: two ports for each of them.</summary>
    private const int RtpPorts = 8_000;

    private readonly TemporaryFolder _folder;
    private readonly LocalStack _stack;

    private ApiStack(TemporaryFolder folder, LocalStack stack, LocalPorts ports)
    {
        _folder = folder;
        _stack = stack;
        Ports = ports;
    }

    public LocalPorts Ports { get; }

    /// <summary>Through the mini Functions host, and straight to the executable behind it.</summary>
    public IReadOnlyList<HttpClient> Doors { get; private set; } = [];

    public string Number { get; } = LocalSubscriber.Demo()[0].Number;

    public static async Task<ApiStack> StartAsync()
    {
        var folder = new TemporaryFolder();
        var single = FreePorts.Next(8);
        var perNode = FreePorts.Next(6);
        var ports = new LocalPorts(
            Page: single, Identity: single + 1, WebPubSub: single + 2, Functions: single + 3, Ims: single + 4, Blob: single + 5, Queue: single + 6,
            Table: single + 7, Control: perNode, Sip: perNode + 2, WebRtc: perNode + 4, Rtp: FreePorts.Next(RtpPorts));
        var options = new LocalStackOptions
        {
            Repository = Repository.Find(),
            Ports = ports,
            FunctionsSettings = NoLimits(),
            NodeSettings = new Dictionary<string, string> { ["Node__Media__ImsPortCount"] = RtpPorts.ToString(CultureInfo.InvariantCulture) },
            LogFolder = folder.Path,
        };
        var stack = new ApiStack(folder, new LocalStack(options, new StartProgress(TextWriter.Null, terminal: false)), ports);
        try
        {
            await stack._stack.StartAsync(CancellationToken.None);
            stack.Doors = [stack.Door(stack._stack.ApiUrl), stack.Door(await stack._stack.Functions.HandlerAsync(CancellationToken.None))];
            return stack;
        }
        catch (InvalidOperationException)
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var door in Doors)
            door.Dispose();
        await _stack.DisposeAsync();
        _folder.Dispose();
    }

    private HttpClient Door(Uri address)
    {
        var token = _stack.Identity.Mint(new TokenSpec { PhoneNumber = Number });
        return new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = address,
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
        };
    }

    private static Dictionary<string, string> NoLimits() =>
        new[] { "SubscriberReads", "SubscriberCreates", "SubscriberChanges", "ClientReads", "ClientCreates", "ClientChanges" }
            .ToDictionary(name => $"RateLimits__{name}__PerSecond", _ => "0");
}
