namespace Byon.Functions.Channels;

/// <summary>Section "Channels".</summary>
internal sealed class ChannelOptions
{
    /// <summary>How long a channel can be read, which gives a fresh URL.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long a channelURL can be used to connect.</summary>
    public TimeSpan UrlLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Channels kept per device; the oldest gives way to a new one.</summary>
    public int MaximumPerDevice { get; set; } = 10;

    public bool IsConsistent => UrlLifetime > TimeSpan.Zero && Lifetime >= UrlLifetime && MaximumPerDevice > 0;
}
