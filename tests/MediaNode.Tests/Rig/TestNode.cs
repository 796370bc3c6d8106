using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Serialization.Metadata;
using Byon.MediaNode;
using Byon.Platform.Control;
using Byon.Platform.Records;
using Byon.Tests.TestKit;
using Microsoft.AspNetCore.Builder;

namespace Byon.Tests.MediaNode.Tests.Rig;

/// <summary>A whole node, in this process or as one of its own, spoken to as functions do.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly HttpClient _http = new();
    private readonly byte[] _poolKey;
    private WebApplication? _app;
    private ChildProcess? _process;

    private TestNode(string id, Dictionary<string, string> settings, byte[] poolKey)
    {
        (Id, Settings, _poolKey) = (id, settings, poolKey);
        Control = new Uri($"http://127.0.0.1:{settings["Node__Control__Port"]}");
    }

    public string Id { get; }

    public Uri Control { get; }

    public Dictionary<string, string> Settings { get; }

    /// <summary>The settings as a command line, for a node in this process.</summary>
    public string[] Arguments => [.. Settings.Select(setting => $"--{setting.Key.Replace("__", ":", StringComparison.Ordinal)}={setting.Value}")];

    public int SipPort => int.Parse(Settings["Node__Sip__Port"], CultureInfo.InvariantCulture);

    public static TestNode Create(NodeFixture fixture, string imsNextHop, string? storage = null)
    {
        var id = $"node-{Guid.NewGuid():N}"[..13];
        var settings = new Dictionary<string, string>
        {
            ["Node__Id"] = id,
            ["Node__Control__Port"] = Text(FreePorts.Next()),
            ["Node__Sip__Port"] = Text(FreePorts.Next()),
            ["Node__Ims__NextHop"] = imsNextHop,
            ["Node__Ims__Domain"] = FakeIms.Domain,
            ["Node__Media__WebRtcPort"] = Text(FreePorts.Next()),
            ["Node__Media__Workers"] = "1",
            ["Node__Media__ImsPortFirst"] = Text(FreePorts.Next(64)),
            ["Node__Media__ImsPortCount"] = "64",
            ["Node__DrainSeconds"] = "0",
            ["Storage__ConnectionString"] = storage ?? fixture.StorageConnection,
            ["WebPubSub__ConnectionString"] = fixture.WebPubSubConnection,
            ["Control__PoolKey"] = Convert.ToBase64String(fixture.PoolKey),
            ["Logging__LogLevel__Default"] = "Warning",
        };
        return new TestNode(id, settings, fixture.PoolKey);
    }

    public static async Task<TestNode> StartAsync(NodeFixture fixture, string imsNextHop, string? storage = null)
    {
        var node = Create(fixture, imsNextHop, storage);
        await node.StartHereAsync();
        return node;
    }

    public async Task StartHereAsync()
    {
        _app = NodeProgram.Build(Arguments);
        await _app.StartAsync();
        await WaitUntilReadyAsync();
    }

    /// <summary>As a process of its own, which can be killed.</summary>
    public async Task StartAsProcessAsync()
    {
        _process = ChildProcess.Start(Path.Combine(AppContext.BaseDirectory, "byon-medianode"), [], environment: Settings);
        await WaitUntilReadyAsync();
    }

    public void Kill() => _process!.Kill();

    /// <summary>Freezes the process, or lets it go on: what a stalled virtual machine looks like to the others.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = System.Diagnostics.Process.Start("kill", [$"-{signal}", Text(_process!.Id)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Asks the process to end; the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        await _process!.StopAsync();
        return _process.ExitCode;
    }

    public bool HasExited => _process!.HasExited;

    /// <summary>Waits for the process to end by itself; the exit code.</summary>
    public Task<int> WaitForExitAsync() => _process!.WaitForExitAsync();

    /// <summary>What a node of its own process has logged.</summary>
    public IReadOnlyList<string> Lines => _process!.Lines;

    public async Task<RegistrationRecord> RegisterAsync(string number, string deviceId, TimeSpan? lifetime = null)
    {
        var response = await PostRegistrationAsync(number, deviceId, lifetime);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync(ControlJson.Default.RegistrationRecord))!;
    }

    public Task<HttpResponseMessage> PostRegistrationAsync(string number, string deviceId, TimeSpan? lifetime = null, RegistrationLimits? limits = null) => SendAsync(
        HttpMethod.Post, NodeControlRoutes.Registrations,
        new RegisterCommand(Guid.NewGuid().ToString(), number, deviceId, "client", "subject", DateTimeOffset.UtcNow + (lifetime ?? TimeSpan.FromHours(1)), limits ?? new RegistrationLimits(10, 10, 10)),
        ControlJson.Default.RegisterCommand);

    public Task<HttpResponseMessage> RefreshAsync(string registrationId, DateTimeOffset expiresAt) => SendAsync(
        HttpMethod.Put, $"{NodeControlRoutes.Registrations}/{registrationId}", new RefreshCommand(expiresAt), ControlJson.Default.RefreshCommand);

    public Task<HttpResponseMessage> DeleteRegistrationAsync(string registrationId) =>
        SendAsync(HttpMethod.Delete, $"{NodeControlRoutes.Registrations}/{registrationId}");

    public async Task<CallRecord> StartCallAsync(
        RegistrationRecord registration, string offer, string receiver = FakeIms.PhoneNumber, bool anonymous = false)
    {
        var response = await PostCallAsync(registration, offer, receiver, anonymous);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync(ControlJson.Default.CallRecord))!;
    }

    public Task<HttpResponseMessage> PostCallAsync(
        RegistrationRecord registration, string offer, string receiver = FakeIms.PhoneNumber, bool anonymous = false) => SendAsync(
        HttpMethod.Post, NodeControlRoutes.Calls,
        new StartCallCommand(
            Guid.NewGuid().ToString(), registration.RegistrationId, registration.PhoneNumber, $"tel:{registration.PhoneNumber}", null,
            $"tel:{receiver}", null, anonymous, offer),
        ControlJson.Default.StartCallCommand);

    public Task<HttpResponseMessage> PutStatusAsync(string callId, CallStatus status, string? offer = null, string? answer = null) => SendAsync(
        HttpMethod.Put, $"{NodeControlRoutes.Calls}/{callId}/status", new ChangeStatusCommand(status, offer, answer), ControlJson.Default.ChangeStatusCommand);

    /// <summary>What a node asks that gives a registration away.</summary>
    /// <param name="offer">As its row has it.</param>
    public Task<HttpResponseMessage> PostAdoptionAsync(RegistrationRecord registration, Guid offer) => SendAsync(
        HttpMethod.Post, $"{NodeControlRoutes.Registrations}/{registration.RegistrationId}/adopt",
        new AdoptCommand(registration.PhoneNumber, registration.NodeId, offer), ControlJson.Default.AdoptCommand);

    public Task<HttpResponseMessage> DeleteCallAsync(string callId) => SendAsync(HttpMethod.Delete, $"{NodeControlRoutes.Calls}/{callId}");

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path) => SendAsync<object>(method, path, null, null);

    public async Task<HttpResponseMessage> SendAsync<T>(HttpMethod method, string path, T? body, JsonTypeInfo<T>? type, string? token = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(Control, path));
        if (type is not null) request.Content = JsonContent.Create(body!, type);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token ?? ControlToken.Create(_poolKey, Id, DateTimeOffset.UtcNow));
        return await _http.SendAsync(request);
    }

    public static async Task<ControlFault> FaultOf(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync(ControlJson.Default.ControlProblem))!.Fault;

    /// <summary>Again changes nothing: several rigs may have one node.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        if (_process is not null) await _process.DisposeAsync();
        (_app, _process) = (null, null);
        _http.Dispose();
    }

    private Task WaitUntilReadyAsync() => WaitFor.TrueAsync(
        async () =>
        {
            try
            {
                using var response = await _http.GetAsync(new Uri(Control, NodeControlRoutes.Health));
                return response.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        },
        otherwise: () => _process?.Tail() ?? "");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
