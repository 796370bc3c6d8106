using System.Security.Cryptography;
using System.Text;
using Byon.Functions.Channels;
using Byon.Platform;
using Byon.Platform.Events;
using Byon.Tests.Functions.Tests.Rig;
using Microsoft.Extensions.Options;

namespace Byon.Tests.Functions.Tests.Channels;

/// <summary>The endpoint that Web PubSub calls, and that anybody can reach.</summary>
public sealed class WebPubSubHookTests(ApiRig rig) : ApiTest(rig)
{
    private const string Connection = "abc";

    private static readonly DeviceKey Device = new("+34611000000", "8a5b8d5e-4f4c-4f5e-9a51-3a2f7f3f0a01");

    [Fact]
    public async Task TheServiceMayAskWhetherItMayCall()
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/hooks/webpubsub");
        request.Headers.Add("WebHook-Request-Origin", "name.webpubsub.azure.com");
        using var response = await Rig.Http.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode);
        Assert.Equal("*", response.Headers.GetValues("WebHook-Allowed-Origin").Single());
    }

    [Fact]
    public async Task ASignedCallWithATicketOfOursIsTaken()
    {
        Assert.Equal(204, (await PostAsync(Connection, Signature(Connection), Ticket())).Status);
        Assert.Equal(204, (await PostAsync(Connection, "sha256=00," + Signature(Connection), Ticket())).Status);
    }

    [Fact]
    public async Task AnyOtherCallIsRefused()
    {
        (await PostAsync(Connection, "", Ticket())).ShouldBe(401, "UNAUTHENTICATED");
        (await PostAsync(Connection, Signature("other"), Ticket())).ShouldBe(401, "UNAUTHENTICATED");
        (await PostAsync(Connection, "sha256=", Ticket())).ShouldBe(401, "UNAUTHENTICATED");
        (await PostAsync("", Signature(""), Ticket())).ShouldBe(401, "UNAUTHENTICATED");
        (await PostAsync(Connection, Signature(Connection), "")).ShouldBe(401, "UNAUTHENTICATED");
        (await PostAsync(Connection, Signature(Connection), "8a5b8d5e-4f4c-4f5e-9a51-3a2f7f3f0a01")).ShouldBe(401, "UNAUTHENTICATED");
        (await PostAsync(new string('a', 300), Signature(new string('a', 300)), Ticket())).ShouldBe(401, "UNAUTHENTICATED");
    }

    [Fact]
    public void ATicketTellsItsDeviceToUsOnly()
    {
        var tickets = Tickets(Rig.PoolKey);
        var channel = Guid.NewGuid().ToString("D");
        var ticket = tickets.Issue(Device, channel);
        Assert.Equal((Device, channel), tickets.Read(ticket));
        Assert.NotEqual(ticket, tickets.Issue(Device, channel));
        Assert.InRange(ticket.Length, 1, 128);
        Assert.Null(Tickets(new byte[32]).Read(ticket));
        for (var at = 0; at < ticket.Length; at++)
            Assert.Null(tickets.Read(ticket[..at]));
        for (var at = 0; at < ticket.Length - 1; at++)
            Assert.Null(tickets.Read(ticket[..at] + (ticket[at] == 'A' ? 'B' : 'A') + ticket[(at + 1)..]));
    }

    private string Ticket() => Tickets(Rig.PoolKey).Issue(Device, Guid.NewGuid().ToString("D"));

    private static ChannelTicket Tickets(byte[] key) => new(Options.Create(new ControlOptions { PoolKey = Convert.ToBase64String(key) }));

    private string Signature(string connectionId)
    {
        var key = Encoding.UTF8.GetBytes(Convert.ToBase64String(Rig.PoolKey));
        return "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(connectionId)));
    }

    private async Task<Answer> PostAsync(string connectionId, string signature, string user)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hooks/webpubsub") { Content = new StringContent("{}") };
        request.Headers.TryAddWithoutValidation("ce-type", "azure.webpubsub.sys.disconnected");
        request.Headers.TryAddWithoutValidation("ce-connectionId", connectionId);
        request.Headers.TryAddWithoutValidation("ce-signature", signature);
        request.Headers.TryAddWithoutValidation("ce-userId", user);
        return await Answer.ReadAsync(await Rig.Http.SendAsync(request));
    }
}
