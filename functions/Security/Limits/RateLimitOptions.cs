namespace Byon.Functions.Security.Limits;

/// <summary>
/// Section "RateLimits": how much one subscriber of a client, and a client with all its subscribers, may ask for. Each process
/// counts for itself: with N instances up to N times as much gets through.
/// </summary>
internal sealed class RateLimitOptions
{
    public RateLimit SubscriberReads { get; set; } = new() { PerSecond = 20, Burst = 100 };
    public RateLimit SubscriberCreates { get; set; } = new() { PerSecond = 5, Burst = 50 };
    public RateLimit SubscriberChanges { get; set; } = new() { PerSecond = 20, Burst = 100 };

    public RateLimit ClientReads { get; set; } = new() { PerSecond = 500, Burst = 2000 };
    public RateLimit ClientCreates { get; set; } = new() { PerSecond = 200, Burst = 1000 };
    public RateLimit ClientChanges { get; set; } = new() { PerSecond = 500, Burst = 2000 };

    public bool IsConsistent =>
        new[] { SubscriberReads, SubscriberCreates, SubscriberChanges, ClientReads, ClientCreates, ClientChanges }.All(limit => limit.IsConsistent);
}

/// <summary>A token bucket.</summary>
internal sealed class RateLimit
{
    /// <summary>Requests per second in the long run; 0 switches the limit off.</summary>
    public int PerSecond { get; set; }

    /// <summary>Requests at once, after a pause.</summary>
    public int Burst { get; set; }

    public bool IsConsistent => PerSecond == 0 || (PerSecond is > 0 and <= 100_000 && Burst >= PerSecond && Burst <= 1_000_000);
}
