using Byon.Functions.Nodes;
using Byon.Platform.Records;

namespace Byon.Tests.Functions.Tests.Nodes;

public sealed class PlacementTests
{
    private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;
    private readonly Placement _placement = new(TimeProvider.System);

    [Fact]
    public void TheLeastLoadedShareComesFirst() =>
        Assert.Equal(["big", "small"], _placement.Order([Node("small", 5, 10), Node("big", 6, 100)]).Select(node => node.NodeId));

    [Fact]
    public void ANodeWithoutCapacityComesLast() =>
        Assert.Equal(["full", "none"], _placement.Order([Node("none", 0, 0), Node("full", 10, 10)]).Select(node => node.NodeId));

    [Fact]
    public void EqualsAreDrawnByLot()
    {
        var first = Enumerable.Range(0, 200).Select(_ => _placement.Order([Node("a", 0, 10), Node("b", 0, 10)])[0].NodeId).Distinct();
        Assert.Equal(["a", "b"], first.Order());
    }

    [Fact]
    public void WhatWasPlacedCountsUntilTheNextHeartbeat()
    {
        var (a, b) = (Node("a", 0, 10), Node("b", 0.015, 10));
        Assert.Equal("a", _placement.Order([a, b])[0].NodeId);
        _placement.Note(a);
        _placement.Note(a);
        Assert.Equal("b", _placement.Order([a, b])[0].NodeId);
        Assert.Equal("a", _placement.Order([a with { HeartbeatAt = _now.AddSeconds(1) }, b])[0].NodeId);
    }

    private NodeRecord Node(string id, double load, double capacity) => new(id, "http://127.0.0.1:1/", NodeState.Ready, load, capacity, _now, _now);
}
