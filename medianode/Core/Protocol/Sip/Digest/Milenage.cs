using System.Security.Cryptography;

namespace Byon.MediaNode.Core.Protocol.Sip.Digest;

/// <summary>The functions f1, f2 and f5 of MILENAGE (TS 35.206 §4.1): what a USIM computes from a challenge.</summary>
internal static class Milenage
{
    private const int Block = 16;

    /// <param name="Mac">f1: 8 bytes that prove who asked.</param>
    /// <param name="Response">f2: RES, 8 bytes.</param>
    public sealed record Outcome(byte[] Mac, byte[] Response);

    /// <param name="rand">RAND, 16 bytes.</param>
    /// <param name="concealedSequence">SQN xor AK as AUTN begins with, 6 bytes.</param>
    /// <param name="field">AMF, 2 bytes.</param>
    public static Outcome Compute(AkaKey key, ReadOnlySpan<byte> rand, ReadOnlySpan<byte> concealedSequence, ReadOnlySpan<byte> field)
    {
#pragma warning disable CA5358 // One block at a time is what MILENAGE is made of.
        using var aes = Aes.Create();
        aes.Key = key.Key;
        byte[] Encrypt(ReadOnlySpan<byte> block) => aes.EncryptEcb(block, PaddingMode.None);
#pragma warning restore CA5358
        var temporary = Encrypt(Xor(rand, key.OperatorKey));

        var second = Xor(temporary, key.OperatorKey);
        second[Block - 1] ^= 1;
        second = Xor(Encrypt(second), key.OperatorKey);

        var sequence = Xor(concealedSequence, second.AsSpan(0, 6));
        byte[] half = [.. sequence, .. field];
        var rotated = Xor([.. half, .. half], key.OperatorKey);
        rotated = [.. rotated[8..], .. rotated[..8]];
        var first = Xor(Encrypt(Xor(temporary, rotated)), key.OperatorKey);
        return new Outcome(first[..8], second[8..]);
    }

    private static byte[] Xor(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        var result = new byte[a.Length];
        for (var i = 0; i < result.Length; i++) result[i] = (byte)(a[i] ^ b[i]);
        return result;
    }
}
