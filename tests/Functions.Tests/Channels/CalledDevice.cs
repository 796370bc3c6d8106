using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Byon.Tests.Functions.Tests.Rig;

namespace Byon.Tests.Functions.Tests.Channels;

/// <summary>A device that is called: rows and events as a media node writes them.</summary>
internal sealed class CalledDevice(ApiRig rig, TestCaller owner)
{
    private readonly CallStore _calls = new(rig.Tables);
    private readonly EventLog _log = new(rig.Tables);

    public DeviceKey Key { get; } = new(owner.Number, owner.DeviceId);

    /// <summary>An incoming call; answers its id.</summary>
    public async Task<string> RingAsync(string offer = "v=0\r\ns=offer\r\n")
    {
        var callId = Guid.NewGuid().ToString("D");
        await PutAsync(callId, CallStatus.Initial);
        await _log.AppendAsync(Key, Data(callId, 1, CallStatus.Initial) with { Invitation = true, OfferSdp = offer }, DateTimeOffset.UtcNow, default);
        return callId;
    }

    public async Task BecomeAsync(string callId, CallStatus status, int sequenceNumber = 2)
    {
        await PutAsync(callId, status);
        await _log.AppendAsync(Key, Data(callId, sequenceNumber, status), DateTimeOffset.UtcNow, default);
    }

    public async Task EndAsync(string callId, CallStatus status, int sequenceNumber)
    {
        await PutAsync(callId, status);
        var ending = new CallEnding(CallEndClass.Success, "ended", null);
        await _log.AppendAsync(Key, Data(callId, sequenceNumber, status) with { Ending = ending }, DateTimeOffset.UtcNow, default);
    }

    private Task PutAsync(string callId, CallStatus status) => _calls.PutAsync(
        new CallRecord(
            callId, Key.PhoneNumber, Guid.NewGuid().ToString("D"), Key.DeviceId, "client", "subject", "node-a", CallDirection.Incoming, status,
            "tel:+34600111222", null, $"tel:{Key.PhoneNumber}", null, null, null, null, null, 1, DateTimeOffset.UtcNow,
            status is CallStatus.Terminated or CallStatus.SessionCancelled ? DateTimeOffset.UtcNow : null),
        default);

    private CallEventData Data(string callId, int sequenceNumber, CallStatus status) =>
        new(false, callId, sequenceNumber, status, "tel:+34600111222", null, $"tel:{Key.PhoneNumber}", null, null, null, null, null);
}
