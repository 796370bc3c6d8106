using Byon.MediaNode.Core.Media.Moving;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Media;

/// <summary>
/// The one RTP stream a leg's peer hears (RFC 3550 §5.1): sequence numbers without a gap of ours and time stamps that follow
/// the clock, whatever its sources do. Audio is forwarded from the other leg or made here, and key presses come in between.
/// </summary>
internal sealed class RtpOutput
{
    /// <summary>A source whose time stamps disagree with the clock by more than this has started anew.</summary>
    private static readonly TimeSpan LongestDrift = TimeSpan.FromSeconds(2);

    /// <summary>A source whose sequence jumps further than this has started anew (RFC 3550 A.1).</summary>
    private const int LongestJump = 3000;

    private readonly MediaLeg _leg;
    private ushort _sequence;
    private uint _timestamp;
    private Instant? _at;

    private uint? _source;
    private ushort _sourceStart;
    private ushort _sourceSequence;
    private ushort _sequenceOffset;
    private uint _timestampOffset;

    public RtpOutput(MediaLeg leg, EntropySource entropy)
    {
        _leg = leg;
        _sequence = (ushort)entropy.NextUInt32();
        _timestamp = entropy.NextUInt32();
    }

    /// <summary>What the stream's time stamp is now, had it gone on without a pause.</summary>
    public uint TimestampAt(Instant now, int clockRate) => _at is { } at ? _timestamp + (uint)RtpClock.Units(now - at, clockRate) : _timestamp;

    /// <summary>Room for the payload of a packet of our own; empty when nothing can be sent.</summary>
    public Span<byte> Reserve() => _leg.Reserve();

    /// <summary>Sends the payload written into <see cref="Reserve"/>.</summary>
    public void Send(Instant now, AudioFormat format, bool marker, uint timestamp, int payloadLength)
    {
        _source = null;
        Advance(now, timestamp);
        _leg.SendRtp(now, format.PayloadType, marker, ++_sequence, timestamp, payloadLength, format.ClockRate);
    }

    /// <summary>Sends a telephone event. Its time stamp is that of the event's start, so the stream's clock goes on from where it was.</summary>
    public void SendEvent(Instant now, TelephoneEventFormat format, uint eventTimestamp, in DtmfPacket packet)
    {
        var payload = Reserve();
        if (payload.IsEmpty) return;
        packet.Event.Write(payload);

        // The clock starts with whatever is sent first: keys without any audio are told apart by their time stamps.
        if (_at is null) Advance(now, eventTimestamp);

        // Forwarded audio goes on one number later than it would have; what comes late has no number left.
        _sequenceOffset++;
        _sourceStart = (ushort)(_sourceSequence + 1);
        _leg.SendRtp(
            now, format.PayloadType, packet.Starts, ++_sequence, eventTimestamp + packet.TimestampOffset, TelephoneEvent.Size, format.ClockRate);
    }

    /// <summary>Passes a packet on with its payload untouched; gaps and reordering of the source stay visible to the peer.</summary>
    public void Forward(Instant now, in RtpPacket packet, AudioFormat format)
    {
        var starts = !Follows(now, packet, format.ClockRate);
        if (starts)
        {
            _source = packet.Ssrc;
            _sourceStart = packet.SequenceNumber;
            _sequenceOffset = (ushort)(_sequence + 1 - packet.SequenceNumber);
            _timestampOffset = TimestampAt(now, format.ClockRate) - packet.Timestamp;
        }
        else if (RtpPacket.Distance(_sourceStart, packet.SequenceNumber) < 0)
        {
            return;
        }

        var payload = Reserve();
        if (packet.Payload.Length > payload.Length) return;
        packet.Payload.CopyTo(payload);

        var sequence = (ushort)(packet.SequenceNumber + _sequenceOffset);
        var timestamp = packet.Timestamp + _timestampOffset;
        if (starts || RtpPacket.Distance(_sourceSequence, packet.SequenceNumber) > 0)
        {
            _sourceSequence = packet.SequenceNumber;
            _sequence = sequence;
            Advance(now, timestamp);
            // The start follows at a distance, or it would lie ahead once the numbers have gone half round.
            if (RtpPacket.Distance(_sourceStart, _sourceSequence) > LongestJump) _sourceStart = (ushort)(_sourceSequence - LongestJump);
        }

        _leg.SendRtp(now, format.PayloadType, packet.Marker || starts, sequence, timestamp, packet.Payload.Length, format.ClockRate);
    }

    /// <summary>Forwarding stops for now; what the source sends meanwhile will not look like loss.</summary>
    public void Pause() => _source = null;

    /// <summary>A packet of the forwarded source is kept back: the numbers close over it.</summary>
    public void Withhold(in RtpPacket packet)
    {
        if (_source != packet.Ssrc || RtpPacket.Distance(_sourceSequence, packet.SequenceNumber) <= 0) return;

        // What was lost just before it stays lost; only this one number is taken out.
        _sequence = (ushort)(packet.SequenceNumber + _sequenceOffset - 1);
        _sequenceOffset--;
        _sourceSequence = packet.SequenceNumber;
        _sourceStart = (ushort)(packet.SequenceNumber + 1);
    }

    public RtpOutputState Save(Instant now) => new(
        _sequence, _timestamp, now - _at, _source, _sourceStart, _sourceSequence, _sequenceOffset, _timestampOffset);

    /// <param name="savedAt">When it was saved, on this node's clock.</param>
    public void Restore(Instant savedAt, RtpOutputState saved)
    {
        (_sequence, _timestamp, _at) = (saved.Sequence, saved.Timestamp, saved.Advanced is { } age ? savedAt - age : null);
        (_source, _sourceStart, _sourceSequence) = (saved.Source, saved.SourceStart, saved.SourceSequence);
        (_sequenceOffset, _timestampOffset) = (saved.SequenceOffset, saved.TimestampOffset);
    }

    private bool Follows(Instant now, in RtpPacket packet, int clockRate)
    {
        if (_source != packet.Ssrc) return false;
        if (Math.Abs(RtpPacket.Distance(_sourceSequence, packet.SequenceNumber)) > LongestJump) return false;
        var drift = (int)(packet.Timestamp + _timestampOffset - TimestampAt(now, clockRate));
        return Math.Abs((long)drift) <= RtpClock.Units(LongestDrift, clockRate);
    }

    private void Advance(Instant now, uint timestamp) => (_at, _timestamp) = (now, timestamp);
}
