namespace Byon.Tests.Fuzz;

/// <summary>
/// Feeds one target with inputs made from its corpus: the same seed gives the same run. Inputs that make something new happen are
/// mutated further.
/// </summary>
public sealed class FuzzRunner
{
    /// <summary>The corpus grows in memory by what is new, and not beyond this.</summary>
    private const int MostKept = 4_000;

    private readonly FuzzTarget _target;
    private readonly List<byte[]> _pool;
    private readonly HashSet<int> _seen = [];
    private readonly HashSet<string> _known = [];
    private readonly Random _dice;

    /// <param name="seeds">Inputs to begin with; each is run as it stands first.</param>
    public FuzzRunner(FuzzTarget target, IReadOnlyList<byte[]> seeds, int seed)
    {
        if (seeds.Count == 0) throw new ArgumentException($"There is no corpus for '{target.Name}'.", nameof(seeds));
        (_target, _pool, _dice) = (target, [.. seeds], new Random(seed));
        // The first run of a target also pays for what it sets up once.
        Check(_target, seeds[0]);
        foreach (var input in seeds) Try(input);
    }

    public long Runs { get; private set; }

    /// <summary>Different things that happened so far.</summary>
    public int Reached => _seen.Count;

    /// <summary>Each fault once, with the shortest input found for it.</summary>
    public List<FuzzFault> Faults { get; } = [];

    public void Run(int runs)
    {
        for (; runs > 0; runs--) Try(_target.Mutator.Mutate(_pool[_dice.Next(_pool.Count)], _pool, _dice));
    }

    /// <summary>The fault of one input, null where everything holds.</summary>
    public static FuzzFault? Check(FuzzTarget target, byte[] input) => Check(target, input, out _);

    private static FuzzFault? Check(FuzzTarget target, byte[] input, out int shape)
    {
        shape = 0;
        try
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            shape = target.Run(input);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            return allocated <= target.AllowedBytes(input.Length) ? null : new FuzzFault("allocates too much", $"{allocated:N0} B for {input.Length:N0} B", input);
        }
        catch (Exception fault)
        {
            return new FuzzFault(FuzzFault.PlaceOf(fault), fault.ToString(), input);
        }
    }

    private void Try(byte[] input)
    {
        Runs++;
        if (Check(_target, input, out var shape) is { } fault)
        {
            if (_known.Add(fault.Place)) Faults.Add(Shortened(fault));
        }
        else if (_seen.Add(shape) && _pool.Count < MostKept)
        {
            _pool.Add(input);
        }
    }

    /// <summary>Leaves out part after part as long as the same fault remains.</summary>
    private FuzzFault Shortened(FuzzFault fault)
    {
        var tries = 0;
        for (var size = fault.Input.Length / 2; size > 0; size /= 2)
        {
            for (var at = 0; at + size <= fault.Input.Length && tries < 2_000; tries++)
            {
                byte[] shorter = [.. fault.Input.AsSpan(0, at), .. fault.Input.AsSpan(at + size)];
                if (Check(_target, shorter) is { } same && same.Place == fault.Place) fault = same;
                else at += size;
            }
        }

        return fault;
    }
}
