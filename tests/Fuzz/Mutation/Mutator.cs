namespace Byon.Tests.Fuzz.Mutation;

/// <summary>Makes a new input of an old one, and of others of the same corpus.</summary>
public abstract class Mutator
{
    /// <summary>Longer inputs than any of our limits only cost time.</summary>
    protected const int Longest = 80_000;

    public byte[] Mutate(byte[] input, IReadOnlyList<byte[]> others, Random dice)
    {
        for (var steps = 1 + dice.Next(4); steps > 0; steps--) input = Step(input, others, dice);
        return input.Length <= Longest ? input : input[..Longest];
    }

    protected abstract byte[] Step(byte[] input, IReadOnlyList<byte[]> others, Random dice);
}
