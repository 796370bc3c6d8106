using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>AES-CM with HMAC-SHA1, whose tag may be cut short on RTP (RFC 3711 §4.1.1, §4.2.1).</summary>
internal sealed class AesCmTransform(byte[] encryption, ReadOnlySpan<byte> authentication, byte[] salt, int rtpTag = AesCmTransform.TagLength) : SrtpTransform
{
    public const int AuthenticationKeyLength = 20;
    private const int TagLength = 10;
    private readonly AesCounterMode _cipher = new(encryption);

    /// <summary>It has taken in the key once: to do so with each packet would cost as much as the packet.</summary>
    private readonly IncrementalHash _authentication = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA1, authentication);

    public override int ProtectRtp(Span<byte> buffer, int header, int length, uint ssrc, ulong index)
    {
        Encrypt(buffer[header..length], ssrc, index);
        // The roll-over counter is authenticated but not sent (RFC 3711 §4.2): it stands where the tag will.
        BinaryPrimitives.WriteUInt32BigEndian(buffer[length..], (uint)(index >> 16));
        Sign(buffer[..(length + 4)], buffer.Slice(length, rtpTag));
        return length + rtpTag;
    }

    public override int UnprotectRtp(Span<byte> packet, int header, uint ssrc, ulong index)
    {
        var length = packet.Length - rtpTag;
        if (length < header) return -1;
        Span<byte> tag = stackalloc byte[TagLength];
        tag = tag[..rtpTag];
        packet[length..].CopyTo(tag);
        BinaryPrimitives.WriteUInt32BigEndian(packet[length..], (uint)(index >> 16));
        if (!IsAuthentic(packet[..(length + 4)], tag))
        {
            tag.CopyTo(packet[length..]);
            return -1;
        }

        Encrypt(packet[header..length], ssrc, index);
        return length;
    }

    public override int ProtectRtcp(Span<byte> buffer, int length, uint ssrc, uint index)
    {
        Encrypt(buffer[SrtpContext.RtcpHeaderLength..length], ssrc, index);
        BinaryPrimitives.WriteUInt32BigEndian(buffer[length..], SrtpContext.EncryptedFlag | index);
        Sign(buffer[..(length + 4)], buffer.Slice(length + 4, TagLength));
        return length + 4 + TagLength;
    }

    public override int UnprotectRtcp(Span<byte> packet, uint ssrc, uint trailer)
    {
        var signed = packet.Length - TagLength;
        if (!IsAuthentic(packet[..signed], packet[signed..])) return -1;
        var length = signed - 4;
        if ((trailer & SrtpContext.EncryptedFlag) != 0)
            Encrypt(packet[SrtpContext.RtcpHeaderLength..length], ssrc, trailer & ~SrtpContext.EncryptedFlag);
        return length;
    }

    public override long ReadAhead() => salt[0] + _cipher.ReadAhead();

    protected override void Dispose(bool disposing)
    {
        _cipher.Dispose();
        _authentication.Dispose();
    }

    /// <summary>The counter block is salt·2^16 XOR ssrc·2^64 XOR index·2^16; decryption is the same.</summary>
    private void Encrypt(Span<byte> bytes, uint ssrc, ulong index)
    {
        Span<byte> block = stackalloc byte[AesCounterMode.BlockLength];
        block.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(block[4..], ssrc);
        BinaryPrimitives.WriteUInt64BigEndian(block[8..], index << 16);
        for (var i = 0; i < salt.Length; i++) block[i] ^= salt[i];
        _cipher.Apply(block, bytes);
    }

    private void Sign(ReadOnlySpan<byte> bytes, Span<byte> tag)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        Hash(bytes, hash);
        hash[..tag.Length].CopyTo(tag);
    }

    private bool IsAuthentic(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> tag)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        Hash(bytes, hash);
        return CryptographicOperations.FixedTimeEquals(hash[..tag.Length], tag);
    }

    private void Hash(ReadOnlySpan<byte> bytes, Span<byte> hash)
    {
        _authentication.AppendData(bytes);
        _authentication.GetHashAndReset(hash);
    }
}
