using Byon.Local.FunctionsHost;

namespace Byon.Tests.Local.Tests.FunctionsHost;

public sealed class CrashPolicyTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    [Theory]
    [InlineData(0, 1, 29.9, true)]
    [InlineData(0, 1, 30, false)]
    [InlineData(0, 15, 31, false)]
    public void TheThirdErrorInsideHalfAnHourIsOneTooMany(double first, double second, double third, bool last)
    {
        var policy = new CrashPolicy();
        Assert.False(policy.NoteAndJudge(Start.AddMinutes(first)));
        Assert.False(policy.NoteAndJudge(Start.AddMinutes(second)));
        Assert.Equal(last, policy.NoteAndJudge(Start.AddMinutes(third)));
    }
}
