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
        return new AesCmTransform(encryption, authentication, salt, profile.TagLength());
    }

    /// <summary>Encrypts <paramref name="length"/> bytes of RTP after the header and appends the tag; returns the new length.</summary>
    public abstract int ProtectRtp(Span<byte> buffer, int header, int length, uint ssrc, ulong index);

    /// <summary>
    /// Authenticates and decrypts a whole SRTP packet; returns the plain length, or -1 when it is not authentic: under AES-CM it is then
    /// as it was, and can be tried with another index.
    /// </summary>
    public abstract int UnprotectRtp(Span<byte> packet, int header, uint ssrc, ulong index);

    /// <summary>Encrypts RTCP after its first 8 bytes and appends tag and E-index word (RFC 3711 §3.4, RFC 7714 §9).</summary>
    public abstract int ProtectRtcp(Span<byte> buffer, int length, uint ssrc, uint index);

    /// <summary>Returns the plain length, or -1. <paramref name="trailer"/> is the E-index word as received.</summary>
    public abstract int UnprotectRtcp(Span<byte> packet, uint ssrc, uint trailer);

    /// <summary>Reads what the next packet will need.</summary>
    public abstract long ReadAhead();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
