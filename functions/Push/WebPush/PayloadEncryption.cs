using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Byon.Functions.Push.WebPush;

/// <summary>
/// Message encryption of Web Push (RFC 8291) in the content coding aes128gcm (RFC 8188), one record:
/// <c>salt (16) | record size (4) | 65 | our public key (65) | ciphertext and tag</c>.
/// </summary>
internal static class PayloadEncryption
{
    /// <summary>Every push service takes a body of 4096 bytes (RFC 8030 §7.2): the header, the delimiter and the tag are in it.</summary>
    public const int MaximumPlaintext = RecordSize - HeaderSize - 1 - TagSize;

    private const int RecordSize = 4096;
    private const int SaltSize = 16;
    private const int TagSize = 16;
    private const int HeaderSize = SaltSize + 4 + 1 + P256.PointSize;
    private const byte LastRecord = 2;

    /// <summary>With a key pair and a salt of this message only.</summary>
    public static byte[] Encrypt(ReadOnlySpan<byte> plaintext, WebPushSubscription receiver)
    {
        using var sender = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        return Encrypt(plaintext, receiver, sender, RandomNumberGenerator.GetBytes(SaltSize));
    }

    /// <exception cref="ArgumentException">The plaintext is too long.</exception>
    internal static byte[] Encrypt(ReadOnlySpan<byte> plaintext, WebPushSubscription receiver, ECDiffieHellman sender, byte[] salt)
    {
        if (plaintext.Length > MaximumPlaintext)
        {
            throw new ArgumentException($"A push carries at most {MaximumPlaintext} bytes.", nameof(plaintext));
        }

        var senderKey = P256.Encode(sender.ExportParameters(includePrivateParameters: false).Q);
        using var receiverKey = P256.PublicKeyOrNull(receiver.PublicKey)!;
        var (key, nonce) = DeriveKeys(
            sender.DeriveRawSecretAgreement(receiverKey.PublicKey), receiver.AuthSecret, receiver.PublicKey, senderKey, salt);

        var body = new byte[HeaderSize + plaintext.Length + 1 + TagSize];
        salt.CopyTo(body, 0);
        BinaryPrimitives.WriteUInt32BigEndian(body.AsSpan(SaltSize), RecordSize);
        body[SaltSize + 4] = P256.PointSize;
        senderKey.CopyTo(body, SaltSize + 5);
        byte[] padded = [.. plaintext, LastRecord];
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(nonce, padded, body.AsSpan(HeaderSize, padded.Length), body.AsSpan(HeaderSize + padded.Length));
        return body;
    }

    /// <summary>RFC 8291 §3.4: the agreed secret is bound to both keys and to the browser's secret, then to this message's salt.</summary>
    private static (byte[] Key, byte[] Nonce) DeriveKeys(byte[] agreed, byte[] authSecret, byte[] receiverKey, byte[] senderKey, byte[] salt)
    {
        byte[] keyInfo = [.. "WebPush: info\0"u8, .. receiverKey, .. senderKey];
        var material = HKDF.DeriveKey(HashAlgorithmName.SHA256, agreed, 32, authSecret, keyInfo);
        return (
            HKDF.DeriveKey(HashAlgorithmName.SHA256, material, 16, salt, "Content-Encoding: aes128gcm\0"u8.ToArray()),
            HKDF.DeriveKey(HashAlgorithmName.SHA256, material, 12, salt, "Content-Encoding: nonce\0"u8.ToArray()));
    }
}
