using System.Diagnostics;
using Byon.MediaNode.Core;

namespace Byon.MediaNode;

/// <summary>The one clock that engines are given: it never jumps, and says nothing about the time of day.</summary>
public static class MonotonicClock
{
    public static Instant Now => new(Stopwatch.GetElapsedTime(0).Ticks);
}
