using Byon.Tests.Fuzz.Mutation;
using Byon.Tests.Fuzz.Scripts;

namespace Byon.Tests.Fuzz.Targets.Sip;

/// <summary>
/// A whole SIP agent: what its user wants, what peers send and how time passes, in any order. Whatever comes, all it sends can be
/// read, each session ends once, and in the end nothing is left of it.
/// </summary>
public sealed class AgentTarget() : FuzzTarget("agent", new ScriptMutator(new TextMutator(SipMessageTarget.Words), isHex: false))
{
    private const int MostEach = 70;

    protected override long FixedBytes => 24 * 1024 * 1024;

    protected override int BytesPerByte => 20_000;

    public override int Run(byte[] input)
    {
        var run = new AgentRun();
        foreach (var step in FuzzStep.Read(input, MostEach)) run.Do(step);
        run.Finish();
        return run.Shape;
    }
}
