using System.Net;
using Byon.Functions.Security.Sinks;
using Byon.Tests.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Byon.Tests.Functions.Tests.Security.Sinks;

public sealed class SinkGuardTests : IAsyncLifetime
{
    private readonly int _port = FreePorts.Next();
    private WebApplication _server = null!;
    private int _requests;

    public Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, _port));
        _server = builder.Build();
        _server.Run(context =>
        {
            Interlocked.Increment(ref _requests);
            context.Response.StatusCode = context.Request.Path == "/away" ? StatusCodes.Status302Found : StatusCodes.Status200OK;
            context.Response.Headers.Location = "/elsewhere";
            return context.Request.Path == "/flood" ? context.Response.WriteAsync(new string('a', 100_000)) : Task.CompletedTask;
        });
        return _server.StartAsync();
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("https://example.com")]
    [InlineData("https://example.com:8443/hook?x=1")]
    [InlineData("https://8.8.8.8/hook")]
    [InlineData("https://[2606:4700::1111]/hook")]
    [InlineData("https://xn--bcher-kva.example/")]
    public void APublicHttpsAddressIsKept(string sink) => Assert.Null(Guard().FaultOf(sink));

    [Theory]
    [InlineData("", "absolute")]
    [InlineData("hook", "absolute")]
    [InlineData("https://", "absolute")]
    [InlineData(" https://example.com", "absolute")]
    [InlineData("https://example.com/\r\nx: y", "absolute")]
    [InlineData("https://exämple.com/", "absolute")]
    [InlineData("http://example.com", "https")]
    [InlineData("ftp://example.com", "https")]
    [InlineData("file:///etc/passwd", "absolute")]
    [InlineData("gopher://example.com", "https")]
    [InlineData("https://user@example.com", "credentials")]
    [InlineData("https://user:secret@example.com", "credentials")]
    [InlineData("https://example.com#part", "fragment")]
    [InlineData("https://localhost/", "public")]
    [InlineData("https://LOCALHOST./", "public")]
    [InlineData("https://a.localhost/", "public")]
    [InlineData("https://intranet/", "public")]
    [InlineData("https://127.0.0.1/", "public")]
    [InlineData("https://127.1/", "public")]
    [InlineData("https://2130706433/", "public")]
    [InlineData("https://0x7f000001/", "public")]
    [InlineData("https://0177.0.0.1/", "public")]
    [InlineData("https://10.0.0.1/", "public")]
    [InlineData("https://169.254.169.254/metadata/instance", "public")]
    [InlineData("https://[::1]/", "public")]
    [InlineData("https://[::ffff:10.0.0.1]/", "public")]
    [InlineData("https://[fd00:ec2::254]/", "public")]
    public void AnythingElseIsRefusedWithItsReason(string sink, string why) =>
        Assert.Contains(why, Guard().FaultOf(sink), StringComparison.Ordinal);

    [Fact]
    public void ALongAddressIsRefused()
    {
        const string start = "https://example.com/";
        Assert.Null(Guard().FaultOf(start + new string('a', 1024 - start.Length)));
        Assert.Contains("longer", Guard().FaultOf(start + new string('a', 1025 - start.Length)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080/hook", true)]
    [InlineData("http://localhost/hook", true)]
    [InlineData("https://[::1]/hook", true)]
    [InlineData("http://example.com/hook", false)]
    [InlineData("https://10.0.0.1/hook", false)]
    [InlineData("ws://127.0.0.1/hook", false)]
    public void ForDevelopmentSinksMayBeOnThisMachineAndNowhereElse(string sink, bool isKept) =>
        Assert.Equal(isKept, Guard(allowLoopback: true).FaultOf(sink) is null);

    [Fact]
    public async Task ANameThatResolvesToThisMachineIsNotConnectedTo()
    {
        using var client = Guard(resolved: [IPAddress.Loopback]).CreateClient();
        await ShouldBeRefusedAsync(client, $"https://sink.example:{_port}/");
    }

    [Fact]
    public async Task OnePrivateAddressAmongPublicOnesIsEnoughToRefuse()
    {
        using var client = Guard(resolved: [IPAddress.Parse("8.8.8.8"), IPAddress.Parse("10.0.0.1")]).CreateClient();
        await ShouldBeRefusedAsync(client, $"https://sink.example:{_port}/");
    }

    [Fact]
    public async Task ANameWithoutAddressesIsNotConnectedTo()
    {
        using var client = Guard(resolved: []).CreateClient();
        await ShouldBeRefusedAsync(client, "https://sink.example/");
    }

    [Fact]
    public async Task ALiteralThatWasNeverJudgedIsStillNotConnectedTo()
    {
        using var client = Guard().CreateClient();
        await ShouldBeRefusedAsync(client, $"https://127.0.0.1:{_port}/");
    }

    [Fact]
    public async Task PlainHttpGoesToThisMachineOnlyWhateverTheNameSays()
    {
        using var client = Guard(allowLoopback: true, resolved: [IPAddress.Parse("8.8.8.8")]).CreateClient();
        await ShouldBeRefusedAsync(client, "http://sink.example/");
    }

    [Fact]
    public async Task ForDevelopmentThisMachineIsCalled()
    {
        using var client = Guard(allowLoopback: true).CreateClient();
        using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{_port}/"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task ARedirectIsAnAnswerNotAWay()
    {
        using var client = Guard(allowLoopback: true).CreateClient();
        using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{_port}/away"));
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.Equal(1, _requests);
    }

    [Fact]
    public async Task AFloodForAnAnswerIsCutOff()
    {
        using var client = Guard(allowLoopback: true).CreateClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri($"http://127.0.0.1:{_port}/flood")));
    }

    private static SinkGuard Guard(bool allowLoopback = false, IPAddress[]? resolved = null) =>
        new(Options.Create(new SinkOptions { AllowLoopback = allowLoopback }), (_, _) => Task.FromResult(resolved ?? [IPAddress.Parse("8.8.8.8")]));

    private async Task ShouldBeRefusedAsync(HttpClient client, string sink)
    {
        var failed = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri(sink)));
        Assert.IsType<SinkRefusedException>(failed.InnerException);
        Assert.Equal(0, _requests);
    }
}
