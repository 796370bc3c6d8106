using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Byon.Local.Identity;
using Byon.Tests.Functions.Tests.Rig;

namespace Byon.Tests.Functions.Tests.Http;

public sealed class FailureTests(ApiRig rig) : ApiTest(rig)
{
    [Theory]
    [InlineData("/nowhere")]
    [InlineData("/webrtc-registration/v0.1/sessions")]
    [InlineData("/webrtc-registration/v0.4/session")]
    [InlineData("/notificationchannel/v1/channels")]
    public async Task ARouteThatIsNoneIsNotFound(string path) => (await NewCaller().GetAsync(path)).ShouldBe(404, "NOT_FOUND");

    [Fact]
    public async Task AnotherMethodIsNotAllowedAndTheAllowedOnesAreNamed()
    {
        using var response = await Rig.Http.PatchAsync(RegistrationSessions, null);
        Assert.Equal(["GET", "POST"], response.Content.Headers.Allow.Order());
        (await Answer.ReadAsync(response)).ShouldBe(405, "METHOD_NOT_ALLOWED");
    }

    [Theory]
    [InlineData("text/html", 406)]
    [InlineData("text/html, application/xml;q=0.9", 406)]
    [InlineData("application/json;q=0", 406)]
    [InlineData("application/json", 200)]
    [InlineData("text/html, */*;q=0.1", 200)]
    [InlineData("application/*", 200)]
    [InlineData("((", 200)]
    public async Task AClientThatTakesNoJsonGetsNotAcceptable(string accept, int status)
    {
        using var request = RequestOf(HttpMethod.Get, $"{RegistrationSessions}?deviceId={Guid.NewGuid()}");
        request.Headers.TryAddWithoutValidation("Accept", accept);
        var answer = await Answer.ReadAsync(await Rig.Http.SendAsync(request));
        if (status == 406)
            answer.ShouldBe(406, "NOT_ACCEPTABLE");
        else
            answer.ShouldBe(status);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=iso-8859-1")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task ABodyThatIsNotCalledJsonIsUnsupported(string? type)
    {
        using var request = RequestOf(HttpMethod.Post, RegistrationSessions, Encoding.UTF8.GetBytes("{}"), type);
        (await Answer.ReadAsync(await Rig.Http.SendAsync(request))).ShouldBe(415, "UNSUPPORTED_MEDIA_TYPE");
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}{}")]
    [InlineData("{\"deviceId\":}")]
    [InlineData("{'deviceId':'x'}")]
    [InlineData("{\"deviceId\":\"x\",}")]
    [InlineData("/* */{}")]
    [InlineData("{\"deviceId\":\"a\",\"deviceId\":\"b\"}")]
    [InlineData("{\"deviceId\":\"\\ud800\"}")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]")]
    public async Task MalformedJsonIsAnInvalidArgument(string body) =>
        (await NewCaller().SendAsync(HttpMethod.Post, RegistrationSessions, body)).ShouldBe(400, "INVALID_ARGUMENT", "well-formed");

    [Fact]
    public async Task ABodyThatIsNotUtf8IsAnInvalidArgument()
    {
        using var request = RequestOf(HttpMethod.Post, RegistrationSessions, [.. "{\"deviceId\":\""u8, 0xC3, 0x28, .. "\"}"u8], "application/json");
        (await Answer.ReadAsync(await Rig.Http.SendAsync(request))).ShouldBe(400, "INVALID_ARGUMENT", "well-formed");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("null")]
    [InlineData("7")]
    public async Task ABodyThatIsNoObjectIsAnInvalidArgument(string body) =>
        (await NewCaller().SendAsync(HttpMethod.Post, RegistrationSessions, body)).ShouldBe(400, "INVALID_ARGUMENT", "not a JSON object");

    [Fact]
    public async Task AStrangeNameInTheBodyIsShownHarmless()
    {
        var body = new JsonObject { ["deviceId"] = Guid.NewGuid().ToString(), ["<script>\r\n" + new string('x', 5000)] = 1 };
        var answer = await NewCaller().PostAsync(RegistrationSessions, body);
        answer.ShouldBe(400, "INVALID_ARGUMENT", "?script???xxx");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ABodyThatIsTooLargeIsRefusedWithAndWithoutItsLength(bool chunked)
    {
        using var request = RequestOf(HttpMethod.Post, RegistrationSessions, new byte[(512 * 1024) + 1], "application/json");
        request.Headers.TransferEncodingChunked = chunked;
        (await Answer.ReadAsync(await Rig.Http.SendAsync(request))).ShouldBe(413, "PAYLOAD_TOO_LARGE");
    }

    [Fact]
    public async Task AChunkedBodyIsRead()
    {
        using var request = RequestOf(HttpMethod.Post, RegistrationSessions, Encoding.UTF8.GetBytes($$"""{"deviceId":"{{Guid.NewGuid()}}"}"""), "application/json");
        request.Headers.TransferEncodingChunked = true;
        (await Answer.ReadAsync(await Rig.Http.SendAsync(request))).ShouldBe(201);
    }

    [Theory]
    [InlineData("abc-123_;:./<>{}")]
    [InlineData("b8f6b0c0-6f0d-4f7a-9d53-0d6f3c9d8f10")]
    public async Task TheCorrelatorComesBack(string correlator)
    {
        using var request = RequestOf(HttpMethod.Get, RegistrationSessions);
        request.Headers.Add("x-correlator", correlator);
        var answer = await Answer.ReadAsync(await Rig.Http.SendAsync(request));
        Assert.Equal(correlator, Assert.Single(answer.Headers.GetValues("x-correlator")));
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a,b")]
    [InlineData("\"quoted\"")]
    public async Task ABadCorrelatorIsRefusedAndReplaced(string correlator)
    {
        using var request = RequestOf(HttpMethod.Get, RegistrationSessions);
        request.Headers.TryAddWithoutValidation("x-correlator", correlator);
        var answer = await Answer.ReadAsync(await Rig.Http.SendAsync(request));
        answer.ShouldBe(400, "INVALID_ARGUMENT", "x-correlator");
        Assert.True(Guid.TryParse(Assert.Single(answer.Headers.GetValues("x-correlator")), out _));
    }

    [Fact]
    public async Task ACorrelatorThatIsTooLongIsRefused()
    {
        using var request = RequestOf(HttpMethod.Get, RegistrationSessions);
        request.Headers.Add("x-correlator", new string('a', 257));
        (await Answer.ReadAsync(await Rig.Http.SendAsync(request))).ShouldBe(400, "INVALID_ARGUMENT", "x-correlator");
    }

    [Fact]
    public async Task EveryAnswerHasACorrelator()
    {
        foreach (var path in new[] { "/", "/health", "/nowhere", RegistrationSessions })
        {
            using var response = await Rig.Http.GetAsync(path);
            Assert.NotEmpty(Assert.Single(response.Headers.GetValues("x-correlator")));
        }
    }

    [Fact]
    public async Task ABugIsToldAsInternalAndNothingMore()
    {
        var caller = NewCaller();
        var registrationId = await caller.RegisterAsync();
        await Rig.Node.HeartbeatAsync(controlUrl: "no address");
        await Rig.OtherNode.HeartbeatAsync(controlUrl: "no address");
        var answer = await caller.PostAsync(CallSessions, caller.CallTo("tel:+34999000001"), registrationId);
        answer.ShouldBe(500, "INTERNAL");
        Assert.DoesNotContain("Uri", answer.Message, StringComparison.Ordinal);
        Assert.Contains(Rig.LogLines, line => line.Contains("UriFormatException", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RootAnswersWithNothing()
    {
        using var response = await Rig.Http.GetAsync("/");
        Assert.Equal((HttpStatusCode.OK, 0L), (response.StatusCode, response.Content.Headers.ContentLength ?? 0));
    }

    [Fact]
    public async Task HealthTellsHowManyNodesAreReady()
    {
        var answer = await Answer.ReadAsync(await Rig.Http.GetAsync("/health"));
        Assert.Equal("""{"status":"UP","readyNodes":2}""", answer.Text);
    }

    [Fact]
    public async Task NumbersTokensAndSdpReachNoLog()
    {
        var caller = NewCaller();
        await caller.CallAsync();
        await caller.SendAsync(HttpMethod.Post, CallSessions, "{\"offer\":{\"sdp\":\"v=0 secret-sdp\"},\"x\":");
        await Rig.Node.HeartbeatAsync(controlUrl: "no address");
        await Rig.OtherNode.HeartbeatAsync(controlUrl: "no address");
        await caller.GetAsync($"{RegistrationSessions}/{caller.Number}");
        var registrationId = (string)(await caller.GetAsync($"{RegistrationSessions}?deviceId={caller.DeviceId}")).Json[0]!["registrationId"]!;
        (await caller.DeleteAsync($"{RegistrationSessions}/{registrationId}")).ShouldBe(500);
        Assert.NotEmpty(Rig.LogLines);
        foreach (var secret in new[] { caller.Number[1..], "secret-sdp", "s=offer", "eyJ" })
            Assert.DoesNotContain(Rig.LogLines, line => line.Contains(secret, StringComparison.Ordinal));
    }

    private HttpRequestMessage RequestOf(HttpMethod method, string path, byte[]? body = null, string? contentType = null)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Rig.Identity.Mint(new TokenSpec { PhoneNumber = ApiRig.NewNumber() }));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            if (contentType is not null)
                request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        return request;
    }
}
