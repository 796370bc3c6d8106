using System.Net;
using Byon.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.EndToEnd;

[Collection(SharedStackTests.Name)]
public sealed class RegistrationTests(SharedStack shared)
{
    [Fact]
    public async Task SigningOutEmptiesTheRegistrarsTable()
    {
        await using var browser = await shared.OnlineAsync(People.Ana);
        var before = await shared.Registrar.ContactsAsync(People.Ana.Number);

        await browser.SignOutAsync();
        await browser.Control("sign-in").WaitForAsync();

        await WaitFor.TrueAsync(async () => (await shared.Registrar.ContactsAsync(People.Ana.Number)).Count == before.Count - 1);
    }

    [Fact]
    public async Task ARefreshMovesTheEndAndKeepsTheContact()
    {
        await using var browser = await shared.OnlineAsync(People.Ana);
        using var api = await ApiAsync(browser);
        var deviceId = Guid.NewGuid().ToString();
        var created = await api.RegisterAsync(deviceId, DateTimeOffset.UtcNow.AddSeconds(90));
        Assert.Equal(HttpStatusCode.Created, created.Status);
        var contacts = await shared.Registrar.ContactsAsync(People.Ana.Number);

        var refreshed = await api.RefreshAsync(created.Text("registrationId"));

        Assert.Equal(HttpStatusCode.OK, refreshed.Status);
        Assert.True(refreshed.Time("expiresAt") > created.Time("expiresAt"));
        Assert.Equal(contacts, await shared.Registrar.ContactsAsync(People.Ana.Number));
        Assert.Equal(HttpStatusCode.NoContent, (await api.UnregisterAsync(created.Text("registrationId"))).Status);
    }

    [Fact]
    public async Task ARegistrationThatRunsOutIsToldAndLeavesTheRegistrar()
    {
        await using var browser = await shared.OnlineAsync(People.Ana);
        using var api = await ApiAsync(browser);
        var before = await shared.Registrar.ContactsAsync(People.Ana.Number);
        var deviceId = Guid.NewGuid().ToString();
        using var channel = await DeviceChannel.OpenAsync(api, deviceId);

        var created = await api.RegisterAsync(deviceId, DateTimeOffset.UtcNow.AddSeconds(4));
        Assert.Equal(HttpStatusCode.Created, created.Status);
        Assert.Equal(before.Count + 1, (await shared.Registrar.ContactsAsync(People.Ana.Number)).Count);

        var ended = await channel.WaitForAsync("registration-ends", data => data.GetProperty("registrationId").GetString() == created.Text("registrationId"));
        Assert.Equal("REGISTRATION_EXPIRED", ended.GetProperty("terminationReason").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await api.RegistrationAsync(created.Text("registrationId"))).Status);
        await WaitFor.TrueAsync(async () => (await shared.Registrar.ContactsAsync(People.Ana.Number)).Count == before.Count);
    }

    [Fact]
    public async Task AWrongPasswordIsRefusedWithItsCause()
    {
        await using var browser = await Softphone.SignInAsync(shared.Browser, shared.Stack.Page, People.Finn.Number);
        await browser.WaitForAsync(state => state.Registration.State == "error");
        Assert.Contains("refused", await browser.NoticeAsync(), StringComparison.Ordinal);
        using var api = await ApiAsync(browser);

        var refused = await api.RegisterAsync(Guid.NewGuid().ToString());

        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        Assert.Contains("credentials", refused.Text("message"), StringComparison.Ordinal);
        Assert.Empty(await shared.Registrar.ContactsAsync(People.Finn.Number));
    }

    private async Task<GatewayApi> ApiAsync(Softphone browser) => new(shared.Stack.Api, await browser.TokenAsync());
}
