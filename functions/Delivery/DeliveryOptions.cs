namespace Byon.Functions.Delivery;

/// <summary>Section "Delivery": how events are brought to readers, and when that is given up.</summary>
internal sealed class DeliveryOptions
{
    /// <summary>Of one try.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Pause after the first try in vain; it doubles with each one more, and a random half of it is left out.</summary>
    public TimeSpan FirstRetry { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>No pause between two tries is longer.</summary>
    public TimeSpan LongestRetry { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The longest Retry-After that is honoured; a longer one is cut to it.</summary>
    public TimeSpan LongestRetryAfter { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Tries of an event that its receiver refuses (a 4xx but 408, 410, 425 and 429) before it is set aside.</summary>
    public int MaximumRefusals { get; set; } = 5;

    /// <summary>A reader that nothing could be delivered to for so long ends.</summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long ahead of a sink credential's expiry the subscription ends, so that its receiver can still be told.</summary>
    public TimeSpan CredentialLead { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Long enough for two tries: a lease is renewed while one of them would still fit.</summary>
    public TimeSpan LeaseTime => Timeout + Timeout + TimeSpan.FromSeconds(2);

    public bool IsConsistent =>
        Timeout > TimeSpan.Zero && Timeout <= TimeSpan.FromMinutes(1) && FirstRetry > TimeSpan.Zero && FirstRetry <= LongestRetry
        && LongestRetryAfter > TimeSpan.Zero && MaximumRefusals > 0 && GiveUpAfter > TimeSpan.Zero && CredentialLead >= TimeSpan.Zero;
}
