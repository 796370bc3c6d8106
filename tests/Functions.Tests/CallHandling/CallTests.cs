using System.Text.Json.Nodes;
using Byon.Platform.Control;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Byon.Tests.Functions.Tests.Rig;

namespace Byon.Tests.Functions.Tests.CallHandling;

public sealed class CallTests(ApiRig rig) : ApiTest(rig)
{
    [Fact]
    public async Task ACallIsPlacedByTheNodeOfItsRegistration()
    {
        var caller = NewCaller();
        var registrationId = await caller.RegisterAsync();
        var body = caller.CallTo("tel:+34999000001");
        body["originatorName"] = "Ada";
        body["callType"] = "REGULAR";
        var answer = await caller.PostAsync(CallSessions, body, registrationId);
        answer.ShouldBe(201);
        Assert.Equal("Initial", (string?)answer.Json["status"]);
        Assert.Equal(StubNode.AnswerSdp, (string?)answer.Json["answer"]!["sdp"]);
        Assert.Equal((string?)body["offer"]!["sdp"], (string?)answer.Json["offer"]!["sdp"]);
        Assert.Equal($"tel:{caller.Number}", (string?)answer.Json["originatorAddress"]);
        Assert.Equal("tel:+34999000001", (string?)answer.Json["receiverAddress"]);

        var nodes = new[] { Rig.Node, Rig.OtherNode };
        var registered = nodes.Single(node => node.Commands.OfType<RegisterCommand>().Any());
        var command = Assert.Single(registered.Commands.OfType<StartCallCommand>());
        Assert.Equal((registrationId, caller.Number, false, "Ada"), (command.RegistrationId, command.PhoneNumber, command.Anonymous, command.OriginatorName));
        (await caller.GetAsync($"{CallSessions}/{(string?)answer.Json["mediaSessionId"]}")).ShouldBe(200);
    }

    [Fact]
    public async Task AnAnonymousCallWithholdsTheNumber()
    {
        var caller = NewCaller();
        var body = caller.CallTo("tel:+34999000001");
        body["originatorAddress"] = "sip:anonymous@anonymous.invalid";
        (await caller.PostAsync(CallSessions, body, await caller.RegisterAsync())).ShouldBe(201);
        var command = Assert.Single(Rig.Node.Commands.Concat(Rig.OtherNode.Commands).OfType<StartCallCommand>());
        Assert.True(command.Anonymous);
        Assert.Equal(caller.Number, command.PhoneNumber);
    }

    [Fact]
    public async Task TheHeaderRegistrationIdIsNeeded()
    {
        var caller = NewCaller();
        (await caller.PostAsync(CallSessions, caller.CallTo("tel:+34999000001"))).ShouldBe(400, "INVALID_ARGUMENT", "registrationId");
        (await caller.PostAsync(CallSessions, caller.CallTo("tel:+34999000001"), "abc")).ShouldBe(400, "INVALID_ARGUMENT", "registrationId");
        (await caller.PostAsync(CallSessions, caller.CallTo("tel:+34999000001"), Guid.NewGuid().ToString())).ShouldBe(404, "NOT_FOUND", "registrationId");
    }

    [Theory]
    [InlineData("tel:+34600999888")]
    [InlineData("sip:+34600999888@ims.example.com")]
    [InlineData("sip:somebody@ims.example.com")]
    public async Task SomebodyElsesNumberCannotBeTheOriginator(string originator)
    {
        var caller = NewCaller();
        var body = caller.CallTo("tel:+34999000001");
        body["originatorAddress"] = originator;
        (await caller.PostAsync(CallSessions, body, await caller.RegisterAsync())).ShouldBe(403, "INVALID_TOKEN_CONTEXT");
    }

    [Theory]
    [InlineData("EMERGENCY", "urn:service:sos")]
    [InlineData("EMERGENCY", "tel:+34999000001")]
    [InlineData("REGULAR", "urn:service:sos.police")]
    public async Task EmergencyCallsAreRefusedClearly(string callType, string receiver)
    {
        var caller = NewCaller();
        var body = caller.CallTo(receiver);
        body["callType"] = callType;
        (await caller.PostAsync(CallSessions, body, await caller.RegisterAsync())).ShouldBe(501, "CALLTYPE_EMERGENCY_NOT_SUPPORTED");
    }

    public static TheoryData<string, string> BadMembers => new()
    {
        { """{"originatorAddress":null}""", "originatorAddress is not a string" },
        { """{"receiverAddress":"112"}""", "receiverAddress is not an address" },
        { """{"receiverAddress":"tel:+0123456"}""", "receiverAddress is not an address" },
        { """{"receiverAddress":"tel:+34999000001\n"}""", "receiverAddress is not an address" },
        { """{"receiverAddress":"sip:+34999000001@ims.example.com;user=phone"}""", "receiverAddress is not an address" },
        { """{"receiverAddress":"sip:alice@10.0.0.1"}""", "receiverAddress is not an address" },
        { """{"receiverAddress":"sip:anonymous@anonymous.invalid"}""", "receiverAddress must not be the anonymous address" },
        { """{"originatorName":7}""", "originatorName is not a string" },
        { """{"offer":"v=0"}""", "offer is not an object" },
        { """{"offer":{}}""", "offer.sdp" },
        { """{"offer":{"sdp":""}}""", "offer.sdp is empty" },
        { """{"offer":{"sdp":7}}""", "offer.sdp is not a string" },
        { """{"offer":{"sdp":"v=0","type":"offer"}}""", "Unknown property: offer.type" },
        { """{"answer":{"sdp":"v=0"}}""", "answer must not be sent" },
        { """{"status":"Initial"}""", "status must not be sent" },
        { """{"callType":"VIDEO"}""", "callType must be one of REGULAR, EMERGENCY" },
        { """{"clientCorrelator":"x"}""", "Unknown property: clientCorrelator" },
        { """{"locationDetails":{"shape":"Square"}}""", "locationDetails.shape must be one of" },
        { """{"locationDetails":{"confidence":{"value":101}}}""", "locationDetails.confidence.value is out of range" },
        { """{"locationDetails":{"coordinates":{"latitude":1,"longitude":2}}}""", "locationDetails.coordinates.radius" },
        { """{"locationDetails":{"coordinates":{"latitude":1,"longitude":2,"radius":3,"zAxis":4}}}""", "locationDetails.coordinates" },
        { """{"locationDetails":{"coordinates":{"latitude":"1","longitude":2,"radius":3}}}""", "locationDetails.coordinates.latitude is not a number" },
        { """{"locationDetails":{"coordinates":{"latitude":91,"longitude":2,"radius":3}}}""", "locationDetails.coordinates.latitude is out of range" },
        { """{"locationDetails":{"coordinates":{"latitude":1,"longitude":-181,"radius":3}}}""", "locationDetails.coordinates.longitude is out of range" },
        { """{"locationDetails":{"coordinates":{"latitude":1,"longitude":2,"radius":-3}}}""", "locationDetails.coordinates.radius is out of range" },
        { """{"locationDetails":{"extra":{}}}""", "Unknown property: locationDetails.extra" },
    };

    [Theory]
    [MemberData(nameof(BadMembers))]
    public async Task ABadMemberIsNamed(string change, string named)
    {
        var caller = NewCaller();
        var body = caller.CallTo("tel:+34999000001");
        foreach (var (name, value) in JsonNode.Parse(change)!.AsObject())
            body[name] = value?.DeepClone();
        (await caller.PostAsync(CallSessions, body, await caller.RegisterAsync())).ShouldBe(400, "INVALID_ARGUMENT", named);
        Assert.Empty(Rig.Node.Commands.Concat(Rig.OtherNode.Commands).OfType<StartCallCommand>());
    }

    [Theory]
    [InlineData("originatorAddress")]
    [InlineData("receiverAddress")]
    [InlineData("offer")]
    public async Task AMissingMemberIsNamed(string member)
    {
        var caller = NewCaller();
        var body = caller.CallTo("tel:+34999000001");
        body.Remove(member);
        (await caller.PostAsync(CallSessions, body, await caller.RegisterAsync())).ShouldBe(400, "INVALID_ARGUMENT", $"Expected property is missing: {member}");
    }

    [Fact]
    public async Task TextsThatAreTooLongAreNamed()
    {
        var caller = NewCaller();
        var registrationId = await caller.RegisterAsync();
        var body = caller.CallTo("tel:+34999000001");
        body["receiverName"] = new string('x', 257);
        (await caller.PostAsync(CallSessions, body, registrationId)).ShouldBe(400, "INVALID_ARGUMENT", "receiverName is longer than 256");
        body.Remove("receiverName");
        body["offer"]!["sdp"] = new string('a', 65_537);
        (await caller.PostAsync(CallSessions, body, registrationId)).ShouldBe(400, "INVALID_ARGUMENT", "offer.sdp is longer than 65536");
        body["offer"]!["sdp"] = new string('é', 40_000);
        (await caller.PostAsync(CallSessions, body, registrationId)).ShouldBe(400, "INVALID_ARGUMENT", "offer.sdp is longer than 65536 bytes");
    }

    [Fact]
    public async Task AnOfferOfTheFullLengthIsTaken()
    {
        var caller = NewCaller();
        var body = caller.CallTo("tel:+34999000001");
        body["offer"] = new JsonObject { ["sdp"] = new string('\n', 65_536) };
        body["locationDetails"] = JsonNode.Parse("""
            {"shape":"Circle","coordinates":{"latitude":40.4,"longitude":-3.7,"radius":12.5},"method":"GPS",
             "confidence":{"pdf":"normal","value":67},"timestamp":"2026-01-02T03:04:05.678+01:00"}
            """);
        (await caller.PostAsync(CallSessions, body, await caller.RegisterAsync())).ShouldBe(201);
    }

    [Fact]
    public async Task ADeviceAnswersWithItsSdp()
    {
        var caller = NewCaller();
        var path = $"{CallSessions}/{await caller.CallAsync()}/status";
        (await caller.PutAsync(path, new JsonObject { ["status"] = "Ringing" })).ShouldBe(200);
        var answer = await caller.PutAsync(path, new JsonObject { ["status"] = "Connected", ["answer"] = new JsonObject { ["sdp"] = "v=0\r\n" } });
        answer.ShouldBe(200);
        Assert.Equal("Connected", (string?)answer.Json["status"]);
        var commands = Rig.Node.Commands.Concat(Rig.OtherNode.Commands).OfType<ChangeStatusCommand>();
        Assert.Equal([new ChangeStatusCommand(CallStatus.Ringing, null, null), new ChangeStatusCommand(CallStatus.Connected, null, "v=0\r\n")], commands);
    }

    [Theory]
    [InlineData("InProgress")]
    [InlineData("Ringing")]
    [InlineData("Connected")]
    [InlineData("Hold")]
    [InlineData("Resume")]
    public async Task ADeviceMaySetTheseStatuses(string status)
    {
        var caller = NewCaller();
        (await caller.PutAsync($"{CallSessions}/{await caller.CallAsync()}/status", new JsonObject { ["status"] = status })).ShouldBe(200);
    }

    [Theory]
    [InlineData("""{"status":"Terminated"}""", "reported by the network")]
    [InlineData("""{"status":"Initial"}""", "reported by the network")]
    [InlineData("""{"status":"Busy"}""", "reported by the network")]
    [InlineData("""{"status":"connected"}""", "status must be one of")]
    [InlineData("""{"status":"3"}""", "status must be one of")]
    [InlineData("""{"status":3}""", "status is not a string")]
    [InlineData("{}", "status")]
    [InlineData("", "status")]
    [InlineData("""{"status":"Hold","offer":{"sdp":"v=0"},"answer":{"sdp":"v=0"}}""", "answer")]
    [InlineData("""{"status":"Hold","reason":"x"}""", "Unknown property: reason")]
    [InlineData("""{"receiverSessionStatus":{"status":"Hold"}}""", "status")]
    public async Task ABadStatusIsRefused(string body, string named)
    {
        var caller = NewCaller();
        (await caller.SendAsync(HttpMethod.Put, $"{CallSessions}/{await caller.CallAsync()}/status", body)).ShouldBe(400, "INVALID_ARGUMENT", named);
        Assert.Empty(Rig.Node.Commands.Concat(Rig.OtherNode.Commands).OfType<ChangeStatusCommand>());
    }

    [Fact]
    public async Task ALocationOfAConnectedCallDoesNotReachTheMedia()
    {
        var caller = NewCaller();
        var path = $"{CallSessions}/{await caller.CallAsync()}/status";
        var location = new JsonObject { ["status"] = "Connected", ["locationDetails"] = new JsonObject { ["method"] = "GPS" } };
        (await caller.PutAsync(path, new JsonObject { ["status"] = "Connected" })).ShouldBe(200);
        (await caller.PutAsync(path, location)).ShouldBe(200);
        Assert.Single(Rig.Node.Commands.Concat(Rig.OtherNode.Commands).OfType<ChangeStatusCommand>());
    }

    [Fact]
    public async Task ACallIsEndedByDelete()
    {
        var caller = NewCaller();
        var id = await caller.CallAsync();
        (await caller.DeleteAsync($"{CallSessions}/{id}")).ShouldBe(204);
        Assert.Contains($"end {id}", Rig.Node.Commands.Concat(Rig.OtherNode.Commands));
    }

    [Fact]
    public async Task AnEndedCallIsReadableForAGraceTimeAndThenGone()
    {
        var caller = NewCaller();
        var id = await caller.CallAsync();
        await EndAsync(caller, id, TimeSpan.FromSeconds(1));
        var answer = await caller.GetAsync($"{CallSessions}/{id}");
        answer.ShouldBe(200);
        Assert.Equal("Busy", (string?)answer.Json["status"]);
        (await caller.PutAsync($"{CallSessions}/{id}/status", new JsonObject { ["status"] = "Hold" })).ShouldBe(409, "INCOMPATIBLE_STATE", "Busy");
        (await caller.DeleteAsync($"{CallSessions}/{id}")).ShouldBe(204);

        await EndAsync(caller, id, CallStore.KeptAfterEnd);
        (await caller.GetAsync($"{CallSessions}/{id}")).ShouldBe(404, "NOT_FOUND");
        (await caller.PutAsync($"{CallSessions}/{id}/status", new JsonObject { ["status"] = "Hold" })).ShouldBe(404, "NOT_FOUND");
        (await caller.DeleteAsync($"{CallSessions}/{id}")).ShouldBe(404, "NOT_FOUND");
    }

    [Theory]
    [InlineData("/webrtc-call-handling/v0.4/sessions")]
    [InlineData("/webrtc-call-handling/v0.3/sessions")]
    [InlineData("/vvoip/v1/sessions")]
    public async Task AnEndedCallTellsHowItSounded(string sessions)
    {
        var caller = NewCaller();
        var id = await caller.CallAsync();
        Assert.Null((await caller.GetAsync($"{sessions}/{id}")).Json["quality"]);

        var store = new CallStore(Rig.Tables);
        var call = (await store.GetAsync(caller.Number, id, default))!;
        var quality = new CallQuality(new LegQuality("Opus", 1500, 0.4, 2.5, 31.5, 4.31), null)
        {
            Video = new CallVideoQuality(null, new LegVideoQuality("H264", 900, 0.2, 8.5, null, 412.5, 3, 12, 4)),
        };
        await store.PutAsync(call with { Status = CallStatus.Terminated, EndedAt = DateTimeOffset.UtcNow, Quality = quality }, default);

        var answer = await caller.GetAsync($"{sessions}/{id}");
        Assert.Equal(
            """{"browser":{"codec":"Opus","packets":1500,"lossPercent":0.4,"jitter":2.5,"roundTrip":31.5,"mos":4.31},"video":{"network":{"codec":"H264","packets":900,"lossPercent":0.2,"jitter":8.5,"kilobits":412.5,"picturesRequested":3,"packetsRequested":12,"packetsResent":4}}}""",
            answer.Json["quality"]!.ToJsonString());
    }

    [Fact]
    public async Task AnIncomingCallWithoutAnOfferStillHasTheMember()
    {
        var caller = NewCaller();
        var id = await caller.CallAsync();
        var store = new CallStore(Rig.Tables);
        await store.PutAsync((await store.GetAsync(caller.Number, id, default))! with { OfferSdp = null, AnswerSdp = null }, default);
        var answer = await caller.GetAsync($"{CallSessions}/{id}");
        Assert.Equal("{}", answer.Json["offer"]!.ToJsonString());
        Assert.Null(answer.Json["answer"]);
    }

    private async Task EndAsync(TestCaller caller, string id, TimeSpan ago)
    {
        var store = new CallStore(Rig.Tables);
        var call = (await store.GetAsync(caller.Number, id, default))!;
        await store.PutAsync(call with { Status = CallStatus.Busy, EndedAt = DateTimeOffset.UtcNow - ago }, default);
    }
}
