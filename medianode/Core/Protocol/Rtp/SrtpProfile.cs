namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>SRTP protection profiles this node speaks, by their DTLS-SRTP numbers (RFC 5764 §4.1.2, RFC 7714 §14.2).</summary>
public enum SrtpProfile
{
    /// <summary>SRTP_AES128_CM_HMAC_SHA1_80.</summary>
    Aes128CmHmacSha1 = 0x0001,

    /// <summary>SRTP_AES128_CM_HMAC_SHA1_32: four bytes of tag on RTP, ten on RTCP as with the other one (RFC 3711 §5.2).</summary>
    Aes128CmHmacSha1Short = 0x0002,
    AeadAes128Gcm = 0x0007,
}

public static class SrtpProfiles
{
    public const int MasterKeyLength = 16;

    /// <summary>In bytes: 112 bits (RFC 3711 §8.2), 96 bits for AEAD (RFC 7714 §12).</summary>
    public static int MasterSaltLength(this SrtpProfile profile) => profile == SrtpProfile.AeadAes128Gcm ? 12 : 14;

    /// <summary>In bytes, on RTP.</summary>
    public static int TagLength(this SrtpProfile profile) => profile switch
    {
        SrtpProfile.AeadAes128Gcm => 16,
        SrtpProfile.Aes128CmHmacSha1Short => 4,
        _ => 10,
    };

    /// <summary>In bytes, on RTCP.</summary>
    public static int RtcpTagLength(this SrtpProfile profile) => profile == SrtpProfile.AeadAes128Gcm ? 16 : 10;

    /// <summary>The name as registered, for events and logs.</summary>
    public static string RegisteredName(this SrtpProfile profile) => profile switch
    {
        SrtpProfile.AeadAes128Gcm => "SRTP_AEAD_AES_128_GCM",
        SrtpProfile.Aes128CmHmacSha1Short => "SRTP_AES128_CM_HMAC_SHA1_32",
        _ => "SRTP_AES128_CM_HMAC_SHA1_80",
    };
}
