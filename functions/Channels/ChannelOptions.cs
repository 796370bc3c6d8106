namespace Byon.Functions.Channels;

/// <summary>Section "Channels".</summary>
internal sealed class ChannelOptions
{
    /// <summary>How long a WebSocket channel can be read, which gives a fresh URL.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long a webhook or push channel lasts at most; a device asleep cannot renew it.</summary>
    public TimeSpan DeliveredLifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long a channelURL can be used to connect.</summary>
    public TimeSpan UrlLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>WebSocket channels kept per device, and as many others; the oldest gives way to a new one.</summary>
    public int MaximumPerDevice { get; set; } = 10;

    public bool IsConsistent => UrlLifetime > TimeSpan.Zero && Lifetime >= UrlLifetime && DeliveredLifetime > TimeSpan.Zero && MaximumPerDevice > 0;
}
