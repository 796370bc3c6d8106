using Byon.Tests.Fuzz.Mutation;

namespace Byon.Tests.Fuzz;

/// <summary>One thing that faces a network, and what must hold whatever it is fed with.</summary>
/// <param name="name">Also the folder of its corpus and of its regressions.</param>
public abstract class FuzzTarget(string name, Mutator mutator)
{
    public string Name { get; } = name;

    public Mutator Mutator { get; } = mutator;

    /// <summary>A folder of other tests whose files serve as well, from the root of the repository.</summary>
    public virtual string? SharedCorpus => null;

    /// <summary>How many bytes one run may allocate: in proportion to the input, with a share that does not depend on it.</summary>
    public long AllowedBytes(int input) => FixedBytes + ((long)input * BytesPerByte);

    /// <summary>What a run may allocate whatever the input is.</summary>
    protected virtual long FixedBytes => 256 * 1024;

    protected virtual int BytesPerByte => 400;

    /// <summary>Runs the input; throws where something does not hold.</summary>
    /// <returns>
    /// What the input made happen, as a number: an input with a new one is worth mutating further. It stands for the coverage that
    /// an instrumented fuzzer would see.
    /// </returns>
    public abstract int Run(byte[] input);

    /// <summary>Says what does not hold. The text must not depend on the input: equal faults are reported once.</summary>
    protected static void Require(bool holds, string what)
    {
        if (!holds) throw new BrokenInvariantException(what);
    }
}
