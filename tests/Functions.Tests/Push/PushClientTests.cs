using Byon.Functions.Push;
using Byon.Local.Push;

namespace Byon.Tests.Functions.Tests.Push;

public sealed class PushClientTests(PushRig rig) : IClassFixture<PushRig>
{
    public static TheoryData<string> Kinds => ["browser", "android", "iphone"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ADeviceGetsWhatItNeedsToWakeUpAndNoMore(string kind)
    {
        var device = NewDevice(kind);

        var result = await PushRig.SendAsync(rig.NewSender(), device);

        Assert.Equal(PushOutcome.Delivered, result.Outcome);
        var push = Assert.Single(rig.Services.Received, one => one.RegistrationToken == device);
        Assert.Equal(PushRig.Invitation.CallId, push.Text("mediaSessionId"));
        Assert.Equal(PushRig.Invitation.EventType, push.Text("type"));
        Assert.Equal("Initial", push.Text("status"));
        Assert.Equal("2026-11-21T10:00:00.000Z", push.Text("time"));
        Assert.Equal(
            ["mediaSessionId", "status", "time", "type"],
            push.Payload.EnumerateObject().Select(member => member.Name).Where(name => name != "aps").Order());
        Assert.Empty(rig.Services.Faults);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task TheCallerIsToldWhereItMay(string kind)
    {
        var device = NewDevice(kind);
        await PushRig.SendAsync(rig.NewSender(), device, PushRig.Invitation with { Caller = "tel:+34600111222", CallerName = "Cleo" });
        var push = Assert.Single(rig.Services.Received, one => one.RegistrationToken == device);
        Assert.Equal(("tel:+34600111222", "Cleo"), (push.Text("originatorAddress"), push.Text("originatorName")));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ADeviceThatIsGoneIsToldSo(string kind)
    {
        var device = NewDevice(kind);
        rig.Services.Uninstall(device);
        Assert.Equal(PushOutcome.Gone, (await PushRig.SendAsync(rig.NewSender(), device)).Outcome);
    }

    [Theory]
    [InlineData("browser", 404, "", "Gone")]
    [InlineData("browser", 413, "", "Refused")]
    [InlineData("browser", 403, "", "Refused")]
    [InlineData("android", 404, "UNREGISTERED", "Gone")]
    [InlineData("android", 404, "NOT_FOUND", "Refused")]
    [InlineData("android", 403, "SENDER_ID_MISMATCH", "Gone")]
    [InlineData("android", 400, "INVALID_ARGUMENT", "Refused")]
    [InlineData("iphone", 400, "BadDeviceToken", "Gone")]
    [InlineData("iphone", 400, "DeviceTokenNotForTopic", "Gone")]
    [InlineData("iphone", 410, "Unregistered", "Gone")]
    [InlineData("iphone", 400, "PayloadTooLarge", "Refused")]
    public async Task RefusalsAreToldApart(string kind, int status, string code, string expected)
    {
        var device = NewDevice(kind);
        rig.Services.Answer(device, new PushAnswer(status, code));
        var result = await PushRig.SendAsync(rig.NewSender(), device);
        Assert.Equal(expected, result.Outcome.ToString());
        Assert.Contains(status.ToString(System.Globalization.CultureInfo.InvariantCulture), result.Cause, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("browser", 429)]
    [InlineData("browser", 503)]
    [InlineData("android", 429)]
    [InlineData("android", 500)]
    [InlineData("iphone", 429)]
    [InlineData("iphone", 503)]
    public async Task ABusyServiceIsLeftAloneAsLongAsItAsks(string kind, int status)
    {
        var device = NewDevice(kind);
        rig.Services.Answer(device, new PushAnswer(status, "", RetryAfter: "7"));
        var result = await PushRig.SendAsync(rig.NewSender(), device);
        Assert.Equal((PushOutcome.TryLater, TimeSpan.FromSeconds(7)), (result.Outcome, result.RetryAfter));
        Assert.Equal(PushOutcome.Delivered, (await PushRig.SendAsync(rig.NewSender(), device)).Outcome);
    }

    [Fact]
    public async Task AnAnswerIsWaitedForNoLongerThanAClientMay()
    {
        var sender = rig.NewSender(change: options => options.Fcm.Endpoint = "http://127.0.0.1:1");
        var result = await PushRig.SendAsync(sender, rig.Services.NewAndroid());
        Assert.Equal(PushOutcome.TryLater, result.Outcome);
        Assert.StartsWith("FCM ", result.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OneAccessTokenServesManyMessagesUntilItRunsOut()
    {
        var clock = new ManualClock(DateTimeOffset.UtcNow);
        var sender = rig.NewSender(clock);
        var before = rig.Services.FcmTokensGranted;
        var device = rig.Services.NewAndroid();
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => PushRig.SendAsync(sender, device)));
        Assert.Equal(before + 1, rig.Services.FcmTokensGranted);

        clock.Now += TimeSpan.FromMinutes(59);
        await PushRig.SendAsync(sender, device);
        Assert.Equal(before + 2, rig.Services.FcmTokensGranted);
    }

    [Fact]
    public async Task AnAccessTokenThatIsNoLongerTakenIsReplacedOnce()
    {
        var sender = rig.NewSender();
        var device = rig.Services.NewAndroid();
        await PushRig.SendAsync(sender, device);
        var before = rig.Services.FcmTokensGranted;
        rig.Services.Answer(device, new PushAnswer(401, "UNAUTHENTICATED"));
        Assert.Equal(PushOutcome.Delivered, (await PushRig.SendAsync(sender, device)).Outcome);
        Assert.Equal(before + 1, rig.Services.FcmTokensGranted);

        rig.Services.Answer(device, new PushAnswer(401, "UNAUTHENTICATED"), new PushAnswer(401, "UNAUTHENTICATED"));
        Assert.Equal(PushOutcome.Refused, (await PushRig.SendAsync(sender, device)).Outcome);
    }

    [Fact]
    public async Task OneProviderTokenServesAppleForThreeQuartersOfAnHour()
    {
        var clock = new ManualClock(DateTimeOffset.UtcNow - TimeSpan.FromMinutes(55));
        var sender = rig.NewSender(clock);
        var device = rig.Services.NewIPhone();
        var before = rig.Services.ApnsTokensSeen;
        await PushRig.SendAsync(sender, device);
        clock.Now += TimeSpan.FromMinutes(45);
        await PushRig.SendAsync(sender, device);
        Assert.Equal(before + 1, rig.Services.ApnsTokensSeen);
        clock.Now += TimeSpan.FromMinutes(10);
        Assert.Equal(PushOutcome.Delivered, (await PushRig.SendAsync(sender, device)).Outcome);
        Assert.Equal(before + 2, rig.Services.ApnsTokensSeen);
    }

    [Fact]
    public async Task AppleIsNotShownNewTokensInARow()
    {
        var clock = new ManualClock(DateTimeOffset.UtcNow - TimeSpan.FromMinutes(30));
        var sender = rig.NewSender(clock);
        var device = rig.Services.NewIPhone();
        var before = rig.Services.ApnsTokensSeen;
        rig.Services.Answer(device, new PushAnswer(403, "ExpiredProviderToken"));
        Assert.Equal(PushOutcome.Refused, (await PushRig.SendAsync(sender, device)).Outcome);
        Assert.Equal(before + 1, rig.Services.ApnsTokensSeen);

        clock.Now += TimeSpan.FromMinutes(25);
        rig.Services.Answer(device, new PushAnswer(403, "ExpiredProviderToken"));
        Assert.Equal(PushOutcome.Delivered, (await PushRig.SendAsync(sender, device)).Outcome);
        Assert.Equal(before + 2, rig.Services.ApnsTokensSeen);
    }

    [Fact]
    public async Task ALaterPushOfACallTakesThePlaceOfTheOneThatWaits()
    {
        var (browser, iphone, sender) = (rig.Services.NewBrowser(), rig.Services.NewIPhone(), rig.NewSender());
        foreach (var status in new[] { "Initial", "SessionCancelled" })
        {
            await PushRig.SendAsync(sender, browser, PushRig.Invitation with { Status = status });
            await PushRig.SendAsync(sender, iphone, PushRig.Invitation with { Status = status });
        }

        var topics = rig.Services.Received.Where(push => push.RegistrationToken == browser).Select(push => push.Headers["topic"]);
        Assert.Matches("^[A-Za-z0-9_-]{1,32}$", Assert.Single(topics.Distinct()));
        var ids = rig.Services.Received.Where(push => push.RegistrationToken == iphone).Select(push => push.Headers["apns-collapse-id"]);
        Assert.Equal(PushRig.Invitation.CallId, Assert.Single(ids.Distinct()));
    }

    private string NewDevice(string kind) => kind switch
    {
        "browser" => rig.Services.NewBrowser(),
        "android" => rig.Services.NewAndroid(),
        _ => rig.Services.NewIPhone(),
    };

    private sealed class ManualClock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
