using System.Text.RegularExpressions;

namespace Byon.Functions.Surfaces.CamaraR22;

/// <summary>Address of r2.2: narrower than 0.4 (no local numbers, no emergency URN), but for numbers that begin with 0.</summary>
internal static partial class R22Address
{
    public const string PublishedPattern = "^" + Forms + "$";

    private const string Forms = @"(tel:\+[0-9]{5,15}|sip:[A-Za-z0-9_.!%+\-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,})";

    public static bool IsValid(string address) => Pattern().IsMatch(address);

    [GeneratedRegex("^" + Forms + @"\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
