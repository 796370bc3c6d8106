using Byon.MediaNode.Core.Media.Moving;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Media;

/// <summary>What an arriving RTP packet is to its leg.</summary>
internal enum RtpArrival
{
    /// <summary>Not for us: no format for it, a source that has not proved itself, or far off the sequence.</summary>
    Dropped,
    Audio,
    TelephoneEvent,

    /// <summary>A description of the noise in a pause (RFC 3389).</summary>
    ComfortNoise,
}

/// <summary>
/// One side of a call: knows the negotiated formats, judges what arrives, counts, keeps RTCP, and sends packets built in the
/// transmit queue. How bytes reach the peer is for the two kinds of leg to say.
/// </summary>
internal abstract class MediaLeg
{
    /// <summary>A second source is heard at once when the first has been silent for this long.</summary>
    private static readonly TimeSpan SourceSilence = TimeSpan.FromMilliseconds(100);

    /// <summary>A payload type that no packet has.</summary>
    private const byte NoType = 0xFF;

    private readonly MediaTransmitQueue _queue;
    private Instant _lastReceived;
    private uint? _candidate;
    private ushort _candidateNext;
    private long _lostEarlier;
    private int _clockRate = 8000;
    private byte _usualType = NoType;
    private AudioFormat? _usual;

    protected MediaLeg(MediaTransmitQueue queue, EntropySource entropy)
    {
        _queue = queue;
        Rtcp = new RtcpSession(entropy);
        Output = new RtpOutput(this, entropy);
    }

    public RtcpSession Rtcp { get; }

    public RtpOutput Output { get; }

    public AudioStream? Audio { get; private set; }

    public long PacketsReceived { get; private set; }

    public long BytesReceived { get; private set; }

    /// <summary>Packets that were not what the leg expects.</summary>
    public long Dropped { get; private set; }

    protected MediaTransmitQueue Queue => _queue;

    protected void Configure(Instant now, AudioStream audio)
    {
        Rtcp.Start(now);
        Rtcp.ReportsVoice = audio.VoiceMetrics;
        Audio = audio;
        _usualType = NoType;
    }

    /// <summary>Counts a packet and says what it is, in which of the two kinds of format.</summary>
    public RtpArrival Admit(Instant now, in RtpPacket packet, out AudioFormat? format, out TelephoneEventFormat? eventFormat)
    {
        var isNoise = false;
        (format, eventFormat) = (_usual, null);
        if (packet.PayloadType != _usualType) isNoise = Find(packet.PayloadType, out format, out eventFormat);
        var isEvent = eventFormat is not null;
        if (format is null && !isEvent && !isNoise || !IsSource(now, packet))
        {
            Dropped++;
            return RtpArrival.Dropped;
        }

        if (format is not null) (_clockRate, Rtcp.Codec) = (format.ClockRate, format.Codec);
        var accepted = isEvent
            ? Rtcp.Source!.Receive(packet.SequenceNumber)
            : Rtcp.Source!.Receive(now, packet.SequenceNumber, packet.Timestamp, _clockRate);
        if (!accepted)
        {
            Dropped++;
            return RtpArrival.Dropped;
        }

        _lastReceived = now;
        PacketsReceived++;
        BytesReceived += packet.Payload.Length;
        return isEvent ? RtpArrival.TelephoneEvent : isNoise ? RtpArrival.ComfortNoise : RtpArrival.Audio;
    }

    /// <summary>Reads what the next packet of the peer's will need, see <see cref="MediaSession.ReadAhead"/>.</summary>
    public virtual long ReadAheadHearing() => (_usual?.ClockRate ?? 0) + Rtcp.ReadAheadHearing() + PacketsReceived;

    /// <summary>Reads what the next packet to the peer will need.</summary>
    public virtual long ReadAheadTelling() => Rtcp.ReadAheadTelling() + Output.TimestampAt(_lastReceived, _clockRate);

    /// <summary>Counts a packet that could not be read.</summary>
    public void Drop() => Dropped++;

    public void ReceiveRtcp(Instant now, ReadOnlySpan<byte> compound)
    {
        if (!Rtcp.Receive(now, compound)) Dropped++;
    }

    /// <summary>True when a report was due, which is when what was lost since the last one is known.</summary>
    public bool SendReportIfDue(Instant now)
    {
        if (Rtcp.NextReport is not { } due || now < due) return false;
        Span<byte> report = stackalloc byte[RtcpSession.MaximumReportSize];
        SendRtcp(report[..Rtcp.WriteReport(now, report)]);
        return true;
    }

    public void SendGoodbye(Instant now)
    {
        if (Rtcp.NextReport is null) return;
        Span<byte> report = stackalloc byte[RtcpSession.MaximumReportSize];
        SendRtcp(report[..Rtcp.WriteGoodbye(now, report)]);
    }

    /// <summary>Room for a payload, behind room for its header; empty when the leg cannot send.</summary>
    public Span<byte> Reserve()
    {
        var slot = CanSend ? _queue.Reserve() : default;
        return slot.IsEmpty ? default : slot[RtpPacket.HeaderSize..^WebRtcPeer.MaxOverhead];
    }

    /// <summary>Puts a header before the payload that was written into <see cref="Reserve"/>, and queues the packet.</summary>
    public void SendRtp(Instant now, byte payloadType, bool marker, ushort sequence, uint timestamp, int payloadLength, int clockRate)
    {
        var slot = _queue.Reserve();
        if (slot.IsEmpty) return;
        RtpPacket.WriteHeader(slot, payloadType, marker, sequence, timestamp, Rtcp.Ssrc);
        if (CommitRtp(slot, RtpPacket.HeaderSize + payloadLength)) Rtcp.Sent(now, timestamp, payloadLength, clockRate);
    }

    public MediaLegStatistics Statistics() => new(
        PacketsReceived, BytesReceived, Rtcp.PacketsSent, Rtcp.OctetsSent, _lostEarlier + (Rtcp.Source?.Lost ?? 0),
        RtpClock.Duration(Rtcp.Source?.Jitter ?? 0, _clockRate), Rtcp.PeerReport?.CumulativeLost, Rtcp.RoundTrip, Dropped)
    {
        Codec = Rtcp.Codec,
        Quality = Rtcp.Quality,
    };

    public MediaLegState Save(Instant now) => new(
        Rtcp.Save(now), Output.Save(now), now - _lastReceived, PacketsReceived, BytesReceived, Dropped, _lostEarlier, _clockRate);

    /// <param name="savedAt">When it was saved, on this node's clock.</param>
    public void Restore(Instant savedAt, MediaLegState saved)
    {
        Rtcp.Restore(savedAt, saved.Rtcp);
        Output.Restore(savedAt, saved.Output);
        _lastReceived = savedAt - saved.LastReceived;
        (PacketsReceived, BytesReceived, Dropped) = (saved.PacketsReceived, saved.BytesReceived, saved.Dropped);
        (_lostEarlier, _clockRate) = (saved.LostEarlier, saved.ClockRate);
    }

    protected abstract bool CanSend { get; }

    protected abstract bool CommitRtp(Span<byte> slot, int length);

    protected abstract void SendRtcp(ReadOnlySpan<byte> compound);

    /// <summary>Finds the formats of a payload type. True for that of comfort noise.</summary>
    private bool Find(byte payloadType, out AudioFormat? format, out TelephoneEventFormat? eventFormat)
    {
        (format, eventFormat) = (null, null);
        if (Audio is null) return false;
        // By index: an enumerator of an interface would be allocated.
        for (var i = 0; i < Audio.Receive.Count; i++)
            if (Audio.Receive[i].PayloadType == payloadType) format = Audio.Receive[i];
        for (var i = 0; i < Audio.ReceiveEvents.Count; i++)
            if (Audio.ReceiveEvents[i].PayloadType == payloadType) eventFormat = Audio.ReceiveEvents[i];
        var isNoise = payloadType == Audio.ComfortNoise;
        if (format is not null && eventFormat is null && !isNoise) (_usualType, _usual) = (payloadType, format);
        return isNoise;
    }

    /// <summary>
    /// One source at a time: another takes over when this one is silent, or with two packets in a row. Two that speak at once,
    /// as forked phones do in early media, would otherwise chop each other up.
    /// </summary>
    private bool IsSource(Instant now, in RtpPacket packet)
    {
        if (Rtcp.Source is { } source)
        {
            if (source.Ssrc == packet.Ssrc)
            {
                _candidate = null;
                return true;
            }

            if (now - _lastReceived < SourceSilence && (_candidate != packet.Ssrc || _candidateNext != packet.SequenceNumber))
            {
                _candidate = packet.Ssrc;
                _candidateNext = (ushort)(packet.SequenceNumber + 1);
                return false;
            }

            _lostEarlier += source.Lost;
        }

        _candidate = null;
        Rtcp.StartSource(packet.Ssrc);
        return true;
    }
}
