namespace Byon.MediaNode.Core.Protocol.Dtls;

/// <summary>A certificate fingerprint (RFC 8122 §5): hash name in lower case, digest in upper-case hex pairs with colons.</summary>
public sealed record DtlsFingerprint(string HashFunction, string Value);
