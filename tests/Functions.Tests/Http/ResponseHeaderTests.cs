using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Byon.Tests.Functions.Tests.Rig;

namespace Byon.Tests.Functions.Tests.Http;

public sealed class ResponseHeaderTests(ApiRig rig) : ApiTest(rig)
{
    [Theory]
    [InlineData("/health", 200)]
    [InlineData(RegistrationSessions, 401)]
    [InlineData("/nothing/here", 404)]
    public async Task EveryAnswerTellsBrowsersWhatNotToDo(string path, int status)
    {
        using var answer = await Rig.Http.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("nosniff", Single(answer.Headers, "X-Content-Type-Options"));
        Assert.Equal("no-store", Single(answer.Headers, "Cache-Control"));
        Assert.Equal("no-referrer", Single(answer.Headers, "Referrer-Policy"));
        Assert.Contains("frame-ancestors 'none'", Single(answer.Headers, "Content-Security-Policy"), StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public async Task WhereTheFrontEndIsEncryptedItStaysSo()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health");
        request.Headers.Add("X-Forwarded-Proto", "https");
        using var answer = await Rig.Http.SendAsync(request);
        Assert.Contains("max-age=", Single(answer.Headers, "Strict-Transport-Security"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task APageMayReadTheHeadersThatTellSomething()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, RegistrationSessions);
        request.Headers.Add("Origin", "https://page.example");
        using var answer = await Rig.Http.SendAsync(request);
        var exposed = Single(answer.Headers, "Access-Control-Expose-Headers");
        foreach (var name in new[] { "x-correlator", "Location", "Retry-After", "WWW-Authenticate" })
            Assert.Contains(name, exposed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TooManyHeadersAreRefused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health");
        for (var i = 0; i < 65; i++)
            request.Headers.Add($"x-{i}", "1");
        using var answer = await Rig.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task HeadersThatAreTooLongAreRefused()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(Rig.Address.Host, Rig.Address.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /health HTTP/1.1\r\nHost: a\r\nx-long: {new string('a', 40_000)}\r\n\r\n"));
        using var reader = new StreamReader(stream, Encoding.ASCII);
        Assert.Contains(" 431 ", await reader.ReadLineAsync(), StringComparison.Ordinal);
    }

    private static string Single(HttpResponseHeaders headers, string name) => Assert.Single(headers.GetValues(name));
}
