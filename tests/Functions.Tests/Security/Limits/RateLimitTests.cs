using System.Globalization;
using System.Net.Http.Headers;
using Byon.Functions.Security;
using Byon.Functions.Security.Limits;
using Byon.Local.Identity;
using Byon.Tests.Functions.Tests.Rig;
using Byon.Tests.TestKit;
using Microsoft.Extensions.Options;

namespace Byon.Tests.Functions.Tests.Security.Limits;

public sealed class RateLimitTests(ApiRig rig) : ApiTest(rig)
{
    private static readonly RateLimit None = new();

    [Fact]
    public void ABurstFitsAndOneMoreWaits()
    {
        using var limits = Limits(subscriber: new RateLimit { PerSecond = 1, Burst = 3 });
        var caller = Subscriber("app", "ana");
        for (var i = 0; i < 3; i++)
            Assert.Null(limits.Count(caller, "GET"));
        var refusal = limits.Count(caller, "GET")!;
        Assert.Equal((429, "TOO_MANY_REQUESTS"), (refusal.Status, refusal.Code));
        Assert.InRange(refusal.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void ReadingCreatingAndChangingAreCountedApart()
    {
        using var limits = Limits(subscriber: new RateLimit { PerSecond = 1, Burst = 1 });
        var caller = Subscriber("app", "ana");
        foreach (var method in new[] { "GET", "POST", "PUT" })
            Assert.Null(limits.Count(caller, method));
        foreach (var method in new[] { "GET", "POST", "PUT", "DELETE" })
            Assert.NotNull(limits.Count(caller, method));
    }

    [Fact]
    public void OneSubscriberDoesNotSlowAnother()
    {
        using var limits = Limits(subscriber: new RateLimit { PerSecond = 1, Burst = 1 });
        Assert.Null(limits.Count(Subscriber("app", "ana"), "GET"));
        Assert.NotNull(limits.Count(Subscriber("app", "ana"), "GET"));
        Assert.Null(limits.Count(Subscriber("app", "ben"), "GET"));
        Assert.Null(limits.Count(Subscriber("other", "ana"), "GET"));
    }

    [Fact]
    public void AClientIsCountedWithAllItsSubscribers()
    {
        using var limits = Limits(client: new RateLimit { PerSecond = 1, Burst = 3 });
        foreach (var subject in new[] { "ana", "ben", "cleo" })
            Assert.Null(limits.Count(Subscriber("app", subject), "GET"));
        Assert.NotNull(limits.Count(Subscriber("app", "dan"), "GET"));
        Assert.Null(limits.Count(Subscriber("other", "dan"), "GET"));
    }

    [Fact]
    public void ABusinessIsNoSubscriber()
    {
        using var limits = Limits(subscriber: new RateLimit { PerSecond = 1, Burst = 1 });
        var business = new Caller("shop", "shop", null, new HashSet<string>(), null) { IsTwoLegged = true };
        for (var i = 0; i < 10; i++)
            Assert.Null(limits.Count(business, "POST"));
    }

    [Fact]
    public async Task ABucketFillsAgain()
    {
        using var limits = Limits(subscriber: new RateLimit { PerSecond = 10, Burst = 10 });
        var caller = Subscriber("app", "ana");
        while (limits.Count(caller, "GET") is null)
            await Task.Yield();
        await WaitFor.TrueAsync(() => Task.FromResult(limits.Count(caller, "GET") is null));
    }

    [Fact]
    public async Task TheApiTellsWhenToComeAgainAndAnswersOthersMeanwhile()
    {
        var (app, address) = await Rig.StartApiAsync("--RateLimits:SubscriberReads:PerSecond=1", "--RateLimits:SubscriberReads:Burst=2");
        await using var running = app;
        using var http = new HttpClient { BaseAddress = address };
        var (greedy, other) = (ApiRig.NewNumber(), ApiRig.NewNumber());
        var answers = new List<Answer>();
        for (var i = 0; i < 20; i++)
            answers.Add(await ListAsync(http, greedy));
        answers[0].ShouldBe(200);
        var refused = answers.First(answer => answer.Status != 200);
        refused.ShouldBe(429, "TOO_MANY_REQUESTS");
        Assert.InRange(int.Parse(refused.Headers.GetValues("Retry-After").Single(), CultureInfo.InvariantCulture), 1, 2);
        (await ListAsync(http, other)).ShouldBe(200);
    }

    [Theory]
    [InlineData("--RateLimits:ClientReads:PerSecond=-1")]
    [InlineData("--RateLimits:SubscriberCreates:Burst=1")]
    public async Task ALimitThatMakesNoSenseStopsTheStart(string setting)
    {
        var wrong = await Assert.ThrowsAsync<OptionsValidationException>(() => Rig.StartApiAsync(setting));
        Assert.Contains("RateLimits", wrong.Message, StringComparison.Ordinal);
    }

    private async Task<Answer> ListAsync(HttpClient http, string number)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{RegistrationSessions}?deviceId={Guid.NewGuid()}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Rig.Identity.Mint(new TokenSpec { PhoneNumber = number }));
        return await Answer.ReadAsync(await http.SendAsync(request));
    }

    private static Caller Subscriber(string client, string subject) => new(client, subject, "+34600000001", new HashSet<string>(), null);

    private static RateLimits Limits(RateLimit? subscriber = null, RateLimit? client = null) => new(Options.Create(new RateLimitOptions
    {
        SubscriberReads = subscriber ?? None,
        SubscriberCreates = subscriber ?? None,
        SubscriberChanges = subscriber ?? None,
        ClientReads = client ?? None,
        ClientCreates = client ?? None,
        ClientChanges = client ?? None,
    }));
}
