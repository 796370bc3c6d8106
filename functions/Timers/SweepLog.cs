namespace Byon.Functions.Timers;

internal static partial class SweepLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} {What} were left over and are cleared up")]
    public static partial void ClearedUp(this ILogger log, int count, string what);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} readers lag and are delivered to")]
    public static partial void ReadersLag(this ILogger log, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Storage failed while sweeping {What}, with status {Status}, code {Code}; the next sweep tries again")]
    public static partial void SweepFailed(this ILogger log, string what, int status, string? code);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} old events were taken from the logs")]
    public static partial void Trimmed(this ILogger log, int count);
}
