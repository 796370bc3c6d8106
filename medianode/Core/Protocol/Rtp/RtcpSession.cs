using System.Text;
using Byon.MediaNode.Core.Media;

namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>
/// RTCP of one leg with one peer: counts what is sent, judges what is received, says when the next report is due and writes
/// it (RFC 3550 §6). NTP time stamps carry the monotonic clock, as §4 allows: round trips come out right, and the time of day
/// stays private.
/// </summary>
public sealed partial class RtcpSession
{
    /// <summary>Enough for a report with one block, the canonical name, voice metrics and a goodbye.</summary>
    public const int MaximumReportSize = 200;

    /// <summary>Of ours, which are 16 bytes; a longer one would not fit into a report.</summary>
    private const int MaximumNameLength = 32;

    /// <summary>What nearly every sender puts into a packet.</summary>
    private static readonly TimeSpan PacketTime = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>A packet's length, and the least that a jitter buffer holds back.</summary>
    private static readonly TimeSpan OwnDelay = TimeSpan.FromMilliseconds(40);

    private readonly EntropySource _entropy;
    private byte[] _canonicalName;
    private readonly RtcpReportBlock[] _block = new RtcpReportBlock[1];
    private uint _packets;
    private uint _octets;
    private uint _lastTimestamp;
    private Instant _lastSent;
    private int _clockRate;
    private bool _sentSinceReport;
    private uint _lastSenderReport;
    private Instant _lastSenderReportAt;
    private LossForecast _lossAtPeer = new();

    public RtcpSession(EntropySource entropy)
    {
        _entropy = entropy;
        Ssrc = entropy.NextUInt32();
        _canonicalName = Encoding.ASCII.GetBytes(entropy.NextToken(8));
    }

    /// <summary>Of what this node sends on the leg.</summary>
    public uint Ssrc { get; private set; }

    /// <summary>Of the source that is being received; null until there is one.</summary>
    public RtpReceiveStatistics? Source { get; private set; }

    /// <summary>Null until <see cref="Start"/>.</summary>
    public Instant? NextReport { get; private set; }

    public uint PacketsSent => _packets;

    public uint OctetsSent => _octets;

    /// <summary>Of what should have arrived between our last two reports, in 1/256.</summary>
    public byte FractionLost { get; private set; }

    /// <summary>What the peer last said of our stream.</summary>
    public RtcpReportBlock? PeerReport { get; private set; }

    /// <summary>Share of our packets that the peer is about to lose, in per cent.</summary>
    public int ExpectedLoss => _lossAtPeer.Percentage;

    /// <summary>Measured with the peer's last report (RFC 3550 §6.4.1); null until there was one.</summary>
    public TimeSpan? RoundTrip { get; private set; }

    /// <summary>What the peer says its users hear of our stream; null until it has reported that.</summary>
    public RtcpVoiceMetrics? PeerMetrics { get; private set; }

    /// <summary>Of the audio that arrived last.</summary>
    public AudioCodec? Codec { get; set; }

    /// <summary>The peer wants voice metrics with each report.</summary>
    public bool ReportsVoice { get; set; }

    /// <summary>What arrives sounds like this; null before any audio.</summary>
    public VoiceQuality? Quality => Source is { Received: > 0 } source && Codec is { } codec
        ? VoiceQuality.Estimate(codec, Math.Max(source.Lost, 0) / (double)Math.Max(source.Expected, 1), (RoundTrip ?? TimeSpan.Zero) / 2 + OwnDelay)
        : null;

    /// <summary>The first report comes after half an interval (RFC 3550 §6.2).</summary>
    public void Start(Instant now) => NextReport ??= now + Randomize(Interval / 2);

    public void StartSource(uint ssrc) => Source = new RtpReceiveStatistics(ssrc);

    public void Sent(Instant now, uint timestamp, int payloadLength, int clockRate)
    {
        _packets++;
        _octets += (uint)payloadLength;
        _lastTimestamp = timestamp;
        _lastSent = now;
        _clockRate = clockRate;
        _sentSinceReport = true;
    }

    /// <summary>Reads what the next packet of the peer's will need, see <see cref="MediaSession.ReadAhead"/>.</summary>
    internal long ReadAheadHearing() => Source is { } source ? source.Received + source.Bursts.ReadAhead() : 0;

    /// <summary>Reads what the next packet to the peer will need.</summary>
    internal long ReadAheadTelling() => _packets;

    /// <summary>Takes in one compound; false when something in it is not RTCP.</summary>
    public bool Receive(Instant now, ReadOnlySpan<byte> compound)
    {
        var reader = new RtcpReader(compound);
        while (reader.TryRead(out var packet))
        {
            if (packet.Type == RtcpType.ExtendedReport && RtcpVoiceMetrics.TryFind(packet.Blocks, out var metrics) && metrics.Ssrc == Ssrc) PeerMetrics = metrics;
            if (packet.Type is not (RtcpType.SenderReport or RtcpType.ReceiverReport)) continue;
            if (packet.Type == RtcpType.SenderReport && packet.Ssrc == Source?.Ssrc)
            {
                _lastSenderReport = (uint)(packet.SenderInfo.NtpTimestamp >> 16);
                _lastSenderReportAt = now;
            }

            for (var i = 0; i < packet.Count; i++)
                if (packet.Report(i) is var report && report.Ssrc == Ssrc) Judge(now, report);
        }

        return !reader.Malformed;
    }

    /// <summary>Writes the compound that is due, and plans the next one. Returns its length.</summary>
    public int WriteReport(Instant now, Span<byte> buffer)
    {
        NextReport = now + Randomize(Interval);
        var writer = new RtcpWriter(buffer);
        Write(now, ref writer);
        return writer.Length;
    }

    /// <summary>The last compound of the leg: a report with a goodbye (RFC 3550 §6.6).</summary>
    public int WriteGoodbye(Instant now, Span<byte> buffer)
    {
        NextReport = null;
        var writer = new RtcpWriter(buffer);
        Write(now, ref writer);
        writer.WriteGoodbye(Ssrc);
        return writer.Length;
    }

    private void Write(Instant now, ref RtcpWriter writer)
    {
        var blocks = ReadOnlySpan<RtcpReportBlock>.Empty;
        if (Source is { Received: > 0 })
        {
            var delay = _lastSenderReport == 0 ? 0 : (uint)RtpClock.Units(now - _lastSenderReportAt, 65536);
            _block[0] = Source.TakeReport(_lastSenderReport, delay);
            FractionLost = _block[0].FractionLost;
            blocks = _block;
        }

        if (_sentSinceReport)
        {
            var timestamp = _lastTimestamp + (uint)RtpClock.Units(now - _lastSent, _clockRate);
            writer.WriteSenderReport(Ssrc, new RtcpSenderInfo(NtpOf(now + _clockOffset), timestamp, _packets, _octets), blocks);
        }
        else
        {
            writer.WriteReceiverReport(Ssrc, blocks);
        }

        _sentSinceReport = false;
        writer.WriteCanonicalName(Ssrc, _canonicalName);
        if (ReportsVoice && Quality is { } quality) writer.WriteVoiceMetrics(Ssrc, Metrics(Source!, quality));
    }

    private RtcpVoiceMetrics Metrics(RtpReceiveStatistics source, VoiceQuality quality) => new(
        source.Ssrc, (byte)Math.Min(255, Math.Max(source.Lost, 0) * 256L / Math.Max(source.Expected, 1)), 0, source.Bursts.BurstDensity, source.Bursts.GapDensity,
        Milliseconds(PacketTime * source.Bursts.BurstLength), Milliseconds(PacketTime * source.Bursts.GapLength),
        Milliseconds(RoundTrip ?? TimeSpan.Zero), Milliseconds(OwnDelay),
        (byte)Math.Round(quality.Rating), (byte)Math.Round(quality.ListeningMos * 10), (byte)Math.Round(quality.Mos * 10));

    private static ushort Milliseconds(TimeSpan duration) => (ushort)Math.Clamp(duration.TotalMilliseconds, 0, ushort.MaxValue);

    private void Judge(Instant now, in RtcpReportBlock report)
    {
        PeerReport = report;
        _lossAtPeer.Update(report.FractionLost);
        if (report.LastSenderReport == 0) return;
        var units = (uint)(NtpOf(now + _clockOffset) >> 16) - report.LastSenderReport - report.DelaySinceLastSenderReport;

        // A peer that reports nonsense makes the difference negative or hours long: no measurement then.
        if (units < 65536 * 60) RoundTrip = RtpClock.Duration(units, 65536);
    }

    private static ulong NtpOf(Instant now)
    {
        var seconds = (ulong)(now.Ticks / TimeSpan.TicksPerSecond) & 0x7FFFFFFF;
        var fraction = ((ulong)(now.Ticks % TimeSpan.TicksPerSecond) << 32) / TimeSpan.TicksPerSecond;
        return seconds << 32 | fraction;
    }

    /// <summary>Half to one and a half times the interval, so that reports of many calls do not fall into step (RFC 3550 §6.3.1).</summary>
    private TimeSpan Randomize(TimeSpan interval) => interval * (0.5 + _entropy.NextUInt32() / (double)uint.MaxValue);
}
