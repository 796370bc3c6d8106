namespace Byon.MediaNode.Core.Protocol.Sdp;

/// <summary>
/// Version and identity of the descriptions one leg sends: o= must keep its id and count its version up by one for each
/// change (RFC 3264 §8).
/// </summary>
public sealed record SdpOrigin(ulong SessionId, ulong Version)
{
    public SdpOrigin Next() => this with { Version = Version + 1 };
}
