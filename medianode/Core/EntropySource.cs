using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Byon.MediaNode.Core;

/// <summary>
/// Random bytes for engines that may not reach for the system's: SHA-256 in counter mode over a seed given by the shell
/// (32 bytes from the system's generator), so that a test that fixes the seed fixes every tag, branch and SSRC.
/// </summary>
public sealed class EntropySource
{
    private readonly byte[] _block = new byte[40];
    private ulong _counter;

    public EntropySource(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != 32) throw new ArgumentException("The seed is 32 bytes.", nameof(seed));
        seed.CopyTo(_block);
    }

    public void Fill(Span<byte> destination)
    {
        Span<byte> hash = stackalloc byte[32];
        while (!destination.IsEmpty)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(_block.AsSpan(32), _counter++);
            SHA256.HashData(_block, hash);
            var n = Math.Min(hash.Length, destination.Length);
            hash[..n].CopyTo(destination);
            destination = destination[n..];
        }
    }

    public uint NextUInt32()
    {
        Span<byte> bytes = stackalloc byte[4];
        Fill(bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    /// <summary>Lower-case hexadecimal of <paramref name="bytes"/> random bytes: safe as SIP token, tag, branch and ICE character.</summary>
    public string NextToken(int bytes)
    {
        Span<byte> buffer = stackalloc byte[64];
        Fill(buffer[..bytes]);
        return Convert.ToHexStringLower(buffer[..bytes]);
    }
}
