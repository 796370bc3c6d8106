using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Byon.Tests.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Byon.Tests.Bench.Api;

/// <summary>From the 180 that comes to the node, to the WebSocket frame and to the webhook's request: all times are those of packets.</summary>
internal static class EventLatency
{
    private const string Group = "SIP 180 on the wire, to the event of the device";
    private const string Subprotocol = "json.reliable.webpubsub.azure.v1";

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(ApiStack stack, int runs, TextWriter output)
    {
        using var tap = PacketTap.TryOpen();
        if (tap is null)
        {
            await output.WriteLineAsync("Events are measured on the wire, and only root may capture: skipped.");
            return [];
        }

        var sinkPort = FreePorts.Next();
        await using var sink = await SinkAsync(sinkPort);
        var device = new DeviceSession(stack.Doors[0], stack.Number);
        await device.RegisterAsync();
        await device.OpenChannelAsync();
        await device.SubscribeAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{sinkPort}/hook")));
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(Subprotocol);
        await socket.ConnectAsync(device.ChannelUrl, CancellationToken.None);
        using var over = new CancellationTokenSource();
        var reading = ReadAsync(socket, over.Token);

        List<TimeSpan> frames = [], hooks = [];
        for (var run = -1; run < runs; run++)
        {
            var (frame, hook) = await RingAsync(stack, tap, device, sinkPort);
            if (run < 0)
                continue; // The first one warms every part up.
            frames.Add(frame);
            hooks.Add(hook);
        }

        await over.CancelAsync();
        await reading;
        await device.UnsubscribeAsync();
        await device.UnregisterAsync();
        return [new Figure(Group, "WebSocket frame", frames), new Figure(Group, "webhook request", hooks)];
    }

    private static async Task<(TimeSpan Frame, TimeSpan Hook)> RingAsync(ApiStack stack, PacketTap tap, DeviceSession device, int sinkPort)
    {
        tap.Forget();
        await device.CallAsync();
        TimeSpan? ringing = null, frame = null, hook = null;
        await WaitFor.TrueAsync(() =>
        {
            ringing ??= tap.First(one => one.SourcePort == stack.Ports.Ims && Holds(one, "SIP/2.0 180 "));
            frame ??= ringing is null ? null : tap.First(one => one.SourcePort == stack.Ports.WebPubSub && Holds(one, ".session-status"), ringing.Value);
            hook ??= ringing is null ? null : tap.First(one => one.TargetPort == sinkPort && Holds(one, "POST /hook"), ringing.Value);
            return frame is not null && hook is not null;
        }, otherwise: () => $"180 {ringing}, WebSocket frame {frame}, webhook {hook}");
        await device.EndCallAsync();
        // The ending is told as well: it must not be taken for the next call's ringing.
        await WaitFor.TrueAsync(() => tap.First(one => one.TargetPort == sinkPort && Holds(one, "POST /hook"), hook!.Value + TimeSpan.FromTicks(1)) is not null);
        return (frame!.Value - ringing!.Value, hook!.Value - ringing.Value);
    }

    private static bool Holds(TappedPacket packet, string text) => packet.Payload.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text)) >= 0;

    private static async Task<WebApplication> SinkAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        app.Run(_ => Task.CompletedTask);
        await app.StartAsync();
        return app;
    }

    private static async Task ReadAsync(ClientWebSocket socket, CancellationToken cancel)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (socket.State == WebSocketState.Open)
                await socket.ReceiveAsync(buffer, cancel);
        }
        catch (OperationCanceledException)
        {
            socket.Abort();
        }
    }
}
