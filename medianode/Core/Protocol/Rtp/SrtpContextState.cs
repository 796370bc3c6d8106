namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>One stream's place in its index space: roll-over counter and sequence number, or SRTCP index, with the replay window.</summary>
public sealed record SrtpStreamState(uint Ssrc, ReplayWindow Window);

/// <summary>One direction of SRTP as a value. It holds the master key: store it encrypted.</summary>
public sealed record SrtpContextState(
    SrtpProfile Profile, SrtpMasterKey Master, IReadOnlyList<SrtpStreamState> Rtp, IReadOnlyList<SrtpStreamState> Rtcp)
{
    /// <summary>See <see cref="SrtpContext.RollOver"/>.</summary>
    public uint? RollOver { get; init; }
}
