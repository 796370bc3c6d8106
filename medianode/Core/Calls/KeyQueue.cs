namespace Byon.MediaNode.Core.Calls;

/// <summary>What became of keys that were to be pressed.</summary>
internal enum KeyAdmission
{
    Taken,

    /// <summary>More than wait already would be too many.</summary>
    Full,

    /// <summary>The correlator was used for other keys.</summary>
    CorrelatorInUse,
}

/// <summary>Keys that wait for their turn, and when it comes. Both the keys and the memory of who asked for them are bounded.</summary>
internal sealed class KeyQueue
{
    /// <summary>Two whole requests of the API: more is no dialling any more.</summary>
    private const int MostWaiting = 64;

    /// <summary>A client that repeats a request does so at once.</summary>
    private const int MostRemembered = 16;

    private readonly Queue<WaitingKey> _waiting = new();
    private readonly Queue<KeySequence> _remembered = new();
    private Instant _free;

    public KeyQueue()
    {
    }

    public KeyQueue(KeyQueueState saved)
    {
        foreach (var key in saved.Waiting) _waiting.Enqueue(key);
        foreach (var sequence in saved.Remembered) _remembered.Enqueue(sequence);
    }

    /// <summary>When the next key is to be pressed; null where none waits.</summary>
    public Instant? NextTimeout => _waiting.Count > 0 ? _free : null;

    public KeyAdmission Add(Instant now, KeySequence sequence)
    {
        if (sequence.Correlator is { } correlator && _remembered.FirstOrDefault(it => it.Correlator == correlator) is { } earlier)
            return earlier == sequence ? KeyAdmission.Taken : KeyAdmission.CorrelatorInUse;
        if (_waiting.Count + sequence.Keys.Length > MostWaiting) return KeyAdmission.Full;
        if (_free < now) _free = now;
        foreach (var key in sequence.Keys) _waiting.Enqueue(new WaitingKey(key, sequence.Duration, sequence.Gap));
        if (sequence.Correlator is null) return KeyAdmission.Taken;
        if (_remembered.Count == MostRemembered) _remembered.Dequeue();
        _remembered.Enqueue(sequence);
        return KeyAdmission.Taken;
    }

    /// <summary>The next key if its turn has come; the one after it waits until this one is up again and the gap is over.</summary>
    public WaitingKey? TakeDue(Instant now)
    {
        if (NextTimeout is not { } due || due > now) return null;
        var key = _waiting.Dequeue();
        // Counted from when it was due: what is taken late does not add up.
        _free = (now - due > key.Gap ? now : due) + key.Duration + key.Gap;
        return key;
    }

    /// <summary>What waits is not pressed any more.</summary>
    public void Clear() => _waiting.Clear();

    public KeyQueueState? Save() => _waiting.Count == 0 && _remembered.Count == 0 ? null : new KeyQueueState([.. _waiting], [.. _remembered]);
}

/// <summary>One key that waits.</summary>
public sealed record WaitingKey(char Key, TimeSpan Duration, TimeSpan Gap);

/// <summary>The queue as a value; whoever takes it up presses the next key at once.</summary>
/// <param name="Remembered">What was asked for with a correlator, oldest first.</param>
public sealed record KeyQueueState(IReadOnlyList<WaitingKey> Waiting, IReadOnlyList<KeySequence> Remembered);
