using System.Security.Cryptography;
using System.Text;

namespace Byon.MediaNode.Core.Protocol.Sip.Digest;

/// <summary>The request-digest of RFC 7616 §3.4.1, computed alike by the side that answers a challenge and the side that checks.</summary>
/// <param name="Uri">digest-uri: the Request-URI as the answering side wrote it.</param>
/// <param name="NonceCount">Eight hexadecimal digits; null without qop.</param>
/// <param name="ClientNonce">Null without qop and without a -sess algorithm.</param>
public readonly record struct DigestResponse(
    DigestAlgorithm Algorithm, bool Session, string UserName, string Realm, string Password, string Method, string Uri,
    string Nonce, string? NonceCount, string? ClientNonce)
{
    /// <summary>Instead of the password, where that is no text (RES of RFC 3310 §3.4).</summary>
    public byte[]? BinaryPassword { get; init; }

    public string Compute()
    {
        var secret = Hash([.. Encoding.UTF8.GetBytes($"{UserName}:{Realm}:"), .. BinaryPassword ?? Encoding.UTF8.GetBytes(Password)]);
        if (Session) secret = Hash($"{secret}:{Nonce}:{ClientNonce}");
        var what = Hash($"{Method}:{Uri}");
        return Hash(NonceCount is null ? $"{secret}:{Nonce}:{what}" : $"{secret}:{Nonce}:{NonceCount}:{ClientNonce}:auth:{what}");
    }

    private string Hash(string text) => Hash(Encoding.UTF8.GetBytes(text));

    private string Hash(byte[] bytes)
    {
#pragma warning disable CA5351 // IMS registrars still challenge with MD5; SHA-256 is preferred wherever it is offered.
        return Convert.ToHexStringLower(Algorithm == DigestAlgorithm.Sha256 ? SHA256.HashData(bytes) : MD5.HashData(bytes));
#pragma warning restore CA5351
    }
}
