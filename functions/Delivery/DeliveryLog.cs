using Byon.Platform.Records;

namespace Byon.Functions.Delivery;

/// <summary>What delivery says. A reader's id is random and names nobody; target, number and device stay out.</summary>
internal static partial class DeliveryLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Reader {ReaderId} could not be told ({Cause}), try {Attempt}; the next one in {Pause}")]
    public static partial void TriedInVain(this ILogger log, string readerId, string cause, int attempt, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Error, Message = "Reader {ReaderId} refused event {EventId} ({Cause}) {Attempts} times: set aside")]
    public static partial void SetAside(this ILogger log, string readerId, string eventId, string cause, int attempts);

    [LoggerMessage(Level = LogLevel.Information, Message = "Reader {ReaderId} has ended: {Reason}")]
    public static partial void ReaderEnded(this ILogger log, string readerId, ReaderEndReason? reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Message {MessageId} of the queue of deliveries is given up after {Attempts} tries: {Cause}")]
    public static partial void MessageGivenUp(this ILogger log, string messageId, int attempts, string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Storage failed during a delivery with status {Status}, code {Code}; the delivery is asked for again")]
    public static partial void AskedAgain(this ILogger log, int status, string? code);
}
