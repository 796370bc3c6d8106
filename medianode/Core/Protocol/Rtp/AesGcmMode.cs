using System.Buffers.Binary;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using AesGcm = System.Security.Cryptography.AesGcm;
using AesInstructions = System.Runtime.Intrinsics.X86.Aes;

namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>
/// AES-128-GCM (NIST SP 800-38D) with 12-byte nonces and 16-byte tags, in place and without allocation. Where the processor
/// multiplies without carry the work is done here; elsewhere by the platform, which is also what the tests hold it against. The
/// platform's way to say "forged" is an exception, a thousand times the price of the check: that is the reason for this class.
/// </summary>
internal sealed class AesGcmMode : IDisposable
{
    public const int NonceLength = 12;
    public const int TagLength = 16;

    private readonly AesGcm? _platform;
    private readonly AesCounterMode? _cipher;
    private readonly Ghash _hash;

    public AesGcmMode(ReadOnlySpan<byte> key, bool usePlatform = false)
    {
        if (!AesInstructions.IsSupported || !Pclmulqdq.IsSupported || usePlatform)
        {
            _platform = new AesGcm(key, TagLength);
            return;
        }
        _cipher = new AesCounterMode(key);
        Span<byte> zero = stackalloc byte[AesCounterMode.BlockLength];
        Span<byte> subkey = stackalloc byte[AesCounterMode.BlockLength];
        zero.Clear();
        subkey.Clear();
        _cipher.Apply(zero, subkey);
        _hash = new Ghash(subkey);
    }

    public void Encrypt(ReadOnlySpan<byte> nonce, Span<byte> bytes, Span<byte> tag, ReadOnlySpan<byte> associated)
    {
        if (_cipher is null)
        {
            _platform!.Encrypt(nonce, bytes, bytes, tag, associated);
            return;
        }
        ApplyKeyStream(_cipher, nonce, bytes);
        ComputeTag(_cipher, nonce, bytes, tag, associated);
    }

    /// <summary>Decrypts in place when the tag is right; otherwise false, and the bytes are worth nothing.</summary>
    public bool TryDecrypt(ReadOnlySpan<byte> nonce, Span<byte> bytes, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> associated)
    {
        if (_cipher is null) return TryDecryptPlatform(nonce, bytes, tag, associated);
        Span<byte> expected = stackalloc byte[TagLength];
        ComputeTag(_cipher, nonce, bytes, expected, associated);
        if (!CryptographicOperations.FixedTimeEquals(expected, tag)) return false;
        ApplyKeyStream(_cipher, nonce, bytes);
        return true;
    }

    public long ReadAhead() => _hash.ReadAhead() + (_cipher?.ReadAhead() ?? 0);

    public void Dispose()
    {
        _platform?.Dispose();
        _cipher?.Dispose();
    }

    private static void ApplyKeyStream(AesCounterMode cipher, ReadOnlySpan<byte> nonce, Span<byte> bytes)
    {
        Span<byte> block = stackalloc byte[AesCounterMode.BlockLength];
        CounterBlock(block, nonce, 2);
        cipher.Apply(block, bytes);
    }

    /// <summary>Counter 1 masks the tag, 2 and up the text. A packet never reaches the 16 bits that <see cref="AesCounterMode"/> counts.</summary>
    private static void CounterBlock(Span<byte> block, ReadOnlySpan<byte> nonce, uint counter)
    {
        nonce.CopyTo(block);
        BinaryPrimitives.WriteUInt32BigEndian(block[NonceLength..], counter);
    }

    private void ComputeTag(AesCounterMode cipher, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> text, Span<byte> tag, ReadOnlySpan<byte> associated)
    {
        _hash.Compute(associated, text, tag);
        Span<byte> block = stackalloc byte[AesCounterMode.BlockLength];
        CounterBlock(block, nonce, 1);
        cipher.Apply(block, tag);
    }

    private bool TryDecryptPlatform(ReadOnlySpan<byte> nonce, Span<byte> bytes, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> associated)
    {
        try
        {
            _platform!.Decrypt(nonce, bytes, tag, bytes, associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }
}
