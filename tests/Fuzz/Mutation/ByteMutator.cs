using System.Buffers.Binary;

namespace Byon.Tests.Fuzz.Mutation;

/// <summary>Bytes without any structure, but for the lengths and numbers that binary formats are full of.</summary>
public sealed class ByteMutator : Mutator
{
    private static readonly byte[] Bytes = [0, 1, 2, 3, 4, 0x7F, 0x80, 0xFE, 0xFF];
    private static readonly ushort[] Words = [0, 1, 2, 3, 4, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF];

    /// <summary>A single step, for mutators that know more.</summary>
    internal byte[] Once(byte[] input, IReadOnlyList<byte[]> others, Random dice) => Step(input, others, dice);

    protected override byte[] Step(byte[] input, IReadOnlyList<byte[]> others, Random dice)
    {
        var bytes = input.ToList();
        if (bytes.Count == 0) return [.. others[dice.Next(others.Count)]];
        var at = dice.Next(bytes.Count);
        var length = Math.Min(1 + dice.Next(1 + dice.Next(64)), bytes.Count - at);
        switch (dice.Next(10))
        {
            case 0: bytes[at] ^= (byte)(1 << dice.Next(8)); break;
            case 1: bytes[at] = (byte)dice.Next(256); break;
            case 2: bytes[at] = Bytes[dice.Next(Bytes.Length)]; break;
            case 3: bytes.RemoveRange(at, length); break;
            case 4: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
            case 5: bytes.RemoveRange(at, bytes.Count - at); break;
            case 6: return Spliced(input, at, others[dice.Next(others.Count)], dice);
            case 7: return WithWord(input, at, Words[dice.Next(Words.Length)]);
            case 8: return WithWord(input, at, (ushort)(input.Length - at - dice.Next(8)));
            default: bytes[at] += (byte)dice.Next(-4, 5); break;
        }

        return [.. bytes];
    }

    private static byte[] Spliced(byte[] input, int at, byte[] other, Random dice) => [.. input[..at], .. other[dice.Next(other.Length + 1)..]];

    private static byte[] WithWord(byte[] input, int at, ushort word)
    {
        if (at + 2 > input.Length) return input;
        var changed = input.ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(changed.AsSpan(at), word);
        return changed;
    }
}
