using Byon.Platform.Control;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Byon.Tests.Functions.Tests.Rig;

namespace Byon.Tests.Functions.Tests.Nodes;

/// <summary>Where the device of a number that is being called registers.</summary>
public sealed class RingingNodeTests(ApiRig rig) : ApiTest(rig)
{
    [Theory]
    [InlineData(CallDirection.Incoming, CallStatus.Initial, true)]
    [InlineData(CallDirection.Incoming, CallStatus.Ringing, true)]
    [InlineData(CallDirection.Incoming, CallStatus.Connected, false)]
    [InlineData(CallDirection.Outgoing, CallStatus.Ringing, false)]
    public async Task ARegistrationGoesToTheNodeOfTheRingingCallWhateverItsLoad(CallDirection direction, CallStatus status, bool toBusyNode)
    {
        var caller = NewCaller();
        await Rig.OtherNode.HeartbeatAsync(load: 90);
        await new CallStore(Rig.Tables).PutAsync(Call(caller.Number, Rig.OtherNode.NodeId, direction, status), default);

        await caller.RegisterAsync();

        Assert.Equal(toBusyNode, Rig.OtherNode.Commands.OfType<RegisterCommand>().Any());
    }

    [Fact]
    public async Task ARingingNodeThatTakesNoWorkIsNoObstacle()
    {
        var caller = NewCaller();
        await Rig.OtherNode.HeartbeatAsync(NodeState.Draining);
        await new CallStore(Rig.Tables).PutAsync(Call(caller.Number, Rig.OtherNode.NodeId, CallDirection.Incoming, CallStatus.Ringing), default);

        await caller.RegisterAsync();

        Assert.Single(Rig.Node.Commands.OfType<RegisterCommand>());
    }

    private static CallRecord Call(string number, string nodeId, CallDirection direction, CallStatus status) => new(
        Guid.NewGuid().ToString(), number, "registration", "device", "client", "subject", nodeId, direction, status, "tel:+34600333444",
        null, $"tel:{number}", null, "v=0", null, null, null, 1, DateTimeOffset.UtcNow, null);
}
