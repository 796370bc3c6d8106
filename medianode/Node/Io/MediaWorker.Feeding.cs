using System.Net;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;

namespace Byon.MediaNode.Io;

/// <summary>The one way into a session: packets, deadlines and commands alike.</summary>
internal sealed partial class MediaWorker
{
    private void RunDeadlines(Instant now)
    {
        while (_deadlines.Due(now) is { } call) Feed(now, call, MediaInput.Timeout);
    }

    /// <summary>One input to one session, and what follows from it.</summary>
    private void Feed(
        Instant now, MediaCall call, MediaInput input, IPEndPoint? remote = null, Span<byte> datagram = default, MediaPlan? plan = null,
        HandOver? handOver = null, KeyPress? key = null)
    {
        if (call.Ended) return;
        try
        {
            switch (input)
            {
                case MediaInput.Start: Take(call); break;
                case MediaInput.WebRtc: call.Session.ReceiveWebRtc(now, remote!, datagram); break;
                case MediaInput.ImsRtp:
                    call.Session.ReceiveIms(now, remote!, datagram, rtcp: false);
                    _peers.Settle(call.Rtp.Descriptor, call.Session.SettledImsPeer);
                    break;
                case MediaInput.ImsRtcp: call.Session.ReceiveIms(now, remote!, datagram, rtcp: true); break;
                case MediaInput.VideoRtp: call.Session.ReceiveImsVideo(now, remote!, datagram, rtcp: false); break;
                case MediaInput.VideoRtcp: call.Session.ReceiveImsVideo(now, remote!, datagram, rtcp: true); break;
                case MediaInput.AddVideo: call.Session.AddVideo(now, call.Video!.Rtp.Descriptor, call.Video.Rtcp.Descriptor); break;
                case MediaInput.Timeout: call.Session.HandleTimeout(now); break;
                case MediaInput.Plan:
                    _browsers.Name(call, plan!.WebRtc?.LocalIce);
                    call.Session.Apply(now, plan);
                    _peers.Settle(call.Rtp.Descriptor, call.Session.SettledImsPeer);
                    break;
                case MediaInput.Key: call.Session.Press(now, key!); break;
                case MediaInput.HandOver: handOver!.State = call.Session.Save(now, handOver.WallNow); break;
                case MediaInput.Close: call.Session.Close(now); break;
            }

            // A deadline that only moves away is looked at when it has come: most packets need not touch it.
            if (!call.Session.WasRelayed) SetDeadline(now, call, input);
            while (call.Session.TryDequeue(out var mediaEvent)) _onEvent(call.Id, mediaEvent);
        }
        catch (Exception crash)
        {
            // The owner of the sessions: whatever went wrong in one ends that one.
            LogCrash(_logger, crash, call.Id);
            End(call);
            _onEvent(call.Id, new MediaFailed(crash.GetType().Name));
        }

        if (Queue.Count >= SendTogether) _send.Flush();
    }

    /// <summary>A session that asks for a deadline in the past again and again must not starve the others.</summary>
    private void SetDeadline(Instant now, MediaCall call, MediaInput input)
    {
        var next = call.Session.NextTimeout;
        _deadlines.Set(call, input == MediaInput.Timeout && next <= now ? now + TimeSpan.FromMilliseconds(1) : next);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The media session of call {Call} crashed and was ended")]
    private static partial void LogCrash(ILogger logger, Exception crash, string call);

    private enum MediaInput
    {
        Key,
        Start,
        WebRtc,
        ImsRtp,
        ImsRtcp,
        VideoRtp,
        VideoRtcp,
        AddVideo,
        Timeout,
        Plan,
        HandOver,
        Close,
    }
}
