using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

/// <summary>Virtual time for a media session.</summary>
internal static class MediaSessionTime
{
    /// <summary>Lets every deadline come that lies within the time, and calls <paramref name="drain"/> after each.</summary>
    public static void Run(this MediaSession session, ref Instant now, TimeSpan duration, Action drain)
    {
        var end = now + duration;
        while (session.NextTimeout is { } due && due <= end)
        {
            now = due > now ? due : now;
            session.HandleTimeout(now);
            drain();
        }

        now = end;
    }
}
