namespace Byon.MediaNode.Core.Protocol.Sip.Digest;

/// <summary>The hash functions of RFC 7616 §3.2 that IMS registrars use, weakest first.</summary>
public enum DigestAlgorithm
{
    Md5,
    Sha256,
}
