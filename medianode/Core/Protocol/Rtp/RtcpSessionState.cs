namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>RTCP of one leg as a value; ages count back from when it was saved.</summary>
/// <param name="Clock">What the NTP clock of our reports showed, as time since its start: the peer's reports refer to it.</param>
/// <param name="LastSent">Age of our last packet.</param>
/// <param name="LastSenderReport">Middle of the NTP time stamp of the peer's last report, 0 before any.</param>
/// <param name="LastSenderReportAt">Its age.</param>
public sealed record RtcpSessionState(
    uint Ssrc, string CanonicalName, TimeSpan Clock, uint Packets, uint Octets, uint LastTimestamp, TimeSpan LastSent, int ClockRate, bool SentSinceReport,
    uint LastSenderReport, TimeSpan LastSenderReportAt, byte FractionLost, RtcpReportBlock? PeerReport, TimeSpan? RoundTrip, RtcpVoiceMetrics? PeerMetrics,
    Media.AudioCodec? Codec, RtpReceiveStatisticsState? Source)
{
    /// <summary>See <see cref="LossForecast"/>.</summary>
    public int ExpectedLoss { get; init; }
}

/// <summary>What is known of one source. Jitter starts anew with the other node's clock, from where it was.</summary>
public sealed record RtpReceiveStatisticsState(
    uint Ssrc, uint Base, uint Highest, uint Received, uint ExpectedBefore, uint ReceivedBefore, long JitterTimes16, LossBurstsState Bursts);

/// <summary>The counters of RFC 3611 appendix A.2.</summary>
public sealed record LossBurstsState(
    long SinceLoss, long Lost, long GapReceived, long GapToBurst, long GapLost, long BurstReceived, long BurstToReceived, long BurstLost);

/// <summary>A key press that is under way; times count from when it was saved.</summary>
/// <param name="PressesUntil">See <see cref="DtmfRelay"/>: how far its bound on presses has been used up.</param>
/// <param name="NextTimeout">Null where no key is pressed.</param>
public sealed record DtmfRelayState(
    bool Seen, uint Timestamp, TelephoneEvent Event, long EarlierSegments, long Duration, bool Ended, bool Due, bool Starts, uint SegmentOffset, int EndsToSend,
    TimeSpan PressesUntil, TimeSpan? NextTimeout);
