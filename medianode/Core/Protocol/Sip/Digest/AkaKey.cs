using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Byon.MediaNode.Core.Protocol.Sip.Digest;

/// <summary>A subscriber's key of IMS AKA, where a USIM would hold it (TS 33.203).</summary>
/// <param name="Key">K, 16 bytes.</param>
/// <param name="OperatorKey">OPc, 16 bytes.</param>
internal sealed record AkaKey(byte[] Key, byte[] OperatorKey)
{
    private const string Prefix = "aka:";
    private const int Length = 16;

    /// <summary>A secret of the form aka:K:OPc, both in hexadecimal; any other secret is a password.</summary>
    public static bool TryParse(string secret, [NotNullWhen(true)] out AkaKey? key)
    {
        key = null;
        if (!secret.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) return false;
        if (secret[Prefix.Length..].Split(':') is not [{ Length: Length * 2 } k, { Length: Length * 2 } opc]) return false;
        if (!k.All(char.IsAsciiHexDigit) || !opc.All(char.IsAsciiHexDigit)) return false;
        key = new AkaKey(Convert.FromHexString(k), Convert.FromHexString(opc));
        return true;
    }

    /// <summary>
    /// What a USIM says to a nonce of RFC 3310 §3.2: base64 of RAND, AUTN and what the server adds. Null where the nonce is none,
    /// or was not made by somebody who knows the key.
    /// </summary>
    /// <param name="highest">The highest sequence number seen so far; one that is not higher makes the answer ask for synchronisation.</param>
    public AkaAnswer? Answer(string nonce, ulong highest)
    {
        var bytes = new byte[nonce.Length];
        if (!Convert.TryFromBase64String(nonce, bytes, out var length) || length < Length * 2) return null;
        var rand = bytes.AsSpan(0, Length);
        var autn = bytes.AsSpan(Length, Length);
        var outcome = Milenage.Compute(this, rand, autn[..6], autn[6..8]);
        if (!CryptographicOperations.FixedTimeEquals(outcome.Mac, autn[8..])) return null;
        if (outcome.Sequence > highest) return new AkaAnswer(outcome.Response, null, outcome.Sequence);
        return new AkaAnswer([], Convert.ToBase64String(Milenage.Resynchronise(this, rand, highest)), highest);
    }
}

/// <param name="Response">RES, the password of the digest; empty with AUTS (RFC 3310 §3.4).</param>
/// <param name="Auts">Asks for synchronisation: our highest sequence number and its proof, in base64. Null where the network's was in order.</param>
/// <param name="Sequence">The highest sequence number from now on.</param>
internal sealed record AkaAnswer(byte[] Response, string? Auts, ulong Sequence);
