using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Byon.Tests.TestKit;
using Microsoft.Extensions.Logging;

namespace Byon.Tests.Local.Tests.FunctionsHost;

public sealed class MiniFunctionsHostTests : IDisposable
{
    private readonly TestPackage _package = new();

    public void Dispose() => _package.Dispose();

    [Fact]
    public async Task ARequestReachesTheExecutableUnchanged()
    {
        await using var host = await _package.StartAsync();
        using var http = new HttpClient { BaseAddress = host.Url };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/echo/a%20b/c?x=1&x=2&y=%2F") { Content = new StringContent("hello") };
        request.Headers.Add("x-many", ["one", "two"]);
        request.Headers.Add("Authorization", "Bearer t");
        using var response = await http.SendAsync(request);
        Assert.Equal("/echo/a%20b/c?x=1&x=2&y=%2F", response.Headers.GetValues("x-seen-url").Single());
        var seen = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal(("POST", "hello"), ((string?)seen["method"], (string?)seen["body"]));
        Assert.Equal("one, two", (string?)seen["headers"]!["x-many"]);
        Assert.Equal("Bearer t", (string?)seen["headers"]!["authorization"]);
        Assert.Equal("5", (string?)seen["headers"]!["content-length"]);
        Assert.True(Guid.TryParse((string?)seen["headers"]!["x-ms-invocation-id"], out _));
    }

    [Theory]
    [InlineData("GET", "/")]
    [InlineData("GET", "/elsewhere")]
    [InlineData("PUT", "/echo/x")]
    [InlineData("DELETE", "/echo/x")]
    [InlineData("POST", "/tick")]
    [InlineData("GET", "/admin/host/status")]
    public async Task OnlyDeclaredRoutesAndMethodsExist(string method, string path)
    {
        await using var host = await _package.StartAsync();
        using var http = new HttpClient { BaseAddress = host.Url };
        using var response = await http.SendAsync(new HttpRequestMessage(HttpMethod.Parse(method), path));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task BodiesStreamInBothDirections()
    {
        await using var host = await _package.StartAsync();
        using var http = new HttpClient { BaseAddress = host.Url };
        var upload = new StreamedUpload();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/echo/parts") { Content = upload };
        var sending = http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        foreach (var part in new[] { "one", "two" })
        {
            upload.Send(part);
            await WaitFor.TrueAsync(() => _package.Log.Contains((LogLevel.Information, $"got {part}")));
        }

        upload.Complete();
        using var response = await sending;
        await using var download = await response.Content.ReadAsStreamAsync();
        Assert.Equal("first;", await ReadAsync(download, 6));
        await http.GetStringAsync("/echo/release");
        Assert.Equal("second;", await ReadAsync(download, 7));
        Assert.Equal(0, await download.ReadAsync(new byte[1]));
    }

    [Fact]
    public async Task RedirectsAndCookiesAreTheClientsBusiness()
    {
        await using var host = await _package.StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = host.Url };
        using var response = await http.GetAsync("/echo/redirect");
        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
        Assert.Equal("/echo/x", response.Headers.Location!.OriginalString);
        Assert.Equal(["a=1", "b=2"], response.Headers.GetValues("Set-Cookie"));
    }

    [Fact]
    public async Task AnAnswerThatIsCutIsCutForTheClientToo()
    {
        await using var host = await _package.StartAsync();
        using var http = new HttpClient { BaseAddress = host.Url };
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => http.GetStringAsync("/echo/cut"));
    }

    [Fact]
    public async Task TheExecutableGetsWhatTheHostPromises()
    {
        await using var host = await _package.StartAsync(("GREETING", "good day"), ("MY__SETTING", "42"));
        using var http = new HttpClient { BaseAddress = host.Url };
        var environment = JsonNode.Parse(await http.GetStringAsync("/echo/environment"))!;
        Assert.Equal("42", (string?)environment["MY__SETTING"]);
        Assert.Equal(_package.Root, (string?)environment["FUNCTIONS_APP_ROOT_PATH"]);
        Assert.Equal((string?)environment["FUNCTIONS_CUSTOMHANDLER_PORT"], (string?)environment["FUNCTIONS_HTTPWORKER_PORT"]);
        Assert.NotNull(environment["FUNCTIONS_CUSTOMHANDLER_WORKER_ID"]);
        await WaitFor.TrueAsync(() => _package.Log.Contains((LogLevel.Information, "started with good day %UNSET%")));
    }

    [Fact]
    public async Task StandardErrorIsAnError()
    {
        await using var host = await _package.StartAsync();
        using var http = new HttpClient { BaseAddress = host.Url };
        await http.GetStringAsync("/echo/complain");
        await WaitFor.TrueAsync(() => _package.Log.Contains((LogLevel.Error, "a complaint")));
    }

    [Fact]
    public async Task ACrashIsRestartedAndTheThirdIsTheLast()
    {
        await using var host = await _package.StartAsync();
        using var http = new HttpClient { BaseAddress = host.Url };
        for (var crash = 1; crash <= 2; crash++)
        {
            var before = host.HandlerProcessId;
            using var cut = await http.GetAsync("/echo/crash");
            Assert.Equal(HttpStatusCode.BadGateway, cut.StatusCode);
            await WaitFor.TrueAsync(async () => host.HandlerProcessId != before && await StatusAsync(http) == HttpStatusCode.OK);
        }

        using var last = await http.GetAsync("/echo/crash");
        await WaitFor.TrueAsync(async () => await StatusAsync(http) == HttpStatusCode.ServiceUnavailable);
        Assert.Equal(3, _package.Log.Count(line => line.Level == LogLevel.Error && line.Line.Contains("exit code 3", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task AnExecutableThatNeverStartsStopsTheHost()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => _package.StartAsync(("CRASH_AT_START", "1")));
        Assert.Contains("exit code 7", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AProgramThatIsNotThereIsNamed()
    {
        _package.Write("host.json", """
            { "version": "2.0", "customHandler": { "description": { "defaultExecutablePath": "no-such-program" }, "enableProxyingHttpRequest": true } }
            """);
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => _package.StartAsync());
        Assert.Contains("no-such-program", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NothingIsLeftAfterTheEnd()
    {
        var host = await _package.StartAsync();
        using var process = Process.GetProcessById(host.HandlerProcessId);
        await host.DisposeAsync();
        Assert.True(process.HasExited);
    }

    [Fact]
    public async Task APreflightIsAnsweredByTheHost()
    {
        await using var host = await _package.StartAsync();
        using var http = new HttpClient { BaseAddress = host.Url };
        using var allowed = await PreflightAsync(http, "http://page.example");
        Assert.Equal("http://page.example", allowed.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("x-one", allowed.Headers.GetValues("Access-Control-Allow-Headers").Single());
        using var refused = await PreflightAsync(http, "http://other.example");
        Assert.False(refused.Headers.Contains("Access-Control-Allow-Origin"));

        using var plainOptions = await http.SendAsync(new HttpRequestMessage(HttpMethod.Options, "/echo/x"));
        Assert.Equal("OPTIONS", (string?)JsonNode.Parse(await plainOptions.Content.ReadAsStringAsync())!["method"]);
    }

    [Fact]
    public async Task ATimerFunctionIsCalledWithTheEnvelopeOfTheHost()
    {
        _package.Write("tick/function.json", """
            { "bindings": [ { "type": "timerTrigger", "direction": "in", "name": "clock", "schedule": "* * * * * *", "runOnStartup": true } ] }
            """);
        await using var host = await _package.StartAsync();
        var line = await WaitFor.NotNullAsync(() => _package.Log.Select(entry => entry.Line).Where(text => text.StartsWith("tick ", StringComparison.Ordinal)).Skip(1).FirstOrDefault());
        var envelope = JsonNode.Parse(line["tick ".Length..])!;
        Assert.False((bool)envelope["Data"]!["clock"]!["IsPastDue"]!);
        Assert.NotNull(envelope["Data"]!["clock"]!["ScheduleStatus"]!["Next"]);
        Assert.Equal("tick", (string?)envelope["Metadata"]!["sys"]!["MethodName"]);
    }

    private static async Task<HttpResponseMessage> PreflightAsync(HttpClient http, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/echo/x");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "x-one");
        return await http.SendAsync(request);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http)
    {
        using var response = await http.GetAsync("/echo/x");
        return response.StatusCode;
    }

    private static async Task<string> ReadAsync(Stream stream, int length)
    {
        var buffer = new byte[length];
        await stream.ReadExactlyAsync(buffer);
        return System.Text.Encoding.UTF8.GetString(buffer);
    }
}
