using System.Text;

namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>Reads the basic productions of RFC 3261 §25.1 from one unfolded header value.</summary>
internal ref struct SipScanner(ReadOnlySpan<char> text)
{
    private readonly ReadOnlySpan<char> _text = text;

    public int Position { get; private set; }

    public readonly bool AtEnd => Position >= _text.Length;

    public readonly ReadOnlySpan<char> Rest => _text[Position..];

    public readonly char Peek() => AtEnd ? '\0' : _text[Position];

    public void SkipSpace()
    {
        while (!AtEnd && _text[Position] is ' ' or '\t') Position++;
    }

    public bool TrySkip(char expected)
    {
        if (Peek() != expected || AtEnd) return false;
        Position++;
        return true;
    }

    public bool TryReadToken(out string token)
    {
        var start = Position;
        while (!AtEnd && IsTokenCharacter(_text[Position])) Position++;
        token = _text[start..Position].ToString();
        return token.Length > 0;
    }

    /// <summary>A name in an address may also hold what RFC 3261 calls param-unreserved, such as [ and ].</summary>
    public bool TryReadParameterName(out string name) => TryReadUntil(";=, \t?\"", out name);

    public bool TryReadParameterValue(out string? value)
    {
        if (Peek() == '"') return TryReadQuoted(out value);
        var read = TryReadUntil(";, \t?\"", out var text);
        value = text;
        return read;
    }

    /// <summary>A quoted-string, with its quotes and escapes kept.</summary>
    public bool TryReadQuoted(out string? quoted)
    {
        quoted = null;
        var start = Position;
        if (!TrySkip('"')) return false;
        while (!AtEnd)
        {
            var c = _text[Position++];
            if (c == '\\') Position++;
            if (c != '"') continue;
            quoted = _text[start..Position].ToString();
            return true;
        }

        Position = Math.Min(Position, _text.Length);
        return false;
    }

    public bool TryReadUntil(string stops, out string text)
    {
        var start = Position;
        while (!AtEnd && !stops.Contains(_text[Position], StringComparison.Ordinal)) Position++;
        text = _text[start..Position].ToString();
        return text.Length > 0;
    }

    public static bool IsTokenCharacter(char c) => char.IsAsciiLetterOrDigit(c) || "-.!%*_+`'~".Contains(c, StringComparison.Ordinal);

    public static bool IsToken(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!IsTokenCharacter(c)) return false;
        }

        return !text.IsEmpty;
    }

    public static string? Unquote(string? value)
    {
        if (value is not { Length: >= 2 } || value[0] != '"' || value[^1] != '"') return value;
        var text = new StringBuilder(value.Length);
        for (var i = 1; i < value.Length - 1; i++)
        {
            if (value[i] == '\\' && i + 1 < value.Length - 1) i++;
            text.Append(value[i]);
        }

        return text.ToString();
    }

    /// <summary>A quoted-string; control characters, which no escape makes legal on one line, are left out.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            if (char.IsControl(c)) continue;
            if (c is '"' or '\\') quoted.Append('\\');
            quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }
}
