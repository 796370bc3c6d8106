namespace Byon.Functions.Delivery;

/// <summary>How long to wait before the next try.</summary>
internal static class RetrySchedule
{
    /// <summary>Doubling, up to a limit, of which a random part of at most a half is left out, so that many do not come back at once.</summary>
    /// <param name="failures">Tries in vain so far, at least 1.</param>
    /// <param name="chance">From 0 to 1.</param>
    /// <param name="retryAfter">What the receiver asked for: it is kept to, and never undercut.</param>
    public static TimeSpan PauseAfter(int failures, double chance, TimeSpan? retryAfter, DeliveryOptions options)
    {
        if (retryAfter is { } asked)
        {
            return asked < options.LongestRetryAfter ? asked : options.LongestRetryAfter;
        }

        var doubled = options.FirstRetry * Math.Pow(2, Math.Clamp(failures - 1, 0, 30));
        var longest = doubled < options.LongestRetry ? doubled : options.LongestRetry;
        return longest * (1 - (chance / 2));
    }
}
