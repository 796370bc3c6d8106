using System.Security.Cryptography;

namespace Byon.Platform.Stores;

/// <summary>
/// Secrets at rest: AES-256-GCM under a key derived from the pool's key, bound to the identity of the row that holds them, so
/// that a sealed value moved to another row does not open. <c>version (1) | nonce (12) | ciphertext | tag (16)</c>.
/// </summary>
public static class Sealed
{
    private const byte Version = 1;
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int KeySize = 32;

    /// <param name="boundTo">Identity of the row: not stored, demanded again when opening.</param>
    public static byte[] Seal(ReadOnlySpan<byte> poolKey, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> boundTo)
    {
        var box = new byte[1 + NonceSize + plaintext.Length + TagSize];
        box[0] = Version;
        var nonce = box.AsSpan(1, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var aes = Cipher(poolKey);
        aes.Encrypt(nonce, plaintext, box.AsSpan(1 + NonceSize, plaintext.Length), box.AsSpan(^TagSize..), boundTo);
        return box;
    }

    /// <exception cref="CryptographicException">Another key, another row, an unknown version, or the value was changed.</exception>
    public static byte[] Open(ReadOnlySpan<byte> poolKey, ReadOnlySpan<byte> box, ReadOnlySpan<byte> boundTo)
    {
        if (box.Length < 1 + NonceSize + TagSize || box[0] != Version)
            throw new CryptographicException("This is no sealed value of a known version.");
        var plaintext = new byte[box.Length - 1 - NonceSize - TagSize];
        using var aes = Cipher(poolKey);
        aes.Decrypt(box.Slice(1, NonceSize), box.Slice(1 + NonceSize, plaintext.Length), box[^TagSize..], plaintext, boundTo);
        return plaintext;
    }

    private static AesGcm Cipher(ReadOnlySpan<byte> poolKey)
    {
        // A key of its own: the pool's key itself signs control tokens.
        Span<byte> key = stackalloc byte[KeySize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, poolKey, key, salt: [], info: "byon sealed value 1"u8);
        return new AesGcm(key, TagSize);
    }
}
