using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Byon.MediaNode.Core.Protocol.Sip.Digest;

/// <summary>MILENAGE (TS 35.206 §4.1) as far as a USIM needs it for a digest: f1, f2 and f5, and f1* and f5* to ask for synchronisation.</summary>
internal static class Milenage
{
    private const int Block = 16;
    private const int SequenceLength = 6;

    /// <param name="Mac">f1: 8 bytes that prove who asked.</param>
    /// <param name="Response">f2: RES, 8 bytes.</param>
    /// <param name="Sequence">SQN, with f5 taken off.</param>
    public sealed record Outcome(byte[] Mac, byte[] Response, ulong Sequence);

    /// <param name="rand">RAND, 16 bytes.</param>
    /// <param name="concealedSequence">SQN xor AK as AUTN begins with, 6 bytes.</param>
    /// <param name="field">AMF, 2 bytes.</param>
    public static Outcome Compute(AkaKey key, ReadOnlySpan<byte> rand, ReadOnlySpan<byte> concealedSequence, ReadOnlySpan<byte> field)
    {
        using var aes = Cipher(key);
        var temporary = Encrypt(aes, Xor(rand, key.OperatorKey));
        var second = Rotated(aes, key, temporary, 0, 1);
        var sequence = Xor(concealedSequence, second.AsSpan(0, SequenceLength));
        return new Outcome(First(aes, key, temporary, sequence, field)[..8], second[8..], ToNumber(sequence));
    }

    /// <summary>AUTS (TS 33.102 §6.3.3): our sequence number under f5*, and f1* over it with an AMF of zeros. 14 bytes.</summary>
    public static byte[] Resynchronise(AkaKey key, ReadOnlySpan<byte> rand, ulong highest)
    {
        using var aes = Cipher(key);
        var temporary = Encrypt(aes, Xor(rand, key.OperatorKey));
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(number, highest);
        var sequence = number[^SequenceLength..];
        var concealed = Xor(sequence, Rotated(aes, key, temporary, 12, 8).AsSpan(0, SequenceLength));
        return [.. concealed, .. SynchronisationCode(key, rand, sequence, stackalloc byte[2])];
    }

    /// <summary>f1*, MAC-S: 8 bytes.</summary>
    public static byte[] SynchronisationCode(AkaKey key, ReadOnlySpan<byte> rand, ReadOnlySpan<byte> sequence, ReadOnlySpan<byte> field)
    {
        using var aes = Cipher(key);
        return First(aes, key, Encrypt(aes, Xor(rand, key.OperatorKey)), sequence, field)[8..];
    }

    /// <summary>OUT1: f1 and f1*.</summary>
    private static byte[] First(Aes aes, AkaKey key, byte[] temporary, ReadOnlySpan<byte> sequence, ReadOnlySpan<byte> field)
    {
        byte[] half = [.. sequence, .. field];
        var rotated = Xor([.. half, .. half], key.OperatorKey);
        return Xor(Encrypt(aes, Xor(temporary, [.. rotated[8..], .. rotated[..8]])), key.OperatorKey);
    }

    /// <summary>OUT2 (rotation 0, constant 1) and OUT5 (rotation 12 bytes, constant 8).</summary>
    private static byte[] Rotated(Aes aes, AkaKey key, byte[] temporary, int rotation, byte constant)
    {
        var input = Xor(temporary, key.OperatorKey);
        byte[] rotated = [.. input[rotation..], .. input[..rotation]];
        rotated[Block - 1] ^= constant;
        return Xor(Encrypt(aes, rotated), key.OperatorKey);
    }

    private static ulong ToNumber(ReadOnlySpan<byte> sequence)
    {
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        number.Clear();
        sequence.CopyTo(number[^SequenceLength..]);
        return BinaryPrimitives.ReadUInt64BigEndian(number);
    }

    private static Aes Cipher(AkaKey key)
    {
        var aes = Aes.Create();
        aes.Key = key.Key;
        return aes;
    }

#pragma warning disable CA5358 // One block at a time is what MILENAGE is made of.
    private static byte[] Encrypt(Aes aes, ReadOnlySpan<byte> block) => aes.EncryptEcb(block, PaddingMode.None);
#pragma warning restore CA5358

    private static byte[] Xor(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        var result = new byte[a.Length];
        for (var i = 0; i < result.Length; i++) result[i] = (byte)(a[i] ^ b[i]);
        return result;
    }
}
