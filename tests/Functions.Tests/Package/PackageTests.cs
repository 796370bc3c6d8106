using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Byon.Local.FunctionsHost;
using Byon.Local.Identity;
using Byon.Tests.Functions.Tests.Rig;
using Byon.Tests.TestKit;
using Microsoft.Extensions.Logging;

namespace Byon.Tests.Functions.Tests.Package;

/// <summary>What is deployed: host.json, the function.json files and the executable, run behind the mini Functions host.</summary>
public sealed class PackageTests(ApiRig rig) : ApiTest(rig)
{
    private const string Page = "http://127.0.0.1:8080";

    private static readonly string PackageRoot = RepositoryRoot.Combine("functions", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0");

    private readonly ConcurrentQueue<(LogLevel Level, string Line)> _log = new();

    [Fact]
    public async Task ThePackageServesItsRoutesAndNoOther()
    {
        await using var host = await StartAsync();
        using var http = new HttpClient { BaseAddress = host.Url };
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, "/health"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(http, $"{RegistrationSessions}?deviceId=x"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(http, $"{CallSessions}/x"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(http, "/notificationchannel/v1/x/channels/y"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(http, "/vvoip/v1/session/x"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(http, "/webrtc-events/v0.3/subscriptions"));
        foreach (var path in new[] { "/", "/nowhere", "/deliver", "/webrtc-events-subscriptions/v0.3/subscriptions" })
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(http, path));
    }

    [Fact]
    public async Task ABrowserPageOfAnAllowedOriginMayRegister()
    {
        await using var host = await StartAsync();
        using var http = new HttpClient { BaseAddress = host.Url };
        using var preflight = new HttpRequestMessage(HttpMethod.Options, RegistrationSessions);
        preflight.Headers.Add("Origin", Page);
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "authorization,content-type,registrationid,x-correlator");
        using var allowed = await http.SendAsync(preflight);
        Assert.Equal(HttpStatusCode.NoContent, allowed.StatusCode);
        Assert.Equal(Page, allowed.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Contains("registrationid", allowed.Headers.GetValues("Access-Control-Allow-Headers").Single(), StringComparison.Ordinal);

        using var request = new HttpRequestMessage(HttpMethod.Post, RegistrationSessions) { Content = new StringContent($$"""{"deviceId":"{{Guid.NewGuid()}}"}""", MediaTypeHeaderValue.Parse("application/json")) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Rig.Identity.Mint(new TokenSpec { PhoneNumber = ApiRig.NewNumber() }));
        request.Headers.Add("Origin", Page);
        request.Headers.Add("x-correlator", "from-the-page");
        using var created = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal(Page, created.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("from-the-page", created.Headers.GetValues("x-correlator").Single());
    }

    [Fact]
    public async Task NothingOfAGoodStartIsAnError()
    {
        await using (var host = await StartAsync())
        {
            using var http = new HttpClient { BaseAddress = host.Url };
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, "/health"));
        }

        Assert.DoesNotContain(_log, line => line.Level >= LogLevel.Warning);
    }

    [Theory]
    [InlineData("Storage__ConnectionString", "")]
    [InlineData("Control__PoolKey", "c2hvcnQ=")]
    [InlineData("Auth__Authority", "http://issuer.example")]
    [InlineData("Registration__MinimumLifetime", "00:00:00")]
    public async Task ASettingThatIsWrongIsNamedAndStopsTheHost(string name, string value)
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync((name, value)));
        Assert.Contains("exit code 1", failure.Message, StringComparison.Ordinal);
        await WaitFor.TrueAsync(() => _log.Any(line => line.Level == LogLevel.Error && line.Line.Contains(name.Split("__")[0], StringComparison.Ordinal)));
        Assert.DoesNotContain(_log, line => line.Line.Contains("   at ", StringComparison.Ordinal));
    }

    private Task<MiniFunctionsHost> StartAsync(params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>
        {
            ["Storage__ConnectionString"] = Rig.StorageConnectionString,
            ["WebPubSub__ConnectionString"] = "Endpoint=http://127.0.0.1:8082;AccessKey=c2VjcmV0LW9mLXRoZS10ZXN0cw==;Version=1.0;",
            ["Control__PoolKey"] = Convert.ToBase64String(Rig.PoolKey),
            ["Auth__Authority"] = Rig.Identity.Issuer,
        };
        foreach (var (name, value) in settings)
            all[name] = value;
        return MiniFunctionsHost.StartAsync(new MiniFunctionsHostOptions
        {
            PackageRoot = PackageRoot,
            Port = FreePorts.Next(),
            AllowedOrigins = [Page],
            Settings = all,
            Log = (level, line) => _log.Enqueue((level, line)),
        });
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, string path)
    {
        using var response = await http.GetAsync(path);
        return response.StatusCode;
    }
}
