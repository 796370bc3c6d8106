using System.Diagnostics.CodeAnalysis;

namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>One via-parm (RFC 3261 §20.42).</summary>
/// <param name="Transport">Upper case as written: UDP, TCP, TLS.</param>
/// <param name="Port">0 where none is written.</param>
public sealed record ViaHeader(string Transport, string Host, int Port, SipParameters Parameters)
{
    /// <summary>What RFC 3261 §8.1.1.7 asks every branch to begin with.</summary>
    public const string MagicCookie = "z9hG4bK";

    public string? Branch => Parameters["branch"];

    /// <summary>sent-by as transactions compare it (§17.2.3).</summary>
    public string SentBy => $"{Host}:{(Port != 0 ? Port : 5060)}".ToLowerInvariant();

    public static bool TryParse(string? text, [NotNullWhen(true)] out ViaHeader? via)
    {
        via = null;
        if (text is null) return false;
        var scanner = new SipScanner(text);
        if (!TryReadWord(ref scanner, "SIP") || !TryReadSlash(ref scanner) || !TryReadWord(ref scanner, "2.0") || !TryReadSlash(ref scanner)) return false;
        if (!scanner.TryReadToken(out var transport)) return false;
        scanner.SkipSpace();
        if (!scanner.TryReadUntil("; \t", out var sentBy)) return false;
        scanner.SkipSpace();
        // White space around the colon of sent-by is legal (§25.1, COLON).
        while (scanner.Peek() is not (';' or '\0'))
        {
            if (!scanner.TryReadUntil("; \t", out var more)) return false;
            sentBy += more;
            scanner.SkipSpace();
        }

        if (!SipUriParser.TryParseHostPort(sentBy, out var host, out var port)) return false;
        if (!SipParameters.TryParse(scanner.Rest, out var parameters)) return false;
        via = new ViaHeader(transport.ToUpperInvariant(), host, port, parameters);
        return true;
    }

    public override string ToString() => $"SIP/2.0/{Transport} {Host}{(Port != 0 ? $":{Port}" : "")}{Parameters}";

    private static bool TryReadWord(ref SipScanner scanner, string word)
    {
        scanner.SkipSpace();
        return scanner.TryReadToken(out var token) && string.Equals(token, word, StringComparison.OrdinalIgnoreCase);
    }

    private static bool TryReadSlash(ref SipScanner scanner)
    {
        scanner.SkipSpace();
        if (!scanner.TrySkip('/')) return false;
        scanner.SkipSpace();
        return true;
    }
}
