using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Tests.MediaNode.Tests.Rig;

namespace Byon.Tests.MediaNode.Tests.Calls;

/// <summary>What the events of calls say about the device: it is called, on the phone, or neither.</summary>
[Collection(NodeTests.Name)]
public class LineStatusTests(NodeFixture fixture)
{
    [Fact]
    public async Task A_device_that_calls_is_on_the_phone_until_its_call_ends()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        var call = await rig.ConnectAsync();
        rig.Ims.Do((phone, now) => phone.End(now, rig.Ims.Invitation!.Session));
        await rig.HasStatusAsync(call.CallId, CallStatus.Terminated);
        Assert.Equal([LineStatus.OnThePhone, LineStatus.Idle], await TellsAsync(rig, CallStatus.Terminated));
    }

    [Fact]
    public async Task A_device_that_does_not_answer_has_only_been_called()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        var session = rig.Ims.Call(rig.Number, rig.Phone.Describe());
        await rig.LogWithAsync(data => data is CallEventData { Invitation: true });
        rig.Ims.Do((phone, now) => phone.End(now, session));
        Assert.Equal([LineStatus.Ringing, LineStatus.Idle], await TellsAsync(rig, CallStatus.SessionCancelled));
    }

    [Fact]
    public async Task Somebody_who_calls_a_device_on_the_phone_changes_nothing()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        await rig.ConnectAsync();
        var session = rig.Ims.Call(rig.Number, rig.Phone.Describe());
        await rig.LogWithAsync(data => data is CallEventData { Invitation: true });
        rig.Ims.Do((phone, now) => phone.End(now, session));
        await rig.LogWithAsync(data => data is CallEventData { Status: CallStatus.SessionCancelled });
        rig.Ims.Do((phone, now) => phone.End(now, rig.Ims.Invitation!.Session));
        Assert.Equal([LineStatus.OnThePhone, LineStatus.Idle], await TellsAsync(rig, CallStatus.Terminated));
    }

    private static async Task<List<LineStatus>> TellsAsync(CallRig rig, CallStatus last)
    {
        var log = await rig.LogWithAsync(data => data is CallEventData call && call.Status == last);
        return [.. log.Select(entry => ((CallEventData)entry.Data).Line).OfType<LineStatus>()];
    }
}
