using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Byon.Tests.TestKit;

namespace Byon.Tests.Rig;

/// <summary>
/// A WebSocket channel of a device as a careful application keeps it: it comes back after every loss, first by the service's
/// own recovery, else with a new socket and a replay from its cursor. So its events have no gap and no twin.
/// </summary>
public sealed class DeviceChannel : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly GatewayApi _api;
    private readonly string _deviceId;
    private readonly List<JsonElement> _events = [];
    private readonly CancellationTokenSource _closed = new();
    private string _channelId;
    private ReliableSocket? _socket;
    private long _cursor;

    private DeviceChannel(GatewayApi api, string deviceId, string channelId, long cursor)
    {
        _api = api;
        _deviceId = deviceId;
        _channelId = channelId;
        _cursor = cursor;
    }

    /// <summary>What the device was told: events in the order of the log, milestones where they came.</summary>
    public IReadOnlyList<JsonElement> Events
    {
        get
        {
            lock (_events)
                return [.. _events];
        }
    }

    /// <summary>Position of the newest event.</summary>
    public long Cursor => Interlocked.Read(ref _cursor);

    /// <summary>How often a socket was opened anew, the first time included.</summary>
    public int Opened { get; private set; }

    /// <summary>How often the service took a lost socket up again.</summary>
    public int Recovered { get; private set; }

    public static async Task<DeviceChannel> OpenAsync(GatewayApi api, string deviceId)
    {
        var made = await CreateAsync(api, deviceId);
        var channel = new DeviceChannel(api, deviceId, made.Id, made.Cursor);
        channel._socket = await ReliableSocket.OpenAsync(made.Url, channel._closed.Token);
        channel.Opened = 1;
        await channel.ReplayAsync();
        _ = channel.FollowAsync();
        return channel;
    }

    /// <summary>The network is gone in mid-sentence.</summary>
    /// <param name="forgetting">The application starts anew as well: nothing is left for the service's own recovery.</param>
    public void Drop(bool forgetting)
    {
        if (forgetting)
            _socket!.Forget();
        _socket!.Abort();
    }

    /// <summary>Waits for an event whose type ends so and whose data fits.</summary>
    public async Task<JsonElement> WaitForAsync(string typeEnd, Func<JsonElement, bool> holds, TimeSpan? limit = null)
    {
        JsonElement? found = null;
        await WaitFor.TrueAsync(
            () => (found = Events.Select(one => (JsonElement?)one).FirstOrDefault(Fits)) is not null,
            limit, () => string.Join(Environment.NewLine, Events), $"event {typeEnd}");
        return found!.Value.GetProperty("data");

        bool Fits(JsonElement? one) =>
            one!.Value.GetProperty("type").GetString()!.EndsWith(typeEnd, StringComparison.Ordinal) && holds(one.Value.GetProperty("data"));
    }

    public void Dispose()
    {
        _closed.Cancel();
        _socket?.Abort();
    }

    private async Task FollowAsync()
    {
        using var pause = new PeriodicTimer(Pause);
        while (!_closed.IsCancellationRequested)
        {
            try
            {
                while (await _socket!.ReadAsync(_closed.Token) is { } cloudEvent)
                    await TakeAsync(cloudEvent);
                await pause.WaitForNextTickAsync(_closed.Token);
                await ReturnAsync();
            }
            catch (Exception away) when (away is WebSocketException or HttpRequestException or InvalidOperationException or OperationCanceledException)
            {
                // The service or the API is not there (any more). The next round tries again, and reads what was missed.
                _socket!.Abort();
            }
        }
    }

    private async Task ReturnAsync()
    {
        if (await _socket!.RecoverAsync(_closed.Token))
        {
            Recovered++;
        }
        else
        {
            _socket = await ReliableSocket.OpenAsync(await FreshUrlAsync(), _closed.Token);
            Opened++;
        }

        await ReplayAsync();
    }

    private async Task<Uri> FreshUrlAsync()
    {
        var answer = await _api.ChannelAsync(_deviceId, _channelId);
        if (answer.Status == HttpStatusCode.OK)
            return UrlOf(answer.Body.GetProperty("channels")[0]);
        if (answer.Status != HttpStatusCode.NotFound)
            throw new HttpRequestException($"The channel could not be read: {answer.Status}.");
        (_channelId, var url, _) = await CreateAsync(_api, _deviceId);
        return url;
    }

    private static async Task<(string Id, Uri Url, long Cursor)> CreateAsync(GatewayApi api, string deviceId)
    {
        var answer = await api.OpenChannelAsync(deviceId);
        return answer.Status == HttpStatusCode.OK
            ? (answer.Text("channelId"), UrlOf(answer.Body), long.Parse(answer.Text("cursor"), System.Globalization.CultureInfo.InvariantCulture))
            : throw new HttpRequestException($"No channel could be made: {answer.Status} {answer.Body}.");
    }

    private static Uri UrlOf(JsonElement channel) => new(channel.GetProperty("channelData").GetProperty("channelURL").GetString()!);

    /// <summary>Reads from the log what the socket did not bring.</summary>
    private async Task ReplayAsync()
    {
        for (var more = true; more;)
        {
            var page = await _api.ChannelEventsAsync(_deviceId, _channelId, Cursor);
            if (page.Status != HttpStatusCode.OK)
                throw new HttpRequestException($"The events could not be read: {page.Status}.");
            foreach (var cloudEvent in page.Body.GetProperty("events").EnumerateArray())
                Keep(cloudEvent, CursorOf(cloudEvent));
            more = page.Body.GetProperty("more").GetBoolean();
        }
    }

    private async Task TakeAsync(JsonElement cloudEvent)
    {
        var cursor = CursorOf(cloudEvent);
        if (cursor > Cursor + 1)
            await ReplayAsync();
        Keep(cloudEvent, cursor);
    }

    /// <param name="cursor">Null for a milestone, which has no place in the log.</param>
    private void Keep(JsonElement cloudEvent, long? cursor)
    {
        if (cursor <= Cursor)
            return;
        lock (_events)
            _events.Add(cloudEvent);
        if (cursor is { } position)
            Interlocked.Exchange(ref _cursor, position);
    }

    private static long? CursorOf(JsonElement cloudEvent) =>
        cloudEvent.TryGetProperty("cursor", out var cursor) ? long.Parse(cursor.GetString()!, System.Globalization.CultureInfo.InvariantCulture) : null;
}
