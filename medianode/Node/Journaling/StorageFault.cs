using Azure;

namespace Byon.MediaNode.Journaling;

/// <summary>Which faults of storage and of Web PubSub pass, and how to name them without what they were about.</summary>
internal static class StorageFault
{
    /// <summary>No answer at all (status 0), throttling, or a fault of the service: it may work the next time.</summary>
    public static bool IsAway(Exception fault) => fault switch
    {
        RequestFailedException failed => failed.Status is 0 or 408 or 429 or >= 500,
        AggregateException many => many.InnerExceptions.All(IsAway),
        HttpRequestException or IOException or TimeoutException or TaskCanceledException => true,
        _ => false,
    };

    /// <summary>For logs: messages of these exceptions can hold a row's key, and with it a phone number.</summary>
    public static string Describe(Exception fault) =>
        fault is RequestFailedException failed ? $"{failed.Status} {failed.ErrorCode}".TrimEnd() : fault.GetType().Name;
}
