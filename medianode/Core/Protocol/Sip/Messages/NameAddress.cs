using System.Diagnostics.CodeAnalysis;

namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>name-addr or addr-spec with its parameters: From, To, Contact, Route, P-Asserted-Identity (RFC 3261 §20.10).</summary>
public sealed record NameAddress(string? DisplayName, SipUri Uri, SipParameters Parameters)
{
    public NameAddress(SipUri uri) : this(null, uri, SipParameters.Empty)
    {
    }

    public string? Tag => Parameters["tag"];

    public NameAddress WithTag(string tag) => this with { Parameters = Parameters.With("tag", tag) };

    public static bool TryParse(string? text, [NotNullWhen(true)] out NameAddress? address)
    {
        address = null;
        if (text is null) return false;
        var scanner = new SipScanner(text);
        scanner.SkipSpace();
        string? displayName = null;
        if (scanner.Peek() == '"')
        {
            if (!scanner.TryReadQuoted(out var quoted)) return false;
            displayName = SipScanner.Unquote(quoted);
            scanner.SkipSpace();
            if (scanner.Peek() != '<') return false;
        }
        else if (scanner.Rest.IndexOf('<') > 0)
        {
            scanner.TryReadUntil("<", out displayName);
            displayName = displayName.Trim();
            if (!IsUnquotedName(displayName)) return false;
        }

        var hasBrackets = scanner.TrySkip('<');
        // Without brackets, parameters belong to the header and not to the address (§20.10).
        if (!scanner.TryReadUntil(hasBrackets ? ">" : "; \t", out var uriText) || !SipUri.TryParse(uriText, out var uri)) return false;
        if (hasBrackets && !scanner.TrySkip('>')) return false;
        if (!SipParameters.TryParse(scanner.Rest, out var parameters)) return false;
        address = new NameAddress(string.IsNullOrEmpty(displayName) ? null : displayName, uri, parameters);
        return true;
    }

    public override string ToString() =>
        (DisplayName is null ? "" : SipScanner.Quote(DisplayName) + " ") + "<" + Uri.Text + ">" + Parameters;

    private static bool IsUnquotedName(string name) => !name.AsSpan().ContainsAny("\";,>");
}
