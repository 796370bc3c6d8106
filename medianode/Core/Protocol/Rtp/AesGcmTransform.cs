using System.Buffers.Binary;

namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>AEAD_AES_128_GCM (RFC 7714).</summary>
internal sealed class AesGcmTransform(byte[] encryption, ReadOnlySpan<byte> salt) : SrtpTransform
{
    private const int TagLength = AesGcmMode.TagLength;
    private const int NonceLength = AesGcmMode.NonceLength;
    private readonly AesGcmMode _cipher = new(encryption);
    private readonly uint _saltHead = BinaryPrimitives.ReadUInt32BigEndian(salt);
    private readonly ulong _saltTail = BinaryPrimitives.ReadUInt64BigEndian(salt[sizeof(uint)..]);

    public override int ProtectRtp(Span<byte> buffer, int header, int length, uint ssrc, ulong index)
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        Nonce(nonce, ssrc, index);
        var payload = buffer[header..length];
        _cipher.Encrypt(nonce, payload, buffer.Slice(length, TagLength), buffer[..header]);
        return length + TagLength;
    }

    public override int UnprotectRtp(Span<byte> packet, int header, uint ssrc, ulong index)
    {
        var length = packet.Length - TagLength;
        if (length < header) return -1;
        Span<byte> nonce = stackalloc byte[NonceLength];
        Nonce(nonce, ssrc, index);
        var payload = packet[header..length];
        return _cipher.TryDecrypt(nonce, payload, packet[length..], packet[..header]) ? length : -1;
    }

    public override int ProtectRtcp(Span<byte> buffer, int length, uint ssrc, uint index)
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        Nonce(nonce, ssrc, index);
        Span<byte> associated = stackalloc byte[SrtpContext.RtcpHeaderLength + 4];
        Associate(associated, buffer, SrtpContext.EncryptedFlag | index);
        var payload = buffer[SrtpContext.RtcpHeaderLength..length];
        _cipher.Encrypt(nonce, payload, buffer.Slice(length, TagLength), associated);
        BinaryPrimitives.WriteUInt32BigEndian(buffer[(length + TagLength)..], SrtpContext.EncryptedFlag | index);
        return length + TagLength + 4;
    }

    public override int UnprotectRtcp(Span<byte> packet, uint ssrc, uint trailer)
    {
        var length = packet.Length - 4 - TagLength;
        // Authenticated but not encrypted packets put everything into the associated data (RFC 7714 §9.3); browsers never send them.
        if ((trailer & SrtpContext.EncryptedFlag) == 0) return -1;
        Span<byte> nonce = stackalloc byte[NonceLength];
        Nonce(nonce, ssrc, trailer & ~SrtpContext.EncryptedFlag);
        Span<byte> associated = stackalloc byte[SrtpContext.RtcpHeaderLength + 4];
        Associate(associated, packet, trailer);
        var payload = packet[SrtpContext.RtcpHeaderLength..length];
        return _cipher.TryDecrypt(nonce, payload, packet.Slice(length, TagLength), associated) ? length : -1;
    }

    public override long ReadAhead() => _saltHead + _cipher.ReadAhead();

    protected override void Dispose(bool disposing) => _cipher.Dispose();

    private static void Associate(Span<byte> associated, ReadOnlySpan<byte> packet, uint trailer)
    {
        packet[..SrtpContext.RtcpHeaderLength].CopyTo(associated);
        BinaryPrimitives.WriteUInt32BigEndian(associated[SrtpContext.RtcpHeaderLength..], trailer);
    }

    /// <summary>Two bytes of zero, the SSRC and the index in 48 bits, XOR the salt: RTP and RTCP alike (RFC 7714 §8.1, §9.1).</summary>
    private void Nonce(Span<byte> nonce, uint ssrc, ulong index)
    {
        BinaryPrimitives.WriteUInt32BigEndian(nonce, _saltHead ^ (ssrc >> 16));
        BinaryPrimitives.WriteUInt64BigEndian(nonce[sizeof(uint)..], _saltTail ^ (((ulong)ssrc << 48) | index));
    }
}
