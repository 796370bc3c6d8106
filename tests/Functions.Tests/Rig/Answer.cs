using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Byon.Tests.Functions.Tests.Rig;

/// <summary>A response that was read whole.</summary>
internal sealed record Answer(int Status, string Text, HttpResponseHeaders Headers, string? MediaType)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public string? Code => (string?)Json["code"];

    public string Message => (string)Json["message"]!;

    public static async Task<Answer> ReadAsync(HttpResponseMessage response)
    {
        using (response)
            return new Answer((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers, response.Content.Headers.ContentType?.MediaType);
    }

    public void ShouldBe(int status) => Assert.True(Status == status, $"expected {status}, was {Status}: {Text}");

    /// <summary>An ErrorInfo with this status and code, whose message holds the text, and a correlator.</summary>
    public void ShouldBe(int status, string code, string message = "")
    {
        ShouldBe(status);
        Assert.Equal("application/json", MediaType);
        Assert.Equal(["code", "message", "status"], Json.AsObject().Select(member => member.Key).Order());
        Assert.Equal(status, (int)Json["status"]!);
        Assert.Equal(code, Code);
        Assert.Contains(message, Message, StringComparison.Ordinal);
        Assert.InRange(Message.Length, 1, 512);
        Assert.True(Headers.Contains("x-correlator"));
    }
}
