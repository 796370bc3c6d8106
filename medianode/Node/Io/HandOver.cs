using Byon.MediaNode.Core.Media.Moving;

namespace Byon.MediaNode.Io;

/// <summary>A call on its way from its worker to another node.</summary>
/// <param name="wallNow">By the clock that both nodes share.</param>
internal sealed class HandOver(DateTimeOffset wallNow)
{
    public DateTimeOffset WallNow => wallNow;

    /// <summary>Set by the worker, where there was something to save.</summary>
    public MediaSessionState? State { get; set; }

    /// <summary>Completes with the state; null where the call had none, and goes on.</summary>
    public TaskCompletionSource<MediaSessionState?> Saved { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
