using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Byon.Local.Identity;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.EndToEnd;

/// <summary>No event is ever lost: 2,000 events of 50 devices, each read by a webhook and a WebSocket, while everything they go through breaks.</summary>
public sealed class EventFaultTests : IAsyncLifetime
{
    private const int Devices = 50;
    private const int PerPhase = 8;

    /// <summary>Generous: two busy cores deliver in a fraction of it, and a lost message is found within a minute.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(180);

    private readonly EventParts _parts = new();
    private readonly List<Device> _devices = [];
    private readonly List<Task<bool>> _told = [];
    private WebhookSinks _sinks = null!;

    private sealed record Device(string Name, DeviceKey Key, GatewayApi Api, DeviceChannel Channel);

    public async Task InitializeAsync()
    {
        await _parts.StartAsync();
        _sinks = await WebhookSinks.StartAsync();
    }

    public async Task DisposeAsync()
    {
        foreach (var device in _devices)
        {
            device.Channel.Dispose();
            device.Api.Dispose();
        }

        await _parts.DisposeAsync();
        await _sinks.DisposeAsync();
    }

    [Fact]
    public async Task NoEventIsLostOrOvertakenWhateverBreaks()
    {
        for (var number = 0; number < Devices; number++)
            _devices.Add(await OpenAsync(number));

        await TellAsync(phase: 0);
        await _parts.StopStorageAsync();
        await _parts.RestartStorageAsync();

        await TellAsync(phase: 1);
        await _parts.StopWebPubSubAsync();
        await _parts.RestartWebPubSubAsync();

        await TellAsync(phase: 2);
        _parts.KillFunctions();

        await TellAsync(phase: 3);
        await Task.WhenAll(_parts.StopStorageAsync(), _parts.StopWebPubSubAsync());
        _parts.KillFunctions();
        await _parts.RestartStorageAsync();
        await _parts.RestartWebPubSubAsync();

        await TellAsync(phase: 4);
        Assert.All(await Task.WhenAll(_told), Assert.True);
        Assert.Equal(2_000, _told.Count);

        var all = Enumerable.Range(1, 5 * PerPhase).Select(position => (long)position).ToList();
        await WaitFor.TrueAsync(() => _devices.TrueForAll(device => TakenBy(device).Count >= all.Count && HeardBy(device).Count >= all.Count), Limit, Missing);
        Assert.All(_devices, device => Assert.Equal(all, TakenBy(device)));
        Assert.All(_devices, device => Assert.Equal(all, HeardBy(device)));
    }

    /// <summary>Lets every device have its next events, and returns in the middle of their delivery.</summary>
    private async Task TellAsync(int phase)
    {
        var before = _sinks.Count;
        for (var at = 1; at <= PerPhase; at++)
        {
            var sequence = (phase * PerPhase) + at;
            _told.AddRange(_devices.Select(device => _parts.Journal.TellAsync(device.Key, Event(device, sequence), DateTimeOffset.UtcNow)));
        }

        await WaitFor.TrueAsync(() => _sinks.Count >= before + (Devices * PerPhase / 8), Limit, Missing);
    }

    private async Task<Device> OpenAsync(int number)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"sink-{number}");
        var key = new DeviceKey(string.Create(CultureInfo.InvariantCulture, $"+346990{number:D5}"), Guid.NewGuid().ToString());
        var token = _parts.Identity.Mint(new TokenSpec { PhoneNumber = key.PhoneNumber });
        await SubscribeAsync(key, name, token);
        var api = new GatewayApi(_parts.Api, token);
        return new Device(name, key, api, await DeviceChannel.OpenAsync(api, key.DeviceId));
    }

    private async Task SubscribeAsync(DeviceKey device, string sink, string token)
    {
        string[] types = ["session-status", "session-invitation", "registration-ends"];
        var body = new JsonObject
        {
            ["protocol"] = "HTTP",
            ["sink"] = new Uri(_sinks.Url, sink).AbsoluteUri,
            ["types"] = new JsonArray([.. types.Select(type => JsonValue.Create("org.camaraproject.webrtc-events.v0." + type))]),
            ["config"] = new JsonObject { ["subscriptionDetail"] = new JsonObject { ["deviceId"] = device.DeviceId } },
        };
        using var http = new HttpClient { BaseAddress = _parts.Api };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var created = await http.PostAsync("/webrtc-events/v0.3/subscriptions", content);
        Assert.True(created.IsSuccessStatusCode, await created.Content.ReadAsStringAsync());
    }

    private static CallEventData Event(Device device, int sequence) => new(
        sequence == 1, device.Name, sequence, CallStatus.Ringing, "tel:+34600111222", null, "tel:" + device.Key.PhoneNumber, null, null, null, null, null);

    private IReadOnlyList<long> TakenBy(Device device) => _sinks.TakenBy(device.Name);

    private static List<long> HeardBy(Device device) =>
        [.. device.Channel.Events.Where(heard => heard.TryGetProperty("cursor", out _)).Select(heard => long.Parse(heard.GetProperty("cursor").GetString()!, CultureInfo.InvariantCulture))];

    private string Missing() =>
        string.Join(Environment.NewLine, _devices.Select(device => $"{device.Name}: webhook {TakenBy(device).Count}, WebSocket {HeardBy(device).Count}").Append(_parts.Log));
}
