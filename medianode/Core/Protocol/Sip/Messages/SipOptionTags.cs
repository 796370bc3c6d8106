namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>The option tags of Supported and Require (RFC 3261 §19.2) that this engine knows.</summary>
public static class SipOptionTags
{
    /// <summary>Reliable provisional responses (RFC 3262).</summary>
    public const string Reliable = "100rel";

    /// <summary>Session timers (RFC 4028).</summary>
    public const string Timer = "timer";

    /// <summary>An early dialog is over, though the call is not (RFC 6228).</summary>
    public const string EarlyDialogEnded = "199";

    /// <summary>Resources before ringing (RFC 3312, RFC 4032). Said in Supported by what carries such SDP.</summary>
    public const string Precondition = "precondition";

    /// <summary>Flows of registrations (RFC 5626).</summary>
    public const string Outbound = "outbound";

    /// <summary>A call that takes another one's place (RFC 3891).</summary>
    public const string Replaces = "replaces";

    /// <summary>REFER without the subscription that comes with it (RFC 4488).</summary>
    public const string NoReferSubscription = "norefersub";

    /// <summary>Value of Supported in what opens or refreshes a dialog.</summary>
    public const string Supported = Reliable + ", " + SupportedButReliable;

    /// <summary>The same for an INVITE whose offer is to come in the 2xx, and not in a reliable response before.</summary>
    public const string SupportedButReliable = Timer + ", " + EarlyDialogEnded + ", " + Replaces + ", " + NoReferSubscription;

    private static readonly string[] Known = [Reliable, Timer, EarlyDialogEnded, Precondition, Replaces, NoReferSubscription];

    /// <summary>What Require asks for beyond what we do.</summary>
    public static IReadOnlyList<string> UnsupportedOf(SipRequest request) =>
        [.. request.Headers.Values("Require").Where(tag => !Known.Contains(tag, StringComparer.OrdinalIgnoreCase))];

    /// <summary>Whether the sender of a message understands an extension: it says so, or asks for it.</summary>
    public static bool Supports(this SipMessage message, string tag) =>
        message.Headers.Lists("Supported", tag) || message.Headers.Lists("Require", tag);
}
