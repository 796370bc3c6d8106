using System.Globalization;
using Byon.Local.FunctionsHost;

namespace Byon.Tests.Local.Tests.FunctionsHost;

public sealed class NcrontabScheduleTests
{
    [Theory]
    [InlineData("0 */5 * * * *", "2026-03-04T05:06:07Z", "2026-03-04T05:10:00Z")]
    [InlineData("0 */5 * * * *", "2026-03-04T05:10:00Z", "2026-03-04T05:15:00Z")]
    [InlineData("* * * * * *", "2026-03-04T05:06:07.5Z", "2026-03-04T05:06:08Z")]
    [InlineData("0 0 0 * * *", "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z")]
    [InlineData("30 5,10 9-17/4 * * 1-5", "2026-03-06T17:10:30Z", "2026-03-09T09:05:30Z")]
    [InlineData("0 0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("0 0 0 29 2 0", "2026-01-01T00:00:00Z", "2032-02-29T00:00:00Z")]
    [InlineData("0 50/5 * * * *", "2026-01-01T00:00:00Z", "2026-01-01T00:50:00Z")]
    [InlineData("0 0 12 * 1 *", "2026-03-04T23:30:00-05:00", "2027-01-01T12:00:00Z")]
    public void TheNextTimeFollows(string expression, string after, string next)
    {
        Assert.True(NcrontabSchedule.TryParse(expression, out var schedule));
        Assert.Equal(Time(next), schedule.Next(Time(after)));
    }

    [Fact]
    public void ADayThatNeverComesHasNoNextTime()
    {
        Assert.True(NcrontabSchedule.TryParse("0 0 0 30 2 *", out var schedule));
        Assert.Null(schedule.Next(Time("2026-01-01T00:00:00Z")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("* * * * *")]
    [InlineData("60 * * * * *")]
    [InlineData("* * * 0 * *")]
    [InlineData("* * * * 13 *")]
    [InlineData("* * * * * 7")]
    [InlineData("*/0 * * * * *")]
    [InlineData("5-2 * * * * *")]
    [InlineData("1/2/3 * * * * *")]
    [InlineData("a * * * * *")]
    [InlineData("-1 * * * * *")]
    [InlineData(", * * * * *")]
    public void AnythingElseIsRefused(string expression) => Assert.False(NcrontabSchedule.TryParse(expression, out _));

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
