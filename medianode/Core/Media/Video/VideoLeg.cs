using System.Numerics;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Media.Video;

/// <summary>
/// One side of a call's video: judges what arrives, keeps RTCP, numbers and remembers what is sent, and asks its peer for pictures,
/// packets and bit rates in the words that were negotiated. How bytes reach the peer is for the two kinds of leg to say.
/// </summary>
internal abstract class VideoLeg
{
    /// <summary>Another source takes over when the first has been silent for this long.</summary>
    private static readonly TimeSpan SourceSilence = TimeSpan.FromMilliseconds(500);

    /// <summary>A whole picture costs as much as a second of the rest: more than a few each second help nobody.</summary>
    private static readonly TimeSpan PictureInterval = TimeSpan.FromMilliseconds(300);

    private readonly MediaTransmitQueue _queue;
    private readonly VideoHistory _history = new();
    private Instant _lastReceived;
    private Instant? _lastPictureRequest;
    private Instant? _pictureDue;
    private byte _pictureNumber;
    private long? _limit;
    private Instant? _firstReceived;
    private VideoCodec? _lastCodec;
    private VideoCounters _counted;

    protected VideoLeg(MediaTransmitQueue queue, EntropySource entropy)
    {
        _queue = queue;
        Rtcp = new RtcpSession(entropy);
        Numbering = new VideoNumbering(entropy);
    }

    public RtcpSession Rtcp { get; }

    public VideoNumbering Numbering { get; }

    /// <summary>Null while the leg has no video.</summary>
    public VideoStream? Stream { get; private set; }

    public Instant? NextTimeout => Stream is null ? null : Instant.Earliest(Rtcp.NextReport, _pictureDue);

    public abstract bool CanSend { get; }

    protected MediaTransmitQueue Queue => _queue;

    /// <summary>Takes up what was negotiated; null ends the video of the leg.</summary>
    protected void Configure(Instant now, VideoStream? stream)
    {
        if (stream is not null) Rtcp.Start(now);
        else if (Stream is not null) SendGoodbye(now);
        Stream = stream;
        if (stream is null) (_pictureDue, _limit) = (null, null);
    }

    /// <summary>Whether the packet belongs to the video; counts it, and asks for what is missing before it.</summary>
    public bool Admit(Instant now, in RtpPacket packet)
    {
        if (Stream is not { } stream || packet.PayloadType != stream.Receive.PayloadType || !IsSource(now, packet.Ssrc))
        {
            _counted.Dropped++;
            return false;
        }

        var source = Rtcp.Source!;
        var (first, before) = (source.Received == 0, (ushort)source.HighestSequence);
        if (!source.Receive(now, packet.SequenceNumber, packet.Timestamp, VideoFormat.ClockRate))
        {
            _counted.Dropped++;
            return false;
        }

        _firstReceived ??= now;
        _lastCodec = stream.Receive.Codec;
        _lastReceived = now;
        _counted.PacketsReceived++;
        _counted.BytesReceived += packet.Payload.Length;
        if (!first && RtpPacket.Distance(before, packet.SequenceNumber) > 1) AskForGap(now, before, packet.SequenceNumber);
        return true;
    }

    public void Drop() => _counted.Dropped++;

    /// <summary>Asks the source for a picture that needs no earlier one, now or as soon as the last request is old enough.</summary>
    public void AskForPicture(Instant now)
    {
        if (Rtcp.Source is not { Received: > 0 } source || Stream is not { } stream || (stream.Feedback & (VideoFeedback.PictureLoss | VideoFeedback.FullIntra)) == 0) return;
        if (_lastPictureRequest is { } last && now - last < PictureInterval)
        {
            _pictureDue ??= last + PictureInterval;
            return;
        }

        (_lastPictureRequest, _pictureDue) = (now, null);
        _counted.PicturesRequested++;
        Span<byte> compound = stackalloc byte[RtcpSession.MaximumReportSize + RtcpFeedbackWriter.MaximumSize];
        var length = Rtcp.BeginFeedback(compound);
        SendRtcp(compound[..(stream.Feedback.HasFlag(VideoFeedback.PictureLoss)
            ? RtcpFeedbackWriter.WritePictureLoss(compound, length, Rtcp.Ssrc, source.Ssrc)
            : RtcpFeedbackWriter.WriteFullIntra(compound, length, Rtcp.Ssrc, source.Ssrc, _pictureNumber++))]);
    }

    /// <summary>Asks the source for packets again.</summary>
    public void AskAgain(ReadOnlySpan<(ushort Sequence, ushort Following)> missing)
    {
        if (missing.IsEmpty || Rtcp.Source is not { } source || Stream?.Feedback.HasFlag(VideoFeedback.Nack) != true) return;
        foreach (var (_, following) in missing) _counted.PacketsRequested += 1 + BitOperations.PopCount(following);
        Span<byte> compound = stackalloc byte[RtcpSession.MaximumReportSize + RtcpFeedbackWriter.MaximumSize];
        var length = Rtcp.BeginFeedback(compound);
        SendRtcp(compound[..RtcpFeedbackWriter.WriteNack(compound, length, Rtcp.Ssrc, source.Ssrc, missing)]);
    }

    /// <summary>Asks the source to keep to a bit rate. Browsers need it told again: it goes along with every report.</summary>
    public void AskForBitrate(long bitsPerSecond)
    {
        if (_limit == bitsPerSecond) return;
        _limit = bitsPerSecond;
        SendLimit();
    }

    /// <summary>Tells the peer that its own limit is in force (RFC 5104 §4.2.2).</summary>
    public void NoteLimit(long bitsPerSecond)
    {
        Span<byte> compound = stackalloc byte[RtcpSession.MaximumReportSize + RtcpFeedbackWriter.MaximumSize];
        var length = Rtcp.BeginFeedback(compound);
        SendRtcp(compound[..RtcpFeedbackWriter.WriteLimit(compound, length, Rtcp.Ssrc, Rtcp.Ssrc, bitsPerSecond, notice: true)]);
    }

    /// <summary>Passes a packet of the other leg on. False when it could not be sent.</summary>
    public bool Forward(Instant now, in RtpPacket packet)
    {
        if (!CanSend || Stream is not { } stream) return false;
        var slot = _queue.Reserve();
        var length = RtpPacket.HeaderSize + packet.Payload.Length;
        if (slot.Length < length + WebRtcPeer.MaxOverhead) return false;
        if (!Numbering.TryMap(now, packet, out var sequence, out var timestamp)) return true;
        RtpPacket.WriteHeader(slot, stream.Send.PayloadType, packet.Marker, sequence, timestamp, Rtcp.Ssrc);
        packet.Payload.CopyTo(slot[RtpPacket.HeaderSize..]);
        var sent = Protect(slot, length);
        if (sent == 0) return false;
        // No HasFlag here: it allocates until the method has been optimized.
        if ((stream.Feedback & VideoFeedback.Nack) != 0) _history.Store(sequence, slot[..sent]);
        CommitRtp(sent);
        Rtcp.Sent(now, timestamp, packet.Payload.Length, VideoFormat.ClockRate);
        return true;
    }

    /// <summary>Sends a packet a second time. False when it is not there any more.</summary>
    public bool Resend(Instant now, ushort sequence)
    {
        if (!_history.Has(sequence)) return false;
        var datagram = _history.Take(now, sequence);
        var slot = datagram.IsEmpty || !CanSend ? default : _queue.Reserve();
        if (slot.IsEmpty) return true;
        datagram.CopyTo(slot);
        CommitRtp(datagram.Length);
        _counted.Resent++;
        return true;
    }

    public void HandleTimeout(Instant now)
    {
        if (Stream is null) return;
        if (_pictureDue <= now) AskForPicture(now);
        if (Rtcp.NextReport is not { } due || now < due) return;
        Span<byte> report = stackalloc byte[RtcpSession.MaximumReportSize];
        SendRtcp(report[..Rtcp.WriteReport(now, report)]);
        if (Stream.Feedback.HasFlag(VideoFeedback.EstimatedBitrate)) SendLimit();
    }

    public void SendGoodbye(Instant now)
    {
        if (Rtcp.NextReport is null) return;
        Span<byte> report = stackalloc byte[RtcpSession.MaximumReportSize];
        SendRtcp(report[..Rtcp.WriteGoodbye(now, report)]);
    }

    public VideoLegStatistics Statistics() => new(
        _counted, Rtcp.PacketsSent, Rtcp.OctetsSent, _counted.LostEarlier + (Rtcp.Source?.Lost ?? 0),
        RtpClock.Duration(Rtcp.Source?.Jitter ?? 0, VideoFormat.ClockRate), Rtcp.RoundTrip)
    {
        Codec = _lastCodec,
        Duration = _firstReceived is { } first ? _lastReceived - first : TimeSpan.Zero,
    };

    public VideoLegState Save(Instant now) => new(Rtcp.Save(now), Numbering.Save(now), _pictureNumber)
    {
        Counted = _counted,
        Codec = _lastCodec,
        FirstReceived = now - _firstReceived,
        LastReceived = _firstReceived is null ? null : now - _lastReceived,
    };

    /// <param name="savedAt">When it was saved, on this node's clock.</param>
    public void Restore(Instant savedAt, VideoLegState saved)
    {
        Rtcp.Restore(savedAt, saved.Rtcp);
        Numbering.Restore(savedAt, saved.Numbering);
        (_pictureNumber, _counted, _lastCodec) = (saved.PictureNumber, saved.Counted, saved.Codec);
        _firstReceived = savedAt - saved.FirstReceived;
        if (saved.LastReceived is { } age) _lastReceived = savedAt - age;
    }

    /// <summary>Makes the packet in the slot ready for the wire; returns its new length, 0 when it cannot be sent.</summary>
    protected abstract int Protect(Span<byte> slot, int length);

    /// <summary>Queues the slot that was reserved last.</summary>
    protected abstract void CommitRtp(int length);

    protected abstract void SendRtcp(ReadOnlySpan<byte> compound);

    private void SendLimit()
    {
        if (_limit is not { } limit || Rtcp.Source is not { Received: > 0 } source || Stream is not { } stream) return;
        if ((stream.Feedback & (VideoFeedback.EstimatedBitrate | VideoFeedback.BitrateLimit)) == 0) return;
        Span<byte> compound = stackalloc byte[RtcpSession.MaximumReportSize + RtcpFeedbackWriter.MaximumSize];
        var length = Rtcp.BeginFeedback(compound);
        SendRtcp(compound[..(stream.Feedback.HasFlag(VideoFeedback.EstimatedBitrate)
            ? RtcpFeedbackWriter.WriteEstimate(compound, length, Rtcp.Ssrc, source.Ssrc, limit)
            : RtcpFeedbackWriter.WriteLimit(compound, length, Rtcp.Ssrc, source.Ssrc, limit, notice: false))]);
    }

    private void AskForGap(Instant now, ushort before, ushort arrived)
    {
        Span<(ushort, ushort)> missing = stackalloc (ushort, ushort)[RtcpFeedbackWriter.MaximumNacks];
        var list = new NackList(missing);
        for (var sequence = (ushort)(before + 1); sequence != arrived; sequence++)
        {
            if (!list.TryAdd(sequence)) break;
        }

        // More than a list holds is an outage: only a whole picture helps.
        if (list.IsFull) AskForPicture(now);
        else AskAgain(list.Entries);
    }

    private bool IsSource(Instant now, uint ssrc)
    {
        if (Rtcp.Source is { } source)
        {
            if (source.Ssrc == ssrc) return true;
            if (now - _lastReceived < SourceSilence) return false;
            _counted.LostEarlier += source.Lost;
        }

        Rtcp.StartSource(ssrc);
        return true;
    }
}
