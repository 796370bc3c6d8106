using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Byon.Local.Push;

/// <summary>
/// Doubles of a browser's push service, of Firebase Cloud Messaging and of Apple's push service, with the devices behind them.
/// They check what the real ones check (signatures, headers, encryption), keep what arrives, and answer errors on demand.
/// </summary>
public sealed class PushDouble : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly PushDevices _devices;
    private readonly WebPushEndpoint _webPush;
    private readonly FcmEndpoint _fcm;
    private readonly ApnsEndpoint _apns;

    private PushDouble(WebApplication app, PushDevices devices, WebPushEndpoint webPush, FcmEndpoint fcm, ApnsEndpoint apns)
    {
        _app = app;
        _devices = devices;
        _webPush = webPush;
        _fcm = fcm;
        _apns = apns;
        var addresses = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.ToList();
        (_webPush.Address, _fcm.Address, _apns.Address) = (new Uri(addresses[0]), new Uri(addresses[0]), new Uri(addresses[1]));
    }

    /// <summary>What functions need to reach these doubles, all three push services configured.</summary>
    public IReadOnlyDictionary<string, string> Settings =>
        new[] { _webPush.Settings, _fcm.Settings, _apns.Settings }.SelectMany(settings => settings).ToDictionary();

    /// <summary>What was accepted, in the order of its coming.</summary>
    public IReadOnlyList<ReceivedPush> Received => _devices.Received;

    /// <summary>Why requests were refused, but for the answers of <see cref="Answer"/>.</summary>
    public IReadOnlyList<string> Faults => _devices.Faults;

    /// <summary>How often FCM's token endpoint has given a token.</summary>
    public int FcmTokensGranted => _fcm.TokensGranted;

    /// <summary>The provider tokens that APNs was shown, without repetitions.</summary>
    public int ApnsTokensSeen => _apns.TokensSeen;

    /// <summary>HTTP/1.1 has a port of its own: without TLS there is nothing to negotiate HTTP/2 with.</summary>
    public static async Task<PushDouble> StartAsync(CancellationToken cancel = default)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Limits.MaxRequestBodySize = 64 * 1024;
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        var app = builder.Build();
        var devices = new PushDevices();
        var (webPush, fcm, apns) = (new WebPushEndpoint(devices), new FcmEndpoint(devices), new ApnsEndpoint(devices));
        webPush.Map(app);
        fcm.Map(app);
        apns.Map(app);
        await app.StartAsync(cancel);
        return new PushDouble(app, devices, webPush, fcm, apns);
    }

    /// <summary>A browser that has subscribed: the JSON of its PushSubscription.</summary>
    public string NewBrowser() => _webPush.NewBrowser();

    /// <summary>An FCM registration token.</summary>
    public string NewAndroid() => _fcm.NewDevice();

    /// <summary>An APNs device token.</summary>
    public string NewIPhone() => _apns.NewDevice();

    /// <summary>The next requests for a device are answered so, one each, instead of being accepted.</summary>
    public void Answer(string registrationToken, params PushAnswer[] answers) => _devices.Script(registrationToken, answers);

    /// <summary>The app is gone: its token is known no more.</summary>
    public void Uninstall(string registrationToken) => _devices.Remove(registrationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
