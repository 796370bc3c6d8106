namespace Byon.Functions.Events;

/// <summary>Section "Subscriptions": the operator's policy.</summary>
internal sealed class SubscriptionOptions
{
    /// <summary>A later expiry is brought down to this; so is one that is not asked for.</summary>
    public TimeSpan MaximumLifetime { get; set; } = TimeSpan.FromDays(365);

    /// <summary>Subscriptions and channels of one device that are served by delivery.</summary>
    public int MaximumPerDevice { get; set; } = 10;

    /// <summary>An expiry that has passed is accepted and ends the subscription at once (CAMARA's test cases), instead of 400 OUT_OF_RANGE.</summary>
    public bool AcceptPastExpiry { get; set; }

    /// <summary>The API lists at most 100 subscriptions, and a number has at most 10 devices.</summary>
    public bool IsConsistent => MaximumLifetime > TimeSpan.Zero && MaximumPerDevice is > 0 and <= 100;
}
