using Byon.Platform.Records;
using Byon.Tests.MediaNode.Tests.Calls;
using Byon.Tests.MediaNode.Tests.Rig;

namespace Byon.Tests.MediaNode.Tests.Telemetry;

[Collection(NodeTests.Name)]
public class LogTests(NodeFixture fixture)
{
    [Fact]
    public async Task No_number_description_or_secret_reaches_a_log_even_at_the_most_talkative_level()
    {
        var ims = new FakeIms();
        var node = TestNode.Create(fixture, ims.NextHop);
        node.Settings["Logging__LogLevel__Default"] = "Trace";
        await node.StartAsProcessAsync();
        await using var rig = await CallRig.StartAsync(fixture, node, ims);
        var call = await rig.ConnectAsync();
        ims.Do((phone, now) => phone.End(now, ims.Invitation!.Session));
        await rig.HasStatusAsync(call.CallId, CallStatus.Terminated);
        await node.PostRegistrationAsync(rig.Number, rig.DeviceId);
        await node.PostCallAsync(rig.Registration, "not an offer");
        await node.TerminateAsync();

        var log = string.Join('\n', node.Lines);
        Assert.Contains(call.CallId, log, StringComparison.Ordinal);
        foreach (var secret in new[] { rig.Number, rig.Number[1..], FakeIms.PhoneNumber[1..], "m=audio", "a=fingerprint", "Bearer ", "eyJ", "not an offer", node.Settings["Control__PoolKey"] })
            Assert.DoesNotContain(secret, log, StringComparison.Ordinal);
    }
}
