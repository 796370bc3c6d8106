using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Media.Video;

/// <summary>Video in one direction, untouched but for its header; and what its receiver asks for, in the other.</summary>
internal sealed class VideoPath(VideoLeg from, VideoLeg to)
{
    /// <summary>Packets that one compound may have sent again: a peer must not turn a few bytes into many.</summary>
    private const int MostResent = 64;

    private bool _active;
    private bool _interrupted;

    /// <summary>Takes up what both legs have now. A receiver that joins or comes back needs a whole picture to begin with.</summary>
    public void Configure(Instant now)
    {
        var was = _active;
        _active = from.Stream is { } source && to.Stream is { } target && source.Receive.IsSameEncoding(target.Send)
            && source.Direction.HasFlag(MediaDirection.ReceiveOnly) && target.Direction.HasFlag(MediaDirection.SendOnly);
        if (!_active)
        {
            to.Numbering.Pause();
            return;
        }

        if (to.Stream!.Kilobits is { } most and > 0) from.AskForBitrate(most * 1000L);
        if (!was) from.AskForPicture(now);
    }

    /// <summary>True when the packet is video that belongs to the call.</summary>
    public bool Receive(Instant now, ReadOnlySpan<byte> datagram)
    {
        if (!RtpPacket.TryParse(datagram, out var packet))
        {
            from.Drop();
            return false;
        }

        if (!from.Admit(now, packet)) return false;
        if (!_active) return true;
        if (!to.Forward(now, packet))
        {
            _interrupted = true;
        }
        else if (_interrupted)
        {
            _interrupted = false;
            from.AskForPicture(now);
        }

        return true;
    }

    /// <summary>Feedback of the receiver about what it was sent.</summary>
    public void ReceiveFeedback(Instant now, ReadOnlySpan<byte> compound)
    {
        if (to.Stream is null) return;
        if (!to.Rtcp.Receive(now, compound)) to.Drop();
        var reader = new RtcpReader(compound);
        while (reader.TryRead(out var packet))
        {
            if (packet.Type is not (RtcpType.TransportFeedback or RtcpType.PayloadFeedback)) continue;
            var feedback = packet.Feedback;
            if (feedback.AsksForPicture(to.Rtcp.Ssrc)) from.AskForPicture(now);
            if (feedback.NackCount > 0 && feedback.Source == to.Rtcp.Ssrc) SendAgain(now, feedback);
            if (feedback.BitrateOf(to.Rtcp.Ssrc) is { } wanted) Limit(wanted, packet.Type == RtcpType.TransportFeedback);
        }
    }

    /// <summary>What we have goes out again; what never reached us is asked of the source.</summary>
    private void SendAgain(Instant now, in RtcpFeedback feedback)
    {
        Span<(ushort, ushort)> missing = stackalloc (ushort, ushort)[RtcpFeedbackWriter.MaximumNacks];
        var list = new NackList(missing);
        var left = MostResent;
        for (var i = 0; i < feedback.NackCount && left > 0; i++)
        {
            var (sequence, following) = feedback.NackAt(i);
            for (var bits = (uint)following << 1 | 1; bits != 0 && left > 0; bits >>= 1, sequence++)
            {
                if ((bits & 1) == 0) continue;
                left--;
                if (!to.Resend(now, sequence) && to.Numbering.SourceOf(sequence) is { } lost) list.TryAdd(lost);
            }
        }

        from.AskAgain(list.Entries);
    }

    private void Limit(long bitsPerSecond, bool isLimit)
    {
        var most = to.Stream!.Kilobits is { } kilobits and > 0 ? Math.Min(bitsPerSecond, kilobits * 1000L) : bitsPerSecond;
        from.AskForBitrate(most);
        if (isLimit) to.NoteLimit(bitsPerSecond);
    }
}
