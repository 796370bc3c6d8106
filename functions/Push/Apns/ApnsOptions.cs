namespace Byon.Functions.Push.Apns;

/// <summary>Section "Push:Apns": the operator's key for Apple's push service.</summary>
internal sealed class ApnsOptions
{
    /// <summary>The team's .p8 key: PKCS#8 in PEM, or the path of the file.</summary>
    public string Key { get; set; } = "";

    /// <summary>Ten characters, as Apple shows it beside the key.</summary>
    public string KeyId { get; set; } = "";

    /// <summary>The team that the key belongs to: ten characters.</summary>
    public string TeamId { get; set; } = "";

    /// <summary>The app's bundle identifier; VoIP pushes go to it with ".voip" at the end.</summary>
    public string BundleId { get; set; } = "";

    /// <summary>api.push.apple.com, or api.sandbox.push.apple.com for development builds of an app.</summary>
    public string Endpoint { get; set; } = "https://api.push.apple.com";

    public bool IsConfigured => Key.Length > 0;

    public string? Fault() =>
        !IsConfigured ? null
        : KeyId.Length == 0 ? "Push__Apns__KeyId is not set."
        : TeamId.Length == 0 ? "Push__Apns__TeamId is not set."
        : BundleId.Length == 0 ? "Push__Apns__BundleId is not set."
        : !PushOptions.IsEndpoint(Endpoint) ? "Push__Apns__Endpoint is not an https URI."
        : ApnsProviderToken.ReadKey(Key) is null ? "Push__Apns__Key is no EC P-256 key in PEM, nor the path of one."
        : null;
}
