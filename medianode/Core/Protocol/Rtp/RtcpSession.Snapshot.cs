using System.Text;

namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>Saving the session and taking it up on another node.</summary>
public sealed partial class RtcpSession
{
    /// <summary>What the clock of our reports is ahead of this node's, so that round trips stay right over a move.</summary>
    private TimeSpan _clockOffset;

    public RtcpSessionState Save(Instant now) => new(
        Ssrc, Encoding.ASCII.GetString(_canonicalName), new TimeSpan(now.Ticks) + _clockOffset, _packets, _octets, _lastTimestamp, now - _lastSent, _clockRate,
        _sentSinceReport, _lastSenderReport, now - _lastSenderReportAt, FractionLost, PeerReport, RoundTrip, PeerMetrics, Codec, Source?.Save())
    {
        ExpectedLoss = ExpectedLoss,
    };

    /// <param name="savedAt">When it was saved, on this node's clock.</param>
    public void Restore(Instant savedAt, RtcpSessionState saved)
    {
        Ssrc = saved.Ssrc;
        _canonicalName = Encoding.ASCII.GetBytes(saved.CanonicalName.Length > MaximumNameLength ? saved.CanonicalName[..MaximumNameLength] : saved.CanonicalName);
        _clockOffset = saved.Clock - new TimeSpan(savedAt.Ticks);
        (_packets, _octets) = (saved.Packets, saved.Octets);
        (_lastTimestamp, _lastSent, _clockRate) = (saved.LastTimestamp, savedAt - saved.LastSent, saved.ClockRate);
        _sentSinceReport = saved.SentSinceReport;
        (_lastSenderReport, _lastSenderReportAt) = (saved.LastSenderReport, savedAt - saved.LastSenderReportAt);
        (FractionLost, PeerReport, RoundTrip, PeerMetrics, Codec) = (saved.FractionLost, saved.PeerReport, saved.RoundTrip, saved.PeerMetrics, saved.Codec);
        _lossAtPeer = new LossForecast(saved.ExpectedLoss);
        Source = saved.Source is { } source ? new RtpReceiveStatistics(source) : null;
    }
}
