namespace Byon.MediaNode.Core.Protocol.Sip.Registrations;

/// <summary>When a registration is refreshed.</summary>
internal static class RefreshTime
{
    /// <summary>TS 24.229 §5.1.1.4.1: lifetimes above 1200 s are refreshed 600 s before they end, shorter ones at half.</summary>
    private static readonly TimeSpan LongLifetime = TimeSpan.FromSeconds(1200);

    /// <summary>
    /// The latest moment, less a random part. After the first REGISTER that is nearly all of it, so that a million that began
    /// together are spread over the whole time from then on; afterwards a tenth, so that they stay so.
    /// </summary>
    /// <param name="isFirst">The first one after a start, a take-over or the failure of a flow: many may have begun with it.</param>
    /// <param name="random">Any 32 bits.</param>
    public static TimeSpan After(TimeSpan granted, bool isFirst, uint random)
    {
        var latest = granted > LongLifetime ? granted - TimeSpan.FromSeconds(600) : granted / 2;
        return latest - (latest * (isFirst ? 0.9 : 0.1) * (random / (double)uint.MaxValue));
    }
}
