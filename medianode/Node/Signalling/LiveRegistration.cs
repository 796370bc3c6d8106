using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Registrations;
using Byon.Platform.Events;
using Byon.Platform.Records;

namespace Byon.MediaNode.Signalling;

/// <summary>A registration that this node holds: the state machine, its row, and who waits for it.</summary>
internal sealed class LiveRegistration(Registration registration, RegistrationRecord record, SubscriberRecord subscriber) : Sleeper
{
    private readonly List<TaskCompletionSource<RegistrationResult>> _waiting = [];

    public Registration Registration { get; } = registration;

    public RegistrationRecord Record { get; set; } = record;

    public SubscriberRecord Subscriber { get; } = subscriber;

    public DeviceKey Device { get; } = new(record.PhoneNumber, record.DeviceId);

    /// <summary>Its calls, also those that have just ended.</summary>
    public HashSet<LiveCall> Calls { get; } = [];

    public IEnumerable<LiveCall> CallsUnderWay => Calls.Where(call => !call.Call.HasEnded);

    /// <summary>As told last.</summary>
    public LineStatus Line { get; set; }

    public SipRegistrationId? Sip { get; set; }

    public TaskCompletionSource? Removed { get; set; }

    /// <summary>Its first REGISTER is not decided yet.</summary>
    public bool IsNew { get; set; } = true;

    public Task<RegistrationResult> WaitAsync()
    {
        var waiter = new TaskCompletionSource<RegistrationResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Add(waiter);
        return waiter.Task;
    }

    public void Complete(RegistrationResult result)
    {
        foreach (var waiter in _waiting) waiter.TrySetResult(result);
        _waiting.Clear();
    }
}
