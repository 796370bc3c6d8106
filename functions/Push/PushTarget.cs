using Byon.Functions.Push.WebPush;

namespace Byon.Functions.Push;

/// <summary>
/// A registrationToken of BYON 0.1.2, which does not say whose it is; its form does. The JSON of a browser's PushSubscription
/// is for Web Push, 64 to 200 hexadecimal digits are a device token of APNs, anything else is a token of FCM (which always
/// holds other characters).
/// </summary>
internal abstract record PushTarget
{
    public const int MaximumLength = 4096;

    /// <summary>Null where the token has no such form; then <paramref name="fault"/> is the rest of a sentence that begins with its name.</summary>
    public static PushTarget? Parse(string registrationToken, out string fault)
    {
        fault = "";
        if (registrationToken.StartsWith('{'))
        {
            var subscription = WebPushSubscription.Parse(registrationToken, out var why);
            fault = subscription is null ? $"is no PushSubscription: {why}." : "";
            return subscription is null ? null : new WebPushTarget(subscription);
        }

        if (registrationToken.Length is >= 64 and <= 200 && registrationToken.All(char.IsAsciiHexDigit))
        {
            return new ApnsTarget(registrationToken);
        }

        if (registrationToken.Length is 0 or > MaximumLength || registrationToken.Any(c => c is <= ' ' or > '~'))
        {
            fault = "is no token of FCM or APNs, nor the JSON of a PushSubscription.";
            return null;
        }

        return new FcmTarget(registrationToken);
    }
}

internal sealed record WebPushTarget(WebPushSubscription Subscription) : PushTarget;

internal sealed record FcmTarget(string Token) : PushTarget;

/// <param name="DeviceToken">Hexadecimal.</param>
internal sealed record ApnsTarget(string DeviceToken) : PushTarget;
