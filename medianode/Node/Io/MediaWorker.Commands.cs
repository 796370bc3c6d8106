using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;

namespace Byon.MediaNode.Io;

/// <summary>What other threads ask of the worker: posted by them, carried out by its own thread in the order of posting.</summary>
internal sealed partial class MediaWorker
{
    /// <summary>From any thread.</summary>
    public void Add(MediaCall call)
    {
        Interlocked.Increment(ref _calls);
        Post(new MediaCommand(MediaCommandKind.Add, call, null));
    }

    /// <summary>From any thread.</summary>
    public void Apply(MediaCall call, MediaPlan plan) => Post(new MediaCommand(MediaCommandKind.Apply, call, plan));

    /// <summary>From any thread.</summary>
    public void Press(MediaCall call, KeyPress press) => Post(new MediaCommand(MediaCommandKind.Press, call, null, Key: press));

    /// <summary>From any thread. Once for a call, before the first plan with video.</summary>
    public void AddVideo(MediaCall call, VideoPorts ports) => Post(new MediaCommand(MediaCommandKind.AddVideo, call, null, Video: ports));

    /// <summary>From any thread. The ports rest in the pool afterwards.</summary>
    public void Release(MediaCall call)
    {
        Interlocked.Decrement(ref _calls);
        Post(new MediaCommand(MediaCommandKind.Release, call, null));
    }

    /// <summary>From any thread. The call falls silent with its state saved, and keeps its ports until it is released.</summary>
    public void HandOver(MediaCall call, HandOver handOver) => Post(new MediaCommand(MediaCommandKind.HandOver, call, null, handOver));

    private void Post(MediaCommand command)
    {
        if (_stopping)
        {
            command.HandOver?.Saved.TrySetResult(null);
            return;
        }

        _commands.Enqueue(command);
        _mailbox.Signal();
    }

    private void RunCommands(Instant now)
    {
        _mailbox.Reset();
        while (_commands.TryDequeue(out var command))
        {
            switch (command.Kind)
            {
                case MediaCommandKind.Add:
                    Feed(now, command.Call, MediaInput.Start);
                    break;
                case MediaCommandKind.Apply when !command.Call.Ended:
                    Feed(now, command.Call, MediaInput.Plan, plan: command.Plan);
                    break;
                case MediaCommandKind.Press:
                    Feed(now, command.Call, MediaInput.Key, key: command.Key);
                    break;
                case MediaCommandKind.HandOver:
                    Feed(now, command.Call, MediaInput.HandOver, handOver: command.HandOver);
                    if (command.HandOver!.State is not null) End(command.Call);
                    command.HandOver.Saved.TrySetResult(command.HandOver.State);
                    break;
                case MediaCommandKind.AddVideo when command.Call.Ended:
                    command.Video!.Rtp.Dispose();
                    command.Video.Rtcp.Dispose();
                    _ports.Return(now, command.Video.Port);
                    break;
                case MediaCommandKind.AddVideo:
                    command.Call.Video = command.Video;
                    Take(command.Call, command.Video!.Rtp);
                    Take(command.Call, command.Video.Rtcp);
                    Feed(now, command.Call, MediaInput.AddVideo);
                    break;
                case MediaCommandKind.Release:
                    Feed(now, command.Call, MediaInput.Close);
                    End(command.Call);
                    _ports.Return(now, command.Call.Port, command.Call.Session.NetworkSource);
                    if (command.Call.Video is { } video) _ports.Return(now, video.Port);
                    break;
            }
        }
    }

    private enum MediaCommandKind
    {
        Press,
        Add,
        Apply,
        AddVideo,
        HandOver,
        Release,
    }

    private readonly record struct MediaCommand(
        MediaCommandKind Kind, MediaCall Call, MediaPlan? Plan, HandOver? HandOver = null, KeyPress? Key = null, VideoPorts? Video = null);
}
