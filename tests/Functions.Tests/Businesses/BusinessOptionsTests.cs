using Byon.Functions.Businesses;

namespace Byon.Tests.Functions.Tests.Businesses;

public sealed class BusinessOptionsTests
{
    [Fact]
    public void NoBusinessesAreFine() => Assert.Null(new BusinessOptions().Fault());

    [Theory]
    [InlineData("", "+34910000000", "", false, "ClientId")]
    [InlineData("shop", "", "", false, "Numbers")]
    [InlineData("shop", "910000000", "", false, "Numbers")]
    [InlineData("shop", "+34910000000", "sales", false, "CalledNumbers")]
    [InlineData("shop", "+34910000000", "", true, "CalledNumbers")]
    [InlineData("shop", "+34910000000,+34910000000", "", false, "there twice")]
    [InlineData("shop", "+34920000000", "", false, "another client's")]
    [InlineData("bank", "+34910000000", "", false, "ClientId of its own")]
    public void AFaultIsNamed(string clientId, string numbers, string called, bool draws, string fault)
    {
        var options = new BusinessOptions
        {
            Clients =
            [
                new BusinessClient { ClientId = "bank", Numbers = "+34920000000-+34920000009" },
                new BusinessClient { ClientId = clientId, Numbers = numbers, CalledNumbers = called, DrawsNumbers = draws },
            ],
        };
        Assert.Contains(fault, options.Fault(), StringComparison.Ordinal);
    }
}
