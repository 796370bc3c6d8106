namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>
/// Which of a number's phones a call is for (RFC 3841). Our contacts say that they are fixed (RFC 3840 §10.5): a subscriber's
/// call that is to ring the SIM phone only, and not the gateway's devices, rejects such contacts.
/// </summary>
internal static class CallerPreferences
{
    public const string RejectContact = "Reject-Contact";

    /// <summary>Feature of our contacts.</summary>
    public const string Fixed = "mobility=\"fixed\"";

    public const string RejectsFixed = "*;" + Fixed;

    /// <summary>
    /// Whether the caller does not want contacts such as ours. A proxy should have left us out (RFC 3841 §7.2); one that knows
    /// nothing of preferences forks to us all the same.
    /// </summary>
    public static bool RejectUs(SipRequest invite) => invite.Headers.Values(RejectContact).Any(IsAboutFixed);

    /// <summary>A predicate with further features is about phones that have all of them.</summary>
    private static bool IsAboutFixed(string value)
    {
        var semicolon = value.IndexOf(';', StringComparison.Ordinal);
        if (semicolon < 0 || !SipParameters.TryParse(value.AsSpan(semicolon), out var parameters)) return false;
        return string.Equals(parameters["mobility"], "fixed", StringComparison.OrdinalIgnoreCase)
            && parameters.Without("mobility").Without("require").Without("explicit").ToString().Length == 0;
    }
}
