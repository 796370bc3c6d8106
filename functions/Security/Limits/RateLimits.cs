using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Security.Limits;

/// <summary>
/// Token buckets per subscriber and per client, one of each for reading, creating and changing. Their number is bounded: the
/// keys share <see cref="MaximumBuckets"/>, so two busy strangers may, very rarely, be counted as one.
/// </summary>
internal sealed class RateLimits : IDisposable
{
    private const int MaximumBuckets = 64 * 1024;

    /// <summary>A bucket is filled by a tick of the limiter, which comes every 100 ms.</summary>
    private const int TicksPerSecond = 10;

    private readonly PartitionedRateLimiter<Caller>[] _ofSubscriber;
    private readonly PartitionedRateLimiter<Caller>[] _ofClient;

    private enum OperationClass
    {
        Read,
        Create,
        Change,
    }

    public RateLimits(IOptions<RateLimitOptions> options)
    {
        var limits = options.Value;
        _ofSubscriber = [.. new[] { limits.SubscriberReads, limits.SubscriberCreates, limits.SubscriberChanges }.Select(limit => Buckets(limit, SubscriberOf))];
        _ofClient = [.. new[] { limits.ClientReads, limits.ClientCreates, limits.ClientChanges }.Select(limit => Buckets(limit, caller => caller.ClientId.GetHashCode()))];
    }

    /// <summary>Counts a request. Null where it may go on; otherwise 429 with the time after which one more fits.</summary>
    public Problem? Count(Caller caller, string method)
    {
        var kind = (int)(HttpMethods.IsGet(method) ? OperationClass.Read : HttpMethods.IsPost(method) ? OperationClass.Create : OperationClass.Change);

        // Two-legged, the caller is a client with all its visitors.
        return (caller.IsTwoLegged ? null : Take(_ofSubscriber[kind], caller)) ?? Take(_ofClient[kind], caller);
    }

    public void Dispose()
    {
        foreach (var limiter in _ofSubscriber.Concat(_ofClient))
        {
            limiter.Dispose();
        }
    }

    private static Problem? Take(PartitionedRateLimiter<Caller> buckets, Caller caller)
    {
        using var lease = buckets.AttemptAcquire(caller);
        if (lease.IsAcquired)
        {
            return null;
        }

        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var told) ? told : TimeSpan.Zero;
        return Problems.TooManyRequests(wait > TimeSpan.FromSeconds(1) ? wait : TimeSpan.FromSeconds(1));
    }

    private static PartitionedRateLimiter<Caller> Buckets(RateLimit limit, Func<Caller, int> hash) =>
        PartitionedRateLimiter.Create<Caller, int>(caller => limit.PerSecond == 0
            ? RateLimitPartition.GetNoLimiter(0)
            : RateLimitPartition.GetTokenBucketLimiter((int)((uint)hash(caller) % MaximumBuckets), _ => BucketOf(limit)));

    private static TokenBucketRateLimiterOptions BucketOf(RateLimit limit)
    {
        var perTick = Math.Max(1, limit.PerSecond / TicksPerSecond);
        return new TokenBucketRateLimiterOptions
        {
            TokenLimit = limit.Burst,
            TokensPerPeriod = perTick,
            ReplenishmentPeriod = TimeSpan.FromSeconds((double)perTick / limit.PerSecond),
            QueueLimit = 0,
        };
    }

    /// <summary>String hashes are seeded anew in each process: nobody can choose whom to share a bucket with.</summary>
    private static int SubscriberOf(Caller caller) => HashCode.Combine(caller.ClientId, caller.Subject);
}
