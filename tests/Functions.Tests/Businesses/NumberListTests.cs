using Byon.Functions.Businesses;

namespace Byon.Tests.Functions.Tests.Businesses;

public sealed class NumberListTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("+34910000000", "+34910000000")]
    [InlineData(" +34910000000 , +34910000001,", "+34910000000 +34910000001")]
    [InlineData("+34910000008-+34910000011", "+34910000008 +34910000009 +34910000010 +34910000011")]
    [InlineData("+34910000000 - +34910000000", "+34910000000")]
    public void NumbersAndRangesAreRead(string text, string numbers) =>
        Assert.Equal(numbers.Split(' ', StringSplitOptions.RemoveEmptyEntries), NumberList.TryParse(text));

    [Theory]
    [InlineData("34910000000")]
    [InlineData("+034910000000")]
    [InlineData("+34 910 000 000")]
    [InlineData("+34910000001-+34910000000")]
    [InlineData("+34910000000-+349100000001")]
    [InlineData("+34910000000-")]
    [InlineData("+34910000000-+34910010000")]
    [InlineData("+34910000000-+34919999999")]
    [InlineData("+10000-+99999999999999999")]
    public void AnythingElseIsNot(string text) => Assert.Null(NumberList.TryParse(text));

    [Fact]
    public void TenThousandFit() => Assert.Equal(NumberList.Maximum, NumberList.TryParse("+34910000000-+34910009999")!.Count);
}
