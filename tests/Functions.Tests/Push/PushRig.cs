using Byon.Functions.Push;
using Byon.Functions.Push.Apns;
using Byon.Functions.Push.Fcm;
using Byon.Functions.Push.WebPush;
using Byon.Local.Push;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Byon.Tests.Functions.Tests.Push;

/// <summary>The push clients as the program puts them together, towards the doubles of all push services.</summary>
public sealed class PushRig : IAsyncLifetime
{
    public static readonly DateTimeOffset Rang = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    internal static readonly WakeUp Invitation = new("8a5b8d5e-4f4c-4f5e-9a51-3a2f7f3f0a01", "org.camaraproject.webrtc-events.v0.session-invitation", "Initial", Rang);

    public PushDouble Services { get; private set; } = null!;

    public async Task InitializeAsync() => Services = await PushDouble.StartAsync();

    public async Task DisposeAsync() => await Services.DisposeAsync();

    internal PushSender NewSender(TimeProvider? clock = null, Action<PushOptions>? change = null)
    {
        var options = OptionsFrom(Services.Settings);
        change?.Invoke(options);
        var (wrapped, time, http) = (Options.Create(options), clock ?? TimeProvider.System, new HttpClient { Timeout = TimeSpan.FromSeconds(5) });
        return new PushSender(new WebPushClient(http, time, wrapped), new FcmClient(http, time, wrapped), new ApnsClient(http, time, wrapped), wrapped);
    }

    internal static Task<PushResult> SendAsync(PushSender sender, string registrationToken, WakeUp? wakeUp = null) =>
        sender.SendAsync(PushTarget.Parse(registrationToken, out _)!, wakeUp ?? Invitation, CancellationToken.None);

    internal static PushOptions OptionsFrom(IEnumerable<KeyValuePair<string, string>> settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(each => KeyValuePair.Create(each.Key.Replace("__", ":", StringComparison.Ordinal), (string?)each.Value)))
            .Build();
        var options = new PushOptions();
        configuration.GetSection("Push").Bind(options);
        return options;
    }
}
