namespace Byon.Functions.Delivery;

internal enum DeliveryVerdict
{
    Delivered,

    /// <summary>Not now: nobody there, or too busy.</summary>
    Later,

    /// <summary>The receiver does not want this event; it may want the next one.</summary>
    Refused,

    /// <summary>There is no receiver any more: the reader ends.</summary>
    Gone,
}

/// <summary>What came of one try.</summary>
/// <param name="Cause">Short and stable, for logs and operators: nothing that the receiver wrote.</param>
/// <param name="RetryAfter">When the receiver asked to be tried again.</param>
internal readonly record struct DeliveryOutcome(DeliveryVerdict Verdict, string Cause, TimeSpan? RetryAfter = null)
{
    public static DeliveryOutcome Delivered { get; } = new(DeliveryVerdict.Delivered, "delivered");
}
