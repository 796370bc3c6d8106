namespace Byon.MediaNode.Journaling;

/// <summary>One thing to be stored for a device, tried until it succeeds. <paramref name="Work"/> can be repeated without doing its thing twice.</summary>
internal sealed record JournalEntry(Func<CancellationToken, Task> Work)
{
    private readonly TaskCompletionSource<bool> _stored = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>True once stored; false where it was given up.</summary>
    public Task<bool> Stored => _stored.Task;

    public void Complete(bool stored) => _stored.TrySetResult(stored);
}
