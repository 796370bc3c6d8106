using System.Globalization;
using System.Text;

namespace Byon.Tests.Bench.Media.Servers;

/// <summary>The encoding of rtpengine's control protocol: dictionaries of text and lists of text are all that is sent, and text all that is read.</summary>
internal static class Bencode
{
    public static string Write(IEnumerable<(string Key, object Value)> dictionary) =>
        $"d{string.Concat(dictionary.Select(entry => Text(entry.Key) + Value(entry.Value)))}e";

    /// <summary>The text under a key of the outermost dictionary; null where there is none.</summary>
    public static string? Read(string bencoded, string key)
    {
        var at = 1;
        while (at < bencoded.Length && bencoded[at] != 'e')
        {
            var name = ReadText(bencoded, ref at);
            if (!char.IsAsciiDigit(bencoded[at])) return null; // Nothing of interest comes after a number, list or dictionary.
            var value = ReadText(bencoded, ref at);
            if (name == key) return value;
        }

        return null;
    }

    private static string Value(object value) => value is IEnumerable<string> list ? $"l{string.Concat(list.Select(Text))}e"
        : value is IEnumerable<(string, object)> dictionary ? Write(dictionary)
        : Text((string)value);

    private static string Text(string text) => string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(text)}:{text}");

    private static string ReadText(string bencoded, ref int at)
    {
        var colon = bencoded.IndexOf(':', at);
        var length = int.Parse(bencoded.AsSpan(at, colon - at), CultureInfo.InvariantCulture);
        at = colon + 1 + length;
        return bencoded.Substring(colon + 1, length);
    }
}
