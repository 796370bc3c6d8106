using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using AesInstructions = System.Runtime.Intrinsics.X86.Aes;

namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>
/// AES-128 in counter mode (RFC 3711 §4.1.1), in place and without allocation. The AES instructions are used where there are any;
/// elsewhere the platform's ECB makes the key stream, which is also what the tests hold the instructions against.
/// </summary>
internal sealed class AesCounterMode : IDisposable
{
    public const int BlockLength = 16;
    private const int Rounds = 10;
    private const int BlocksAtOnce = 16;

    private readonly Aes? _platform;
    private RoundKeys _keys;

    public AesCounterMode(ReadOnlySpan<byte> key, bool usePlatform = false)
    {
        if (key.Length != BlockLength) throw new ArgumentException("The key is 16 bytes.", nameof(key));
        if (AesInstructions.IsSupported && !usePlatform)
        {
            Expand(key, _keys);
            return;
        }
        _platform = Aes.Create();
        _platform.SetKey(key);
    }

    /// <summary>XORs the key stream that starts at the counter block onto the bytes. The counter is the last 16 bits.</summary>
    public void Apply(ReadOnlySpan<byte> counterBlock, Span<byte> bytes)
    {
        if (_platform is null) ApplyInstructions(counterBlock, bytes);
        else ApplyPlatform(_platform, counterBlock, bytes);
    }

    public long ReadAhead() => _keys[0][0] + _keys[4][0] + _keys[8][0];

    public void Dispose()
    {
        _platform?.Dispose();
        MemoryMarshal.AsBytes((Span<Vector128<byte>>)_keys).Clear();
    }

    private static void ApplyPlatform(Aes aes, ReadOnlySpan<byte> counterBlock, Span<byte> bytes)
    {
        Span<byte> stream = stackalloc byte[BlockLength * BlocksAtOnce];
        var counter = BinaryPrimitives.ReadUInt16BigEndian(counterBlock[14..]);
        while (!bytes.IsEmpty)
        {
            var blocks = Math.Min(BlocksAtOnce, (bytes.Length + BlockLength - 1) / BlockLength);
            var used = stream[..(blocks * BlockLength)];
            for (var i = 0; i < blocks; i++)
            {
                counterBlock.CopyTo(used[(i * BlockLength)..]);
                BinaryPrimitives.WriteUInt16BigEndian(used[((i * BlockLength) + 14)..], counter++);
            }
            aes.EncryptEcb(used, used, PaddingMode.None);
            var n = Math.Min(used.Length, bytes.Length);
            for (var i = 0; i < n; i++) bytes[i] ^= used[i];
            bytes = bytes[n..];
        }
    }

    private void ApplyInstructions(ReadOnlySpan<byte> counterBlock, Span<byte> bytes)
    {
        var first = Vector128.Create<byte>(counterBlock);
        var counter = BinaryPrimitives.ReadUInt16BigEndian(counterBlock[14..]);
        for (; bytes.Length >= BlockLength; bytes = bytes[BlockLength..])
            (Vector128.Create<byte>(bytes) ^ Encrypt(WithCounter(first, counter++))).CopyTo(bytes);
        if (bytes.IsEmpty) return;
        Span<byte> last = stackalloc byte[BlockLength];
        Encrypt(WithCounter(first, counter)).CopyTo(last);
        for (var i = 0; i < bytes.Length; i++) bytes[i] ^= last[i];
    }

    private static Vector128<byte> WithCounter(Vector128<byte> block, ushort counter) =>
        block.AsUInt16().WithElement(7, BinaryPrimitives.ReverseEndianness(counter)).AsByte();

    private Vector128<byte> Encrypt(Vector128<byte> block)
    {
        block ^= _keys[0];
        for (var round = 1; round < Rounds; round++) block = AesInstructions.Encrypt(block, _keys[round]);
        return AesInstructions.EncryptLast(block, _keys[Rounds]);
    }

    /// <summary>Key expansion of FIPS 197 §5.2 for AES-128.</summary>
    private static void Expand(ReadOnlySpan<byte> key, Span<Vector128<byte>> keys)
    {
        keys[0] = Vector128.Create<byte>(key);
        keys[1] = Next(keys[0], AesInstructions.KeygenAssist(keys[0], 0x01));
        keys[2] = Next(keys[1], AesInstructions.KeygenAssist(keys[1], 0x02));
        keys[3] = Next(keys[2], AesInstructions.KeygenAssist(keys[2], 0x04));
        keys[4] = Next(keys[3], AesInstructions.KeygenAssist(keys[3], 0x08));
        keys[5] = Next(keys[4], AesInstructions.KeygenAssist(keys[4], 0x10));
        keys[6] = Next(keys[5], AesInstructions.KeygenAssist(keys[5], 0x20));
        keys[7] = Next(keys[6], AesInstructions.KeygenAssist(keys[6], 0x40));
        keys[8] = Next(keys[7], AesInstructions.KeygenAssist(keys[7], 0x80));
        keys[9] = Next(keys[8], AesInstructions.KeygenAssist(keys[8], 0x1B));
        keys[10] = Next(keys[9], AesInstructions.KeygenAssist(keys[9], 0x36));
    }

    /// <summary>Each word is the XOR of all words before it in its round key and of the assist's last word.</summary>
    private static Vector128<byte> Next(Vector128<byte> previous, Vector128<byte> assist)
    {
        var words = previous.AsUInt32();
        var last = assist.AsUInt32()[3];
        var w0 = words[0] ^ last;
        var w1 = words[1] ^ w0;
        var w2 = words[2] ^ w1;
        return Vector128.Create(w0, w1, w2, words[3] ^ w2).AsByte();
    }

    [InlineArray(Rounds + 1)]
    private struct RoundKeys
    {
        private Vector128<byte> _first;
    }
}
