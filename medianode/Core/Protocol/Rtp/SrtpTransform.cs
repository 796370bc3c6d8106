using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>The cryptographic transform of one direction, RTP or RTCP: encrypts and authenticates in place.</summary>
internal abstract class SrtpTransform : IDisposable
{
    public static SrtpTransform Create(SrtpProfile profile, SrtpMasterKey master, bool rtcp)
    {
        var encryption = SrtpKeyDerivation.Derive(master, rtcp ? SrtpLabel.RtcpEncryption : SrtpLabel.RtpEncryption, SrtpProfiles.MasterKeyLength);
        var salt = SrtpKeyDerivation.Derive(master, rtcp ? SrtpLabel.RtcpSalt : SrtpLabel.RtpSalt, profile.MasterSaltLength());
        if (profile == SrtpProfile.AeadAes128Gcm) return new AesGcmTransform(encryption, salt);
        var authentication = SrtpKeyDerivation.Derive(master, rtcp ? SrtpLabel.RtcpAuthentication : SrtpLabel.RtpAuthentication, AesCmTransform.AuthenticationKeyLength);
        return new AesCmTransform(encryption, authentication, salt);
    }

    /// <summary>Encrypts <paramref name="length"/> bytes of RTP after the header and appends the tag; returns the new length.</summary>
    public abstract int ProtectRtp(Span<byte> buffer, int header, int length, uint ssrc, ulong index);

    /// <summary>Authenticates and decrypts a whole SRTP packet; returns the plain length, or -1 when it is not authentic.</summary>
    public abstract int UnprotectRtp(Span<byte> packet, int header, uint ssrc, ulong index);

    /// <summary>Encrypts RTCP after its first 8 bytes and appends tag and E-index word (RFC 3711 §3.4, RFC 7714 §9).</summary>
    public abstract int ProtectRtcp(Span<byte> buffer, int length, uint ssrc, uint index);

    /// <summary>Returns the plain length, or -1. <paramref name="trailer"/> is the E-index word as received.</summary>
    public abstract int UnprotectRtcp(Span<byte> packet, uint ssrc, uint trailer);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}

/// <summary>AES-CM with HMAC-SHA1-80 (RFC 3711 §4.1.1, §4.2.1).</summary>
internal sealed class AesCmTransform(byte[] encryption, byte[] authentication, byte[] salt) : SrtpTransform
{
    public const int AuthenticationKeyLength = 20;
    private const int TagLength = 10;
    private readonly AesCounterMode _cipher = new(encryption);

    public override int ProtectRtp(Span<byte> buffer, int header, int length, uint ssrc, ulong index)
    {
        Encrypt(buffer[header..length], ssrc, index);
        // The roll-over counter is authenticated but not sent (RFC 3711 §4.2): it stands where the tag will.
        BinaryPrimitives.WriteUInt32BigEndian(buffer[length..], (uint)(index >> 16));
        Sign(buffer[..(length + 4)], buffer.Slice(length, TagLength));
        return length + TagLength;
    }

    public override int UnprotectRtp(Span<byte> packet, int header, uint ssrc, ulong index)
    {
        var length = packet.Length - TagLength;
        if (length < header) return -1;
        Span<byte> tag = stackalloc byte[TagLength];
        packet[length..].CopyTo(tag);
        BinaryPrimitives.WriteUInt32BigEndian(packet[length..], (uint)(index >> 16));
        if (!IsAuthentic(packet[..(length + 4)], tag)) return -1;
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

    protected override void Dispose(bool disposing)
    {
        _cipher.Dispose();
        CryptographicOperations.ZeroMemory(authentication);
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
        hash[..TagLength].CopyTo(tag);
    }

    private bool IsAuthentic(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> tag)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        Hash(bytes, hash);
        return CryptographicOperations.FixedTimeEquals(hash[..TagLength], tag);
    }

#pragma warning disable CA5350 // HMAC-SHA1 is SRTP's mandatory authentication (RFC 3711 §4.2.1).
    private void Hash(ReadOnlySpan<byte> bytes, Span<byte> hash) => HMACSHA1.HashData(authentication, bytes, hash);
#pragma warning restore CA5350
}

/// <summary>AEAD_AES_128_GCM (RFC 7714).</summary>
internal sealed class AesGcmTransform(byte[] encryption, byte[] salt) : SrtpTransform
{
    private const int TagLength = 16;
    private const int NonceLength = 12;
    private readonly AesGcm _cipher = new(encryption, TagLength);

    public override int ProtectRtp(Span<byte> buffer, int header, int length, uint ssrc, ulong index)
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        RtpNonce(nonce, ssrc, index);
        var payload = buffer[header..length];
        _cipher.Encrypt(nonce, payload, payload, buffer.Slice(length, TagLength), buffer[..header]);
        return length + TagLength;
    }

    public override int UnprotectRtp(Span<byte> packet, int header, uint ssrc, ulong index)
    {
        var length = packet.Length - TagLength;
        if (length < header) return -1;
        Span<byte> nonce = stackalloc byte[NonceLength];
        RtpNonce(nonce, ssrc, index);
        var payload = packet[header..length];
        return TryDecrypt(nonce, payload, packet[length..], packet[..header]) ? length : -1;
    }

    public override int ProtectRtcp(Span<byte> buffer, int length, uint ssrc, uint index)
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        RtcpNonce(nonce, ssrc, index);
        Span<byte> associated = stackalloc byte[SrtpContext.RtcpHeaderLength + 4];
        Associate(associated, buffer, SrtpContext.EncryptedFlag | index);
        var payload = buffer[SrtpContext.RtcpHeaderLength..length];
        _cipher.Encrypt(nonce, payload, payload, buffer.Slice(length, TagLength), associated);
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
        return TryDecrypt(nonce, payload, packet.Slice(length, TagLength), associated) ? length : -1;
    }

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

    private bool TryDecrypt(ReadOnlySpan<byte> nonce, Span<byte> payload, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> associated)
    {
        try
        {
            _cipher.Decrypt(nonce, payload, tag, payload, associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }
}
