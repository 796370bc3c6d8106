using System.Diagnostics.CodeAnalysis;

namespace Byon.MediaNode.Core.Protocol.Sip.Digest;

/// <summary>One WWW-Authenticate or Proxy-Authenticate value with scheme Digest (RFC 7616 §3.3).</summary>
/// <param name="Session">The algorithm is a -sess variant.</param>
/// <param name="HasQopAuth">qop=auth is offered; without any qop the response has the form of RFC 2069 (RFC 7616 §3.4.6).</param>
/// <param name="Stale">The nonce was old, the password right.</param>
public sealed record DigestChallenge(
    string Realm, string Nonce, DigestAlgorithm Algorithm, bool Session, bool HasQopAuth, bool Stale, string? Opaque)
{
    /// <summary>False for another scheme, an unknown algorithm, and a qop list without auth.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out DigestChallenge? challenge)
    {
        challenge = null;
        if (!DigestFields.TryParse(text, out var fields)) return false;
        if (fields["realm"] is not { } realm || fields["nonce"] is not { Length: > 0 } nonce) return false;
        var name = fields["algorithm"] ?? "MD5";
        var isSession = name.EndsWith("-sess", StringComparison.OrdinalIgnoreCase);
        DigestAlgorithm algorithm;
        switch ((isSession ? name[..^5] : name).ToUpperInvariant())
        {
            case "MD5": algorithm = DigestAlgorithm.Md5; break;
            case "AKAV1-MD5": algorithm = DigestAlgorithm.AkaV1Md5; break;
            case "SHA-256": algorithm = DigestAlgorithm.Sha256; break;
            default: return false;
        }

        var qop = fields["qop"]?.Split(',', StringSplitOptions.TrimEntries);
        var hasAuth = qop?.Contains("auth", StringComparer.OrdinalIgnoreCase) == true;
        if (qop is not null && !hasAuth) return false;
        var isStale = string.Equals(fields["stale"], "true", StringComparison.OrdinalIgnoreCase);
        challenge = new DigestChallenge(realm, nonce, algorithm, isSession, hasAuth, isStale, fields["opaque"]);
        return true;
    }
}
