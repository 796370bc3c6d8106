namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Simulation;

/// <summary>Some seeds of <see cref="WholeCalls"/>; <c>./byon fuzz calls</c> tries others for as long as wanted.</summary>
public class WholeCallTests
{
    /// <summary>The last three once made an agent throw: an UPDATE was answered after its session had ended.</summary>
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 24), 209, 245, 389];

    public static TheoryData<int> ForkSeeds => [.. Enumerable.Range(1, 24)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_call_ends_once_and_leaves_nothing(int seed) => WholeCalls.RunTwo(seed);

    [Theory]
    [MemberData(nameof(ForkSeeds))]
    public void Every_call_that_rings_at_two_places_ends_once_and_leaves_nothing(int seed) => WholeCalls.RunForked(seed);

    [Fact]
    public void Both_places_do_have_a_say() => Assert.True(Enumerable.Range(1, 8).Sum(WholeCalls.RunForked) > 0);
}
