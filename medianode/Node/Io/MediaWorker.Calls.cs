using Byon.MediaNode.Core.Media;

namespace Byon.MediaNode.Io;

/// <summary>The calls the worker carries: taken with their sockets, and ended.</summary>
internal sealed partial class MediaWorker
{
    private void Take(MediaCall call)
    {
        call.Session.SetComplexity(_governor.Complexity);
        _browsers.Add(call);
        Take(call, call.Rtp);
        Take(call, call.Rtcp);
    }

    private void Take(MediaCall call, ImsPort port)
    {
        port.Call = call;
        if (port.Descriptor >= _imsPorts.Length) Array.Resize(ref _imsPorts, Math.Max(port.Descriptor + 1, _imsPorts.Length * 2));
        _imsPorts[port.Descriptor] = port;
        _epoll.Add(port.Descriptor, port.Descriptor);
    }

    private void End(MediaCall call)
    {
        if (call.Ended) return;
        call.Ended = true;
        _send.Flush();
        _deadlines.Remove(call);
        _browsers.Remove(call);
        foreach (var port in call.ImsPorts)
        {
            _epoll.Remove(port.Descriptor);
            _imsPorts[port.Descriptor] = null;
            _peers.Forget(port.Descriptor);
        }

        call.Dispose();
    }

    /// <summary>Each call once, however many ports it has.</summary>
    private List<MediaCall> Carried() => [.. _imsPorts.Where(port => port is { IsRtcp: false, IsVideo: false }).Select(port => port!.Call!)];

    private void EndAll()
    {
        Queue.Clear();
        foreach (var call in Carried())
        {
            try
            {
                End(call);
                _onEvent(call.Id, new MediaFailed("the worker failed"));
            }
            catch (Exception crash)
            {
                LogCrash(_logger, crash, call.Id);
            }
        }
    }
}
