using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>
/// Session-ID (RFC 7989): names a session from end to end, whatever becomes of its Call-ID on the way. A UUID is 32 lower-case
/// hexadecimal digits.
/// </summary>
/// <param name="Local">The UUID of the side that sends it.</param>
/// <param name="Remote">The UUID of the other side, nil while that has not spoken; null with a peer of RFC 7329, where both share one.</param>
public sealed record SessionIdentifier(string Local, string? Remote)
{
    public const string Header = "Session-ID";

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>Stands for a side that has not spoken (§5).</summary>
    public const string Nil = "00000000000000000000000000000000";

    /// <summary>A random UUID (RFC 9562 §5.4) for our side.</summary>
    public static SessionIdentifier New(EntropySource entropy)
    {
        var digits = entropy.NextToken(16).ToCharArray();
        (digits[12], digits[16]) = ('4', "89ab"[digits[16] & 3]);
        return new SessionIdentifier(new string(digits), Nil);
    }

    /// <summary>As the message says it, from its sender's side; null where it has none that is well-formed.</summary>
    public static SessionIdentifier? Of(SipMessage message) => TryParse(message.Headers[Header], out var said) ? said : null;

    public static bool TryParse(string? text, [NotNullWhen(true)] out SessionIdentifier? identifier)
    {
        identifier = null;
        if (text is null) return false;
        var semicolon = text.IndexOf(';', StringComparison.Ordinal);
        var local = (semicolon < 0 ? text : text[..semicolon]).Trim(' ', '\t');
        var parameters = SipParameters.Empty;
        if (semicolon >= 0 && !SipParameters.TryParse(text.AsSpan(semicolon), out parameters)) return false;
        var remote = parameters["remote"];
        if (!IsUuid(local) || (remote is not null && !IsUuid(remote))) return false;
        identifier = new SessionIdentifier(local, remote);
        return true;
    }

    /// <summary>Ours, after the peer's message: it may name itself anew at any time (§6). One that knows RFC 7329 only is met with that (§11).</summary>
    public SessionIdentifier Hear(SipMessage message) => Of(message) switch
    {
        null => this,
        { Remote: null } old => new SessionIdentifier(old.Local, null),
        var said => this with { Remote = said.Local },
    };

    public override string ToString() => Remote is null ? Local : $"{Local};remote={Remote}";

    private static bool IsUuid(string text) => text.Length == Nil.Length && !text.AsSpan().ContainsAnyExcept(Digits);
}
