using System.Buffers.Binary;

namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>AEAD_AES_128_GCM (RFC 7714).</summary>
internal sealed class AesGcmTransform(byte[] encryption, byte[] salt) : SrtpTransform
{
    private const int TagLength = AesGcmMode.TagLength;
    private const int NonceLength = AesGcmMode.NonceLength;
    private readonly AesGcmMode _cipher = new(encryption);

    public override int ProtectRtp(Span<byte> buffer, int header, int length, uint ssrc, ulong index)
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        RtpNonce(nonce, ssrc, index);
        var payload = buffer[header..length];
        _cipher.Encrypt(nonce, payload, buffer.Slice(length, TagLength), buffer[..header]);
        return length + TagLength;
    }

    public override int UnprotectRtp(Span<byte> packet, int header, uint ssrc, ulong index)
    {
        var length = packet.Length - TagLength;
        if (length < header) return -1;
        Span<byte> nonce = stackalloc byte[NonceLength];
        RtpNonce(nonce, ssrc, index);
        var payload = packet[header..length];
        return _cipher.TryDecrypt(nonce, payload, packet[length..], packet[..header]) ? length : -1;
    }

    public override int ProtectRtcp(Span<byte> buffer, int length, uint ssrc, uint index)
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        RtcpNonce(nonce, ssrc, index);
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
        RtcpNonce(nonce, ssrc, trailer & ~SrtpContext.EncryptedFlag);
        Span<byte> associated = stackalloc byte[SrtpContext.RtcpHeaderLength + 4];
        Associate(associated, packet, trailer);
        var payload = packet[SrtpContext.RtcpHeaderLength..length];
        return _cipher.TryDecrypt(nonce, payload, packet.Slice(length, TagLength), associated) ? length : -1;
    }

    public override long ReadAhead() => salt[0] + _cipher.ReadAhead();

    protected override void Dispose(bool disposing) => _cipher.Dispose();

    private static void Associate(Span<byte> associated, ReadOnlySpan<byte> packet, uint trailer)
    {
        packet[..SrtpContext.RtcpHeaderLength].CopyTo(associated);
        BinaryPrimitives.WriteUInt32BigEndian(associated[SrtpContext.RtcpHeaderLength..], trailer);
    }

    private void RtpNonce(Span<byte> nonce, uint ssrc, ulong index)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(nonce[4..], index);
        BinaryPrimitives.WriteUInt32BigEndian(nonce[2..], ssrc);
        Salt(nonce);
    }

    private void RtcpNonce(Span<byte> nonce, uint ssrc, uint index)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(nonce[2..], ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(nonce[8..], index);
        Salt(nonce);
    }

    private void Salt(Span<byte> nonce)
    {
        for (var i = 0; i < NonceLength; i++) nonce[i] ^= salt[i];
    }
}
