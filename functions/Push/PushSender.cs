using Byon.Functions.Push.Apns;
using Byon.Functions.Push.Fcm;
using Byon.Functions.Push.WebPush;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Push;

/// <summary>The push services that are configured, behind one verb.</summary>
internal sealed class PushSender(WebPushClient webPush, FcmClient fcm, ApnsClient apns, IOptions<PushOptions> options)
{
    public Task<PushResult> SendAsync(PushTarget target, WakeUp wakeUp, CancellationToken cancel) => target switch
    {
        WebPushTarget browser => webPush.SendAsync(browser.Subscription, wakeUp, cancel),
        FcmTarget device => fcm.SendAsync(device.Token, wakeUp, cancel),
        ApnsTarget device => apns.SendAsync(device.DeviceToken, wakeUp, cancel),
        _ => throw new ArgumentOutOfRangeException(nameof(target)),
    };

    /// <summary>The setting that a target's push service lacks; null where it can be sent to.</summary>
    public string? MissingSettingFor(PushTarget target) => (target, options.Value) switch
    {
        (WebPushTarget, { WebPush.IsConfigured: false }) => "Push__WebPush__PrivateKey",
        (FcmTarget, { Fcm.IsConfigured: false }) => "Push__Fcm__ServiceAccount",
        (ApnsTarget, { Apns.IsConfigured: false }) => "Push__Apns__Key",
        _ => null,
    };
}
