using System.Text.Json.Nodes;
using Byon.Platform.Control;
using Byon.Tests.Functions.Tests.Rig;

namespace Byon.Tests.Functions.Tests.Surfaces;

/// <summary>Our extension: calls that go to the SIM phone and come back.</summary>
public sealed class CallTransferTests(ApiRig rig) : ApiTest(rig)
{
    private const string PhoneSessions = "/call-transfer/v1/phone-sessions";

    private static JsonObject Offer => new() { ["offer"] = new JsonObject { ["sdp"] = "v=0\r\ns=again\r\n" } };

    [Fact]
    public async Task ACallIsHandedOverAndCalledOff()
    {
        var caller = NewCaller();
        var call = await caller.CallAsync();
        (await caller.PostAsync($"{TransferSessions}/{call}/transfer", null)).ShouldBe(202);
        (await caller.DeleteAsync($"{TransferSessions}/{call}/transfer")).ShouldBe(204);
        Assert.Contains("transfer " + call, Sent());
        Assert.Contains("cancel transfer " + call, Sent());
    }

    [Fact]
    public async Task ACallOnThePhoneIsListedAndComesBackAsANewSession()
    {
        var caller = NewCaller();
        var phone = await caller.HandOverAsync(await caller.CallAsync());
        var listed = await caller.GetAsync(PhoneSessions);
        listed.ShouldBe(200);
        var one = Assert.Single(listed.Json.AsArray())!;
        Assert.Equal((phone, "tel:+34999000001"), ((string)one["phoneSessionId"]!, (string)one["receiverAddress"]!));
        (await caller.GetAsync($"{CallSessions}/{phone}")).ShouldBe(404);

        var registration = (string)(await caller.GetAsync($"{RegistrationSessions}?deviceId={caller.DeviceId}")).Json[0]!["registrationId"]!;
        var back = await caller.PostAsync($"{PhoneSessions}/{phone}/retrieve", Offer, registration);
        back.ShouldBe(201);
        Assert.Equal(StubNode.AnswerSdp, (string)back.Json["answer"]!["sdp"]!);
        Assert.NotEqual(phone, (string)back.Json["mediaSessionId"]!);
        Assert.Equal(registration, Rig.Node.Commands.Concat(Rig.OtherNode.Commands).OfType<RetrieveCallCommand>().Last().Registration.RegistrationId);
    }

    [Fact]
    public async Task NobodyElsesCallIsHandedOverListedOrRetrieved()
    {
        var caller = NewCaller();
        var call = await caller.CallAsync();
        var phone = await caller.HandOverAsync(call);
        foreach (var stranger in new[] { NewCaller(), caller.ThroughOtherClient() })
        {
            (await stranger.PostAsync($"{TransferSessions}/{call}/transfer", null)).ShouldBe(404);
            (await stranger.DeleteAsync($"{TransferSessions}/{call}/transfer")).ShouldBe(404);
            Assert.Empty((await stranger.GetAsync(PhoneSessions)).Json.AsArray());
        }

        var other = NewCaller();
        (await other.PostAsync($"{PhoneSessions}/{phone}/retrieve", Offer, await other.RegisterAsync())).ShouldBe(404);
    }

    [Fact]
    public async Task ARetrievalNeedsAnOfferAndARegistration()
    {
        var caller = NewCaller();
        var phone = await caller.HandOverAsync(await caller.CallAsync());
        var without = await caller.PostAsync($"{PhoneSessions}/{phone}/retrieve", new JsonObject(), Guid.NewGuid().ToString());
        without.ShouldBe(400, "INVALID_ARGUMENT");
        Assert.Contains("offer", without.Text, StringComparison.Ordinal);
        (await caller.PostAsync($"{PhoneSessions}/{phone}/retrieve", Offer, Guid.NewGuid().ToString())).ShouldBe(404);
    }

    private List<string> Sent() => [.. Rig.Node.Commands.Concat(Rig.OtherNode.Commands).OfType<string>()];
}
