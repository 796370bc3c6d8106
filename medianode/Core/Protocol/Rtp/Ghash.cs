using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>
/// GHASH (SP 800-38D §6.4) by carry-less multiplication. Blocks are kept byte-reversed and the hash key is multiplied by x
/// beforehand, so that the bit-reflected product needs no shift; four blocks share one reduction.
/// </summary>
internal readonly struct Ghash
{
    private static readonly Vector128<ulong> Polynomial = Vector128.Create(1ul, 0xC200_0000_0000_0000ul);
    private readonly Vector128<ulong> _key1;
    private readonly Vector128<ulong> _key2;
    private readonly Vector128<ulong> _key3;
    private readonly Vector128<ulong> _key4;

    public Ghash(ReadOnlySpan<byte> subkey)
    {
        var key = Load(subkey);
        var carry = key[1] >> 63;
        var shifted = Vector128.Create(key[0] << 1, (key[1] << 1) | (key[0] >> 63));
        _key1 = carry == 0 ? shifted : shifted ^ Polynomial;
        _key2 = Multiply(_key1, _key1);
        _key3 = Multiply(_key2, _key1);
        _key4 = Multiply(_key3, _key1);
    }

    public long ReadAhead() => (long)(_key1[0] ^ _key4[1]);

    public void Compute(ReadOnlySpan<byte> associated, ReadOnlySpan<byte> text, Span<byte> hash)
    {
        var state = Absorb(Vector128<ulong>.Zero, associated);
        state = Absorb(state, text);
        var lengths = Vector128.Create((ulong)text.Length * 8, (ulong)associated.Length * 8);
        Reverse(Multiply(state ^ lengths, _key1)).CopyTo(hash);
    }

    private Vector128<ulong> Absorb(Vector128<ulong> state, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= 64; bytes = bytes[64..])
        {
            var product = Product.Of(state ^ Load(bytes), _key4);
            product.Add(Product.Of(Load(bytes[16..]), _key3));
            product.Add(Product.Of(Load(bytes[32..]), _key2));
            product.Add(Product.Of(Load(bytes[48..]), _key1));
            state = product.Reduce();
        }
        for (; bytes.Length >= 16; bytes = bytes[16..]) state = Multiply(state ^ Load(bytes), _key1);
        if (bytes.IsEmpty) return state;
        Span<byte> last = stackalloc byte[16];
        last.Clear();
        bytes.CopyTo(last);
        return Multiply(state ^ Load(last), _key1);
    }

    private static Vector128<ulong> Multiply(Vector128<ulong> a, Vector128<ulong> key) => Product.Of(a, key).Reduce();

    private static Vector128<ulong> Load(ReadOnlySpan<byte> block) => Reverse(Vector128.Create<byte>(block[..16]).AsUInt64()).AsUInt64();

    private static Vector128<byte> Reverse(Vector128<ulong> block) =>
        Vector128.Shuffle(block.AsByte(), Vector128.Create((byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));

    /// <summary>A 256-bit product as low, middle (to be added at bit 64) and high part, not reduced yet.</summary>
    private struct Product
    {
        private Vector128<ulong> _low;
        private Vector128<ulong> _middle;
        private Vector128<ulong> _high;

        public static Product Of(Vector128<ulong> a, Vector128<ulong> b) => new()
        {
            _low = Pclmulqdq.CarrylessMultiply(a, b, 0x00),
            _middle = Pclmulqdq.CarrylessMultiply(a, b, 0x01) ^ Pclmulqdq.CarrylessMultiply(a, b, 0x10),
            _high = Pclmulqdq.CarrylessMultiply(a, b, 0x11),
        };

        public void Add(in Product other)
        {
            _low ^= other._low;
            _middle ^= other._middle;
            _high ^= other._high;
        }

        /// <summary>Folds 64 bits at a time into the next part, modulo x^128 + x^7 + x^2 + x + 1 in its reflected form.</summary>
        public readonly Vector128<ulong> Reduce()
        {
            var middle = _middle ^ Swap(_low) ^ Pclmulqdq.CarrylessMultiply(Polynomial, _low, 0x01);
            return _high ^ Swap(middle) ^ Pclmulqdq.CarrylessMultiply(Polynomial, middle, 0x01);
        }

        private static Vector128<ulong> Swap(Vector128<ulong> value) => Vector128.Shuffle(value, Vector128.Create(1ul, 0ul));
    }
}
