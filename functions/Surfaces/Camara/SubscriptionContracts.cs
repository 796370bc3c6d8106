using Byon.Platform.Records;

namespace Byon.Functions.Surfaces.Camara;

/// <summary>Subscription of webrtc-events. Its credential is never shown.</summary>
internal sealed record SubscriptionResponse(
    string Protocol, string Sink, IReadOnlyList<string> Types, SubscriptionConfig Config, string Id, DateTimeOffset StartsAt,
    DateTimeOffset? ExpiresAt, string Status)
{
    /// <param name="hasEnded">Also where only the clock says so yet.</param>
    /// <param name="dialect">Of the surface it is read on.</param>
    /// <param name="detail">What names the device on this surface.</param>
    public static SubscriptionResponse Of(ReaderRecord record, bool hasEnded, EventDialect dialect, SubscriptionDetail detail) => new(
        "HTTP", record.Target, SubscriptionEventTypes.NamesOf(record.Kinds, dialect),
        new SubscriptionConfig(detail, record.ExpiresAt, record.MaxEvents, record.InitialEvent ? true : null),
        record.ReaderId, record.CreatedAt, record.ExpiresAt, StatusOf(record, hasEnded));

    private static string StatusOf(ReaderRecord record, bool hasEnded) =>
        !hasEnded ? "ACTIVE" : record.EndReason == ReaderEndReason.NetworkTerminated ? "INACTIVE" : "EXPIRED";
}

internal sealed record SubscriptionConfig(
    SubscriptionDetail SubscriptionDetail, DateTimeOffset? SubscriptionExpireTime, int? SubscriptionMaxEvents, bool? InitialEvent);

/// <summary>webrtc-events 0.3 has the deviceId only; 0.2 the other two as well.</summary>
internal sealed record SubscriptionDetail(string DeviceId, string? RegistrationId, string? SessionId);
