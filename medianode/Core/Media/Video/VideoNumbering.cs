using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Media.Video;

/// <summary>
/// Numbers of the one stream that a leg's peer sees, whatever its sources do: sequence numbers go on without a gap of ours, time
/// stamps with the clock. Gaps and reordering of a source stay visible.
/// </summary>
internal sealed class VideoNumbering
{
    /// <summary>A source whose sequence jumps further than this has started anew (RFC 3550 A.1).</summary>
    private const int LongestJump = 3000;

    private ushort _sequence;
    private uint _timestamp;
    private Instant? _at;
    private uint? _source;
    private ushort _sourceStart;
    private ushort _sourceHighest;
    private ushort _sequenceOffset;
    private uint _timestampOffset;

    public VideoNumbering(EntropySource entropy)
    {
        _sequence = (ushort)entropy.NextUInt32();
        _timestamp = entropy.NextUInt32();
    }

    /// <summary>False for a packet from before the source was taken up: it has no number left.</summary>
    public bool TryMap(Instant now, in RtpPacket packet, out ushort sequence, out uint timestamp)
    {
        if (_source != packet.Ssrc || Math.Abs(RtpPacket.Distance(_sourceHighest, packet.SequenceNumber)) > LongestJump) Begin(now, packet);
        sequence = (ushort)(packet.SequenceNumber + _sequenceOffset);
        timestamp = packet.Timestamp + _timestampOffset;
        if (RtpPacket.Distance(_sourceStart, packet.SequenceNumber) < 0) return false;
        if (RtpPacket.Distance(_sourceHighest, packet.SequenceNumber) < 0) return true;

        _sourceHighest = packet.SequenceNumber;
        (_sequence, _timestamp, _at) = (sequence, timestamp, now);
        // The start follows at a distance, or it would lie ahead once the numbers have gone half round.
        if (RtpPacket.Distance(_sourceStart, _sourceHighest) > LongestJump) _sourceStart = (ushort)(_sourceHighest - LongestJump);
        return true;
    }

    /// <summary>The source's own number of a packet that was sent under <paramref name="sequence"/>; null for none of its packets.</summary>
    public ushort? SourceOf(ushort sequence)
    {
        var source = (ushort)(sequence - _sequenceOffset);
        return _source is not null && RtpPacket.Distance(_sourceStart, source) >= 0 && RtpPacket.Distance(source, _sourceHighest) >= 0 ? source : null;
    }

    /// <summary>Forwarding stops for now; what the source sends meanwhile will not look like loss.</summary>
    public void Pause() => _source = null;

    public VideoNumberingState Save(Instant now) => new(_sequence, _timestamp, now - _at);

    /// <param name="savedAt">When it was saved, on this node's clock.</param>
    public void Restore(Instant savedAt, VideoNumberingState saved) =>
        (_sequence, _timestamp, _at, _source) = (saved.Sequence, saved.Timestamp, saved.Advanced is { } age ? savedAt - age : null, null);

    private void Begin(Instant now, in RtpPacket packet)
    {
        _source = packet.Ssrc;
        _sourceStart = _sourceHighest = packet.SequenceNumber;
        _sequenceOffset = (ushort)(_sequence + 1 - packet.SequenceNumber);
        var passed = _at is { } at ? (uint)RtpClock.Units(now - at, VideoFormat.ClockRate) : 0;
        // A new picture never has the time of the one before it.
        _timestampOffset = _timestamp + Math.Max(passed, 1) - packet.Timestamp;
    }
}
