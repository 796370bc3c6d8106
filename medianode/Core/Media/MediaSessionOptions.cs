namespace Byon.MediaNode.Core.Media;

/// <param name="IdleTime">How long the network may be silent, RTP and RTCP, while both directions are open; null waits for ever.</param>
/// <param name="ExactSource">Take RTP only from the very address and port that the network's description names.</param>
public sealed record MediaSessionOptions(TimeSpan? IdleTime, bool ExactSource)
{
    public static MediaSessionOptions Default { get; } = new(TimeSpan.FromMinutes(5), false);
}
