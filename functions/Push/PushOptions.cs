using Byon.Functions.Push.Apns;
using Byon.Functions.Push.Fcm;
using Byon.Functions.Push.WebPush;

namespace Byon.Functions.Push;

/// <summary>Section "Push". A push service that is not configured is not offered; one that is configured wrongly stops the start.</summary>
internal sealed class PushOptions
{
    /// <summary>How long a push service keeps an invitation for a device that it cannot reach: no phone rings longer.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether an invitation's push tells who calls. Push services are third parties, and FCM and APNs can read it.</summary>
    public bool IncludeCaller { get; set; }

    /// <summary>Whether a device is also told when an unanswered call is over, so that it stops ringing.</summary>
    public bool Cancellations { get; set; } = true;

    public WebPushOptions WebPush { get; set; } = new();

    public FcmOptions Fcm { get; set; } = new();

    public ApnsOptions Apns { get; set; } = new();

    /// <summary>https, or on this machine http: tokens of ours are sent there.</summary>
    public static bool IsEndpoint(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));

    /// <summary>Null where all is well; otherwise what is wrong, with the setting's name.</summary>
    public string? Fault() =>
        Lifetime < TimeSpan.FromSeconds(1) || Lifetime > TimeSpan.FromHours(1) ? "Push__Lifetime must be from a second to an hour."
        : WebPush.Fault() ?? Fcm.Fault() ?? Apns.Fault();
}
