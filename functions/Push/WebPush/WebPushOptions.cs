namespace Byon.Functions.Push.WebPush;

/// <summary>Section "Push:WebPush": our identity towards browsers' push services (VAPID, RFC 8292).</summary>
internal sealed class WebPushOptions
{
    /// <summary>Whom a push service can write to: mailto: or https:.</summary>
    public string Subject { get; set; } = "";

    /// <summary>The applicationServerKey that pages subscribe with: an uncompressed P-256 point in base64url.</summary>
    public string PublicKey { get; set; } = "";

    /// <summary>Its private key: 32 bytes in base64url.</summary>
    public string PrivateKey { get; set; } = "";

    public bool IsConfigured => PrivateKey.Length > 0;

    public string? Fault() =>
        !IsConfigured ? null
        : !Subject.StartsWith("mailto:", StringComparison.Ordinal) && !Subject.StartsWith("https:", StringComparison.Ordinal)
            ? "Push__WebPush__Subject must be a mailto: or https: address (RFC 8292 §2.1)."
        : VapidKey.TryRead(PublicKey, PrivateKey) is null
            ? "Push__WebPush__PublicKey and Push__WebPush__PrivateKey must be a P-256 key pair: 65 and 32 bytes in base64url."
        : null;
}
