using Byon.Tests.Fuzz.Mutation;
using Byon.Tests.Fuzz.Scripts;

namespace Byon.Tests.Fuzz.Targets.Media;

/// <summary>
/// The video of a session: packets and feedback of both sides, plain and secured, in any order with changes of the plan and time.
/// What leaves it is RTP and RTCP, no sequence number is used for two packets, and a few bytes never become many.
/// </summary>
public sealed class VideoTarget() : FuzzTarget("video", new ScriptMutator(new ByteMutator(), isHex: true))
{
    /// <summary>The send queue, and what is kept for sending again.</summary>
    protected override long FixedBytes => 16 * 1024 * 1024;

    protected override int BytesPerByte => 4_000;

    public override int Run(byte[] input)
    {
        using var run = new VideoRun();
        foreach (var step in FuzzStep.Read(input, ScriptMutator.MostSteps)) run.Do(step);
        run.Finish();
        return run.Shape;
    }
}
