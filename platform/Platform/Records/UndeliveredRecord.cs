namespace Byon.Platform.Records;

/// <summary>Something that was given up, for the operator: an event that a reader refused, or a message nobody could make use of.</summary>
/// <param name="ReaderId">Null for a message.</param>
/// <param name="What">Id of the event or message.</param>
/// <param name="Position">The event's place in its device's log; 0 for a message.</param>
/// <param name="Cause">Short and stable ("status 403"): nothing that a receiver or a client wrote.</param>
public sealed record UndeliveredRecord(string? ReaderId, string What, long Position, string Cause, int Attempts, DateTimeOffset At);
