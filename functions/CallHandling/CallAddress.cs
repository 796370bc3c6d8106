using System.Text.RegularExpressions;

namespace Byon.Functions.CallHandling;

/// <summary>Address of webrtc-call-handling: a tel or SIP URI, an emergency URN, or the anonymous SIP URI.</summary>
internal static partial class CallAddress
{
    public const int MaximumLength = 256;

    /// <summary>The pattern as the API definition has it.</summary>
    public const string PublishedPattern = "^" + Forms + "$";

    private const string AnonymousUri = "sip:anonymous@anonymous.invalid";

    public static bool IsValid(string address) => address.Length <= MaximumLength && Pattern().IsMatch(address);

    public static bool IsAnonymous(string address) => address == AnonymousUri;

    public static bool IsEmergency(string address) => address.StartsWith("urn:service:sos", StringComparison.Ordinal);

    /// <summary>True where the address is the subscriber's own number, as tel URI or as user of a SIP URI.</summary>
    public static bool IsOf(string address, string phoneNumber) =>
        address == $"tel:{phoneNumber}" || address.StartsWith($"sip:{phoneNumber}@", StringComparison.Ordinal);

    private const string Forms =
        @"(tel:\+[1-9][0-9]{4,14}"
        + @"|tel:[0-9*#]{1,15};phone-context=(?:\+[1-9][0-9]{0,14}|[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?)+)"
        + @"|sip:[A-Za-z0-9_.!%+\-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}"
        + @"|sip:[0-9*#]{1,15};phone-context=(?:\+[1-9][0-9]{0,14}|[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?)+)@[A-Za-z0-9.-]+\.[A-Za-z]{2,};user=phone"
        + @"|urn:service:sos(?:\.[a-z0-9](?:[a-z0-9\-]{0,30}[a-z0-9])?)*"
        + @"|sip:anonymous@anonymous\.invalid)";

    /// <summary>\z for $: in .NET $ also matches before a line end.</summary>
    [GeneratedRegex("^" + Forms + @"\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
