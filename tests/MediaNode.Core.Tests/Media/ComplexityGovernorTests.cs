using Byon.MediaNode.Core.Media;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

public sealed class ComplexityGovernorTests
{
    private readonly ComplexityGovernor _governor = new();

    [Theory]
    [InlineData(0.1, 10)]
    [InlineData(0.3, 5)]
    [InlineData(0.9, 5)]
    [InlineData(0.96, 0)]
    public void EffortIsTakenBackAtOnce(double load, int complexity)
    {
        Assert.Equal(complexity != 10, _governor.Update(load));
        Assert.Equal(complexity, _governor.Complexity);
    }

    [Fact]
    public void EffortComesBackStepByStepAfterAWhileAtEase()
    {
        _governor.Update(1);
        Assert.Equal([.. Enumerable.Repeat(0, 9), .. Enumerable.Repeat(5, 10), 10], Look(0.05, 20));
    }

    [Fact]
    public void ALoadInBetweenChangesNothing()
    {
        _governor.Update(0.5);
        Assert.All(Look(0.3, 100), complexity => Assert.Equal(5, complexity));
        _governor.Update(0.9);
        Assert.All(Look(0.5, 100), complexity => Assert.Equal(0, complexity));
    }

    [Fact]
    public void OneBusyLookStartsTheWaitAnew()
    {
        _governor.Update(1);
        Look(0.1, 9);
        Look(0.5, 1);
        Assert.All(Look(0.1, 9), complexity => Assert.Equal(0, complexity));
    }

    private List<int> Look(double load, int times) => [.. Enumerable.Range(0, times).Select(_ =>
    {
        _governor.Update(load);
        return _governor.Complexity;
    })];
}
