using Byon.Local.Azurite;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Tests.MediaNode.Tests.Calls;
using Byon.Tests.MediaNode.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Tests.Journaling;

/// <summary>
/// How many storage operations a call costs the node at most; what comes close together is written together, so it may be fewer.
/// Heartbeats are left out: they come with time, not with calls.
/// </summary>
[Collection(NodeTests.Name)]
public class StorageBudgetTests(NodeFixture fixture)
{
    [Fact]
    public async Task A_registration_and_an_answered_call_keep_their_budgets()
    {
        await using var tap = await StorageTap.StartAsync((FreePorts.Next(), fixture.TablePort), (FreePorts.Next(), fixture.QueuePort));
        var ims = new FakeIms();
        var node = await TestNode.StartAsync(fixture, ims.NextHop, tap.Through(fixture.StorageConnection));
        tap.Forget();
        await using var rig = await CallRig.StartAsync(fixture, node, ims);
        AssertBudget("node: a registration", tap);

        tap.Forget();
        var call = await rig.ConnectAsync();
        ims.Do((phone, now) => phone.End(now, ims.Invitation!.Session));
        await rig.HasStatusAsync(call.CallId, CallStatus.Terminated);
        await rig.LogWithAsync(data => data is CallEventData { Status: CallStatus.Terminated });
        AssertBudget("node: an outgoing call, answered and ended", tap);
    }

    private static List<string> OfCalls(StorageTap tap) => [.. tap.Operations.Where(operation => !operation.EndsWith(" nodes", StringComparison.Ordinal))];

    private static void AssertBudget(string what, StorageTap tap)
    {
        var spent = OfCalls(tap);
        Assert.True(
            spent.Count <= Budgets.StorageOperations[what],
            $"tests/Bench/budgets.json says otherwise: \"{what}\": {spent.Count} ({string.Join(", ", spent)})");
        Assert.NotEmpty(spent);
    }
}
