using Byon.Tests.Fuzz.Mutation;
using Byon.Tests.Fuzz.Scripts;

namespace Byon.Tests.Fuzz.Targets.Media;

/// <summary>
/// A media session between a browser and a phone: packets from both sides, changes of the plan and time in any order. What leaves
/// it is RTP and RTCP, its timers advance, and the events that come once come once.
/// </summary>
public sealed class MediaTarget() : FuzzTarget("media", new ScriptMutator(new ByteMutator(), isHex: true))
{
    private const int MostSteps = ScriptMutator.MostSteps;

    /// <summary>The send queue and the codecs of both directions.</summary>
    protected override long FixedBytes => 16 * 1024 * 1024;

    protected override int BytesPerByte => 4_000;

    public override int Run(byte[] input)
    {
        using var run = new MediaRun();
        foreach (var step in FuzzStep.Read(input, MostSteps)) run.Do(step);
        run.Finish();
        return run.Shape;
    }
}
