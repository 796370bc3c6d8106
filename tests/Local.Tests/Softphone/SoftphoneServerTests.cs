using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Byon.Local.Softphone;

namespace Byon.Tests.Local.Tests.Softphone;

public sealed class SoftphoneServerTests : IAsyncLifetime
{
    private readonly List<string> _called = [];
    private readonly HttpClient _client = new();
    private SoftphoneServer _server = null!;

    public async Task InitializeAsync()
    {
        var config = new SoftphoneConfig("http://127.0.0.1:7071", "http://127.0.0.1:8081", "softphone", "openid", [], [new("+34600111222", "Ana")], true);
        _server = await SoftphoneServer.StartAsync(
            new SoftphoneServerOptions(0, config, ["http://127.0.0.1:7071", "ws://127.0.0.1:8082"], Call), CancellationToken.None);
        _client.BaseAddress = _server.Url;
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("/", "text/html; charset=utf-8")]
    [InlineData("/app.js", "text/javascript; charset=utf-8")]
    [InlineData("/base.css", "text/css; charset=utf-8")]
    [InlineData("/icon.svg", "image/svg+xml")]
    public async Task Files_of_the_page_come_with_their_type(string path, string type)
    {
        using var answer = await _client.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(type, answer.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task Everything_that_the_page_refers_to_exists()
    {
        var page = await _client.GetStringAsync("/");
        foreach (var reference in page.Split('"').Where(text => text.EndsWith(".js", StringComparison.Ordinal) || text.EndsWith(".css", StringComparison.Ordinal)))
        {
            Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync("/" + reference)).StatusCode);
        }
    }

    [Fact]
    public async Task The_policy_allows_no_inline_code_and_only_the_named_connections()
    {
        using var answer = await _client.GetAsync("/");
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();

        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("connect-src 'self' http://127.0.0.1:7071 ws://127.0.0.1:8082;", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_obeys_its_own_policy()
    {
        var page = await _client.GetStringAsync("/");

        Assert.DoesNotContain("<style", page, StringComparison.Ordinal);
        Assert.DoesNotContain(" style=", page, StringComparison.Ordinal);
        Assert.DoesNotContain(" onclick", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("<script(?![^>]* src=)", page);
    }

    [Fact]
    public async Task The_configuration_tells_the_page_where_the_api_is()
    {
        var config = await _client.GetFromJsonAsync<JsonElement>("/config.json");

        Assert.Equal("http://127.0.0.1:7071", config.GetProperty("apiBase").GetString());
        Assert.Equal("+34600111222", config.GetProperty("subscribers")[0].GetProperty("number").GetString());
    }

    [Fact]
    public async Task A_phone_calls_the_number_that_the_page_names()
    {
        using var answer = await _client.PostAsJsonAsync("/ims/call", new { to = "+34600111222" });

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(["+34600111222"], _called);
    }

    [Theory]
    [InlineData("{}", HttpStatusCode.BadRequest)]
    [InlineData("{", HttpStatusCode.BadRequest)]
    [InlineData("""{"to":7}""", HttpStatusCode.BadRequest)]
    public async Task A_senseless_request_for_a_call_is_refused(string body, HttpStatusCode expected)
    {
        using var answer = await _client.PostAsync("/ims/call", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

        Assert.Equal(expected, answer.StatusCode);
        Assert.Empty(_called);
    }

    [Fact]
    public async Task Another_site_cannot_make_a_phone_ring()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/ims/call") { Content = JsonContent.Create(new { to = "+34600111222" }) };
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        using var answer = await _client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Empty(_called);
    }

    [Fact]
    public async Task A_number_that_is_not_registered_cannot_be_called()
    {
        using var answer = await _client.PostAsJsonAsync("/ims/call", new { to = "+34600999999" });

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
    }

    private Task<bool> Call(string number)
    {
        if (number != "+34600111222")
        {
            return Task.FromResult(false);
        }

        _called.Add(number);
        return Task.FromResult(true);
    }
}
