using Byon.Tests.Fuzz.Mutation;
using Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Simulation;

namespace Byon.Tests.Fuzz.Targets.Sip;

/// <summary>
/// Whole calls over a bad network, by seed: the first four bytes of the input. Each seed is a run of its own, so every one counts
/// as new.
/// </summary>
public sealed class CallsTarget() : FuzzTarget("calls", new ByteMutator())
{
    protected override long FixedBytes => 2L * 1024 * 1024 * 1024;

    public override int Run(byte[] input)
    {
        var seed = BitConverter.ToInt32([.. input.Concat(new byte[4]).Take(4)]) & int.MaxValue;
        if (seed % 2 == 0) WholeCalls.RunTwo(seed);
        else WholeCalls.RunForked(seed);
        return seed;
    }
}
