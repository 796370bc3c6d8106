using System.Text;
using Byon.Tests.Fuzz.Scripts;

namespace Byon.Tests.Fuzz.Mutation;

/// <summary>Sequences: steps are dropped, doubled, swapped and taken from others, and half of the time what one of them holds is mutated.</summary>
/// <param name="bodies">For what a step holds.</param>
/// <param name="isHex">Bodies are bytes in hexadecimal.</param>
public sealed class ScriptMutator(Mutator bodies, bool isHex) : Mutator
{
    public const int MostSteps = 60;

    protected override byte[] Step(byte[] input, IReadOnlyList<byte[]> others, Random dice)
    {
        var steps = FuzzStep.Read(input, MostSteps).ToList();
        var theirs = FuzzStep.Read(others[dice.Next(others.Count)], MostSteps);
        if (steps.Count == 0) return FuzzStep.Write(theirs);
        var (at, to) = (dice.Next(steps.Count), dice.Next(steps.Count));
        switch (dice.Next(12))
        {
            case 0: steps.RemoveAt(at); break;
            case 1: steps.Insert(to, steps[at]); break;
            case 2: (steps[at], steps[to]) = (steps[to], steps[at]); break;
            case 3 when theirs.Count > 0: steps.Insert(at, theirs[dice.Next(theirs.Count)]); break;
            case 4 when theirs.Count > 0: steps = [.. steps.Take(at), .. theirs.Skip(dice.Next(theirs.Count))]; break;
            case 5: steps[at] = steps[at] with { Argument = dice.Next(dice.Next(2) == 0 ? 20 : 100_000).ToString() }; break;
            default: steps[at] = steps[at] with { Body = Mutated(steps[at], theirs, dice) }; break;
        }

        return FuzzStep.Write(steps);
    }

    private string Mutated(FuzzStep step, IReadOnlyList<FuzzStep> theirs, Random dice)
    {
        if (step.Body.Length == 0) return "";
        byte[][] others = [Bytes(step), .. theirs.Where(s => s.Body.Length > 0).Select(Bytes)];
        var body = bodies.Mutate(others[0], others, dice);
        return isHex ? Convert.ToHexString(body) + "\r\n" : Encoding.Latin1.GetString(body);
    }

    private byte[] Bytes(FuzzStep step) => isHex ? step.Bytes() : Encoding.Latin1.GetBytes(step.Body);
}
