namespace Byon.MediaNode.Core.Protocol.Sip.Digest;

/// <summary>The algorithms of RFC 7616 §3.2 and RFC 3310 that IMS registrars use, weakest first.</summary>
public enum DigestAlgorithm
{
    Md5,
    Sha256,

    /// <summary>RFC 3310: MD5 with the RES of IMS AKA for a password.</summary>
    AkaV1Md5,
}
