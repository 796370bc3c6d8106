using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Digest;

/// <summary>The comma-separated name=value list behind the word Digest (RFC 7616 §3.3, §3.4), unquoted.</summary>
public sealed class DigestFields
{
    private const int MaxCount = 32;

    private readonly Dictionary<string, string> _fields = new(StringComparer.OrdinalIgnoreCase);

    private DigestFields()
    {
    }

    public string? this[string name] => _fields.GetValueOrDefault(name);

    public static bool TryParse(string? text, out DigestFields fields)
    {
        fields = new DigestFields();
        if (text is null || !text.StartsWith("Digest ", StringComparison.OrdinalIgnoreCase)) return false;
        var scanner = new SipScanner(text.AsSpan("Digest ".Length));
        do
        {
            scanner.SkipSpace();
            if (!scanner.TryReadToken(out var name)) return false;
            scanner.SkipSpace();
            if (!scanner.TrySkip('=')) return false;
            scanner.SkipSpace();
            if (!TryReadValue(ref scanner, out var value)) return false;
            if (fields._fields.Count == MaxCount || !fields._fields.TryAdd(name, value)) return false;
            scanner.SkipSpace();
        }
        while (scanner.TrySkip(','));
        return scanner.AtEnd;
    }

    private static bool TryReadValue(ref SipScanner scanner, out string value)
    {
        value = "";
        if (scanner.Peek() != '"') return scanner.TryReadUntil(", \t", out value);
        if (!scanner.TryReadQuoted(out var quoted)) return false;
        value = SipScanner.Unquote(quoted)!;
        return true;
    }
}
