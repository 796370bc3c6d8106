using System.Text.RegularExpressions;
using Byon.Functions.CallHandling;

namespace Byon.Functions.Surfaces.ByonV1;

/// <summary>
/// Address of BYON 0.1.2, whose pattern takes any text: what can be meant by one is brought into the form of call handling,
/// anything else is refused.
/// </summary>
internal static partial class ByonAddress
{
    /// <summary>Null where no address can be made of the text.</summary>
    public static string? Normalize(string text)
    {
        var sip = SipNumber().Match(text);
        var number = sip.Success ? sip.Groups["number"].Value : Number().Match(text) is { Success: true } plain ? plain.Groups["number"].Value : null;
        var address = number is null ? text : "tel:" + VisualSeparators().Replace(number, "");
        return CallAddress.IsValid(address) ? address : null;
    }

    /// <summary>A global number, bare or as tel URI; RFC 3966 allows separators.</summary>
    [GeneratedRegex(@"^(?:tel:)?(?<number>\+[0-9\-.()]{5,40})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    /// <summary>A global number as user of a SIP URI; its domain says no more than the number does.</summary>
    [GeneratedRegex(@"^sips?:(?<number>\+[0-9]{5,15})@[^@]{1,128};user=phone\z", RegexOptions.CultureInvariant)]
    private static partial Regex SipNumber();

    [GeneratedRegex(@"[\-.()]", RegexOptions.CultureInvariant)]
    private static partial Regex VisualSeparators();
}
