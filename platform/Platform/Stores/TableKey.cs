using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Byon.Platform.Stores;

/// <summary>
/// Table keys from text that clients choose. A key must not hold <c>/ \ # ?</c> or control characters, and an id from an
/// address must not be able to name one of our own rows (<c>device:…</c>), so everything but letters, digits, '.', '_' and
/// '-' becomes <c>=XX</c> (UTF-8 bytes in hexadecimal).
/// </summary>
internal static class TableKey
{
    // Azurite takes 512 characters, Azure 1 KiB; a key may be made of two parts.
    private const int LongestPart = 200;

    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>The partition of a subscriber's rows: the number without its plus.</summary>
    public static string OfNumber(string phoneNumber) => Of(phoneNumber.TrimStart('+'));

    /// <summary>The partition of a device's rows: a deviceId is chosen by clients, so only the pair is unique.</summary>
    public static string OfDevice(string phoneNumber, string deviceId) => OfNumber(phoneNumber) + ":" + Of(deviceId);

    public static string Of(string text)
    {
        if (text.Length <= LongestPart && text.AsSpan().IndexOfAnyExcept(Plain) < 0)
            return text;

        var key = new StringBuilder(text.Length + 8);
        foreach (var octet in Encoding.UTF8.GetBytes(text))
        {
            if (Plain.Contains((char)octet))
                key.Append((char)octet);
            else
                key.Append('=').Append(octet.ToString("X2", CultureInfo.InvariantCulture));
        }

        return key.Length <= LongestPart ? key.ToString() : "=sha256=" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
