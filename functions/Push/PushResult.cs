using System.Net.Http.Headers;

namespace Byon.Functions.Push;

internal enum PushOutcome
{
    /// <summary>The push service has taken it.</summary>
    Delivered,

    /// <summary>The device's token or subscription is no more: the channel ends.</summary>
    Gone,

    /// <summary>The push service is busy or away.</summary>
    TryLater,

    /// <summary>It will never take this one: a wrong setting of ours, or a message it does not like.</summary>
    Refused,
}

/// <param name="Cause">The service's status and code, for logs; never a token.</param>
/// <param name="RetryAfter">How long the service asks to be left alone.</param>
internal readonly record struct PushResult(PushOutcome Outcome, string Cause, TimeSpan? RetryAfter = null)
{
    public static PushResult Unreachable(string cause) => new(PushOutcome.TryLater, cause);

    /// <summary>429 and 5xx, and what a service says about when.</summary>
    public static PushResult Busy(string cause, RetryConditionHeaderValue? retryAfter, DateTimeOffset now) =>
        new(PushOutcome.TryLater, cause, retryAfter?.Delta ?? (retryAfter?.Date is { } date && date > now ? date - now : null));
}
