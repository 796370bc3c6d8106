using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Byon.Local.Identity;
using Byon.Platform.Control;
using Byon.Platform.Records;
using Byon.Tests.Functions.Tests.Rig;

namespace Byon.Tests.Functions.Tests.CallHandling;

public sealed class EmergencyAndLocationTests(ApiRig rig) : ApiTest(rig)
{
    private const string Circle = """{"shape":"Circle","coordinates":{"latitude":40.4168,"longitude":-3.7038,"radius":35.5},"method":"GPS","confidence":{"pdf":"normal","value":95},"timestamp":"2026-11-21T10:20:30Z"}""";

    private const string Ellipsoid = """{"coordinates":{"latitude":-33.8568,"longitude":151.2153,"zAxis":12.25,"semiMajorAxis":7.7156,"semiMinorAxis":3.31,"verticalAxis":28.7,"orientation":142}}""";

    [Theory]
    [InlineData("EMERGENCY", "urn:service:sos", false)]
    [InlineData("REGULAR", "urn:service:sos.police", false)]
    [InlineData(null, "urn:service:sos.ambulance", true)]
    public async Task WhereTheyAreOfferedAServiceIsCalledAsAnEmergency(string? callType, string receiver, bool anonymous)
    {
        var caller = NewCaller();
        var body = caller.CallTo(receiver);
        if (callType is not null)
            body["callType"] = callType;
        if (anonymous)
            body["originatorAddress"] = "sip:anonymous@anonymous.invalid";
        var answer = await PostWithEmergenciesAsync(caller, body);

        answer.ShouldBe(201);
        Assert.Equal("EMERGENCY", (string?)answer.Json["callType"]);
        var command = Command();
        Assert.Equal((true, receiver), (command.Emergency, command.ReceiverAddress));
    }

    /// <summary>The schema ties neither to the other, so a client's slip could send a call for help to a private number.</summary>
    [Theory]
    [InlineData("tel:+34999000001")]
    [InlineData("tel:112;phone-context=+34")]
    [InlineData("sip:help@example.com")]
    public async Task AnEmergencyCallToAnythingButAServiceIsRefused(string receiver)
    {
        var caller = NewCaller();
        var body = caller.CallTo(receiver);
        body["callType"] = "EMERGENCY";
        (await PostWithEmergenciesAsync(caller, body)).ShouldBe(400, "INVALID_ARGUMENT", "receiverAddress must be an emergency service");
        Assert.Empty(Rig.Node.Commands.Concat(Rig.OtherNode.Commands).OfType<StartCallCommand>());
    }

    [Theory]
    [InlineData(Circle)]
    [InlineData(Ellipsoid)]
    public async Task TheDevicesLocationGoesToTheNodeAndIsReadBack(string location)
    {
        var caller = NewCaller();
        var sent = DateTimeOffset.UtcNow;
        var call = await PostAsync(caller, JsonNode.Parse(location)!);

        var told = Command().Location!;
        Assert.Equal(location == Circle ? new CircleArea(40.4168, -3.7038, 35.5) : null, told.Circle);
        Assert.Equal(location == Circle ? null : new EllipsoidArea(-33.8568, 151.2153, 12.25, 7.7156, 3.31, 28.7, 142), told.Ellipsoid);
        if (location == Ellipsoid)
            Assert.InRange(told.Timestamp!.Value, sent.AddSeconds(-1), DateTimeOffset.UtcNow);

        var read = (await caller.GetAsync($"{CallSessions}/{(string?)call["mediaSessionId"]}")).Json["locationDetails"]!;
        var expected = JsonNode.Parse(location)!;
        Assert.True(JsonNode.DeepEquals(expected["coordinates"], read["coordinates"]), read.ToJsonString());
        Assert.Equal(location == Circle ? "Circle" : "Ellipsoid", (string?)read["shape"]);
        if (location == Circle)
            Assert.Equal(95, (double)read["confidence"]!["value"]!);
    }

    [Fact]
    public async Task ALocationWithoutCoordinatesSaysNothing()
    {
        var caller = NewCaller();
        var call = await PostAsync(caller, JsonNode.Parse("""{"shape":"Circle","method":"GPS"}""")!);
        Assert.Null(Command().Location);
        Assert.Null(call["locationDetails"]);
    }

    [Fact]
    public async Task ALocationOnlyUpdateChangesNothing()
    {
        var caller = NewCaller();
        var callId = await caller.CallAsync();
        var path = $"{CallSessions}/{callId}/status";
        (await caller.PutAsync(path, new JsonObject { ["status"] = "Connected", ["answer"] = new JsonObject { ["sdp"] = "v=0" } })).ShouldBe(200);
        var before = Rig.Node.Commands.Concat(Rig.OtherNode.Commands).OfType<ChangeStatusCommand>().Count();

        var update = new JsonObject { ["status"] = "Connected", ["locationDetails"] = JsonNode.Parse(Circle) };
        (await caller.PutAsync(path, update)).ShouldBe(200);

        Assert.Equal(before, Rig.Node.Commands.Concat(Rig.OtherNode.Commands).OfType<ChangeStatusCommand>().Count());
    }

    private static async Task<JsonNode> PostAsync(TestCaller caller, JsonNode location)
    {
        var body = caller.CallTo("tel:+34999000001");
        body["locationDetails"] = location;
        var answer = await caller.PostAsync(CallSessions, body, await caller.RegisterAsync());
        answer.ShouldBe(201);
        return answer.Json;
    }

    private async Task<Answer> PostWithEmergenciesAsync(TestCaller caller, JsonObject body)
    {
        var registrationId = await caller.RegisterAsync();
        var (app, address) = await Rig.StartApiAsync("--CallHandling:EmergencyCalls=true");
        await using (app)
        {
            using var http = new HttpClient();
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, CallSessions));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Rig.Identity.Mint(new TokenSpec { PhoneNumber = caller.Number }));
            request.Headers.Add("registrationId", registrationId);
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            return await Answer.ReadAsync(await http.SendAsync(request));
        }
    }

    private StartCallCommand Command() => Assert.Single(Rig.Node.Commands.Concat(Rig.OtherNode.Commands).OfType<StartCallCommand>());
}
