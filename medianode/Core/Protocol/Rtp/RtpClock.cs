namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>Between monotonic time and the units of a media clock.</summary>
public static class RtpClock
{
    /// <summary>What a media clock that started with the monotonic clock would show.</summary>
    public static long At(Instant now, int clockRate) => Units(new TimeSpan(now.Ticks), clockRate);

    public static long Units(TimeSpan duration, int clockRate) =>
        duration.Ticks / TimeSpan.TicksPerSecond * clockRate
        + duration.Ticks % TimeSpan.TicksPerSecond * clockRate / TimeSpan.TicksPerSecond;

    public static TimeSpan Duration(long units, int clockRate) =>
        new(units / clockRate * TimeSpan.TicksPerSecond + units % clockRate * TimeSpan.TicksPerSecond / clockRate);
}
