using System.Text;
using Byon.Tests.Fuzz.Mutation;

namespace Byon.Tests.Fuzz.Tests;

/// <summary>The runner itself: it finds what is there, says it once and makes it short.</summary>
public class FuzzRunnerTests
{
    [Fact]
    public void A_fault_is_found_once_and_shortened_to_what_it_needs()
    {
        var runner = new FuzzRunner(new Picky(), [Encoding.ASCII.GetBytes("a long line;with=parameters;of:no;meaning\r\nand another one")], seed: 1);
        runner.Run(4_000);
        var fault = Assert.Single(runner.Faults);
        Assert.Equal("two semicolons in a row", fault.Place);
        Assert.Equal(";;", Encoding.ASCII.GetString(fault.Input));
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        byte[][] seeds = [[1, 2, 3, 4, 5, 6, 7, 8], [9, 10, 11]];
        var (one, two) = (new Random(7), new Random(7));
        for (var i = 0; i < 200; i++) Assert.Equal(new ByteMutator().Mutate(seeds[0], seeds, one), new ByteMutator().Mutate(seeds[0], seeds, two));
    }

    [Fact]
    public void An_input_that_costs_too_much_memory_is_a_fault()
    {
        var fault = FuzzRunner.Check(new Greedy(), [1]);
        Assert.Equal("allocates too much", fault?.Place);
    }

    private sealed class Picky() : FuzzTarget("picky", new TextMutator())
    {
        public override int Run(byte[] input)
        {
            Require(!Encoding.Latin1.GetString(input).Contains(";;", StringComparison.Ordinal), "two semicolons in a row");
            return input.Length;
        }
    }

    private sealed class Greedy() : FuzzTarget("greedy", new ByteMutator())
    {
        public override int Run(byte[] input) => new byte[8 * 1024 * 1024].Length;
    }
}
