using Byon.Functions.Registration;

namespace Byon.Tests.Functions.Tests.Registration;

public sealed class RegistrationExpiryTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    private static readonly RegistrationOptions Policy = new()
    {
        MinimumLifetime = TimeSpan.FromMinutes(1),
        DefaultLifetime = TimeSpan.FromHours(1),
        MaximumLifetime = TimeSpan.FromHours(24),
    };

    [Theory]
    [InlineData(null, 3600)]
    [InlineData(60, 60)]
    [InlineData(61, 61)]
    [InlineData(86_400, 86_400)]
    [InlineData(86_401, 86_400)]
    [InlineData(int.MaxValue, 86_400)]
    public void ALifetimeIsCountedFromTheReceipt(int? wish, int seconds)
    {
        var (expiresAt, problem) = RegistrationExpiry.Decide(wish is { } value ? Now.AddSeconds(value) : null, Now, Policy);
        Assert.Null(problem);
        Assert.Equal(Now.AddSeconds(seconds), expiresAt);
    }

    [Theory]
    [InlineData(59)]
    [InlineData(0)]
    [InlineData(-1)]
    public void ATooShortLifetimeIsOutOfRange(int wish) =>
        Assert.Equal((400, "OUT_OF_RANGE"), RegistrationExpiry.Decide(Now.AddSeconds(wish), Now, Policy).Problem is { } problem ? (problem.Status, problem.Code) : default);

    [Fact]
    public void TheOffsetOfTheWishDoesNotMatter() =>
        Assert.Equal(Now.AddHours(2), RegistrationExpiry.Decide(Now.AddHours(2).ToOffset(TimeSpan.FromHours(9)), Now, Policy).ExpiresAt);

    [Fact]
    public void TheFarEndsOfTimeAreHandled()
    {
        Assert.Equal(Now.AddHours(24), RegistrationExpiry.Decide(DateTimeOffset.MaxValue, Now, Policy).ExpiresAt);
        Assert.NotNull(RegistrationExpiry.Decide(DateTimeOffset.MinValue, Now, Policy).Problem);
    }
}
