using System.Net;
using Byon.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.EndToEnd;

/// <summary>A stack that these cases break: a media node that dies stays dead.</summary>
public sealed class BreakableStack : SharedStack
{
    protected override bool RestartsNodes => false;
}

/// <summary>Parts that fail under a running system.</summary>
public sealed class FailureTests(BreakableStack shared) : IClassFixture<BreakableStack>
{
    [Fact]
    public async Task AnUnreachableImsIsSaidAndLeavesNothingHalfRegistered()
    {
        await using var browser = await shared.OnlineAsync(People.Ana);
        using var api = new GatewayApi(shared.Stack.Api, await browser.TokenAsync());
        var deviceId = Guid.NewGuid().ToString();
        await shared.Registrar.StopAsync();

        var refused = await api.RegisterAsync(deviceId);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
        Assert.Equal("UNAVAILABLE", refused.Code);
        Assert.NotNull(refused.RetryAfter);
        Assert.Equal(0, (await api.RegistrationsOfAsync(deviceId)).Body.GetArrayLength());

        await shared.Registrar.RestartAsync();
        var registered = await api.RegisterAsync(deviceId);
        Assert.Equal(HttpStatusCode.Created, registered.Status);
        await api.UnregisterAsync(registered.Text("registrationId"));
    }

    [Fact]
    public async Task StorageThatHangsIsSaidTheCallGoesOnAndAllRecovers()
    {
        await using var phone = await shared.PhoneAsync(People.Cleo);
        await using var browser = await shared.OnlineAsync(People.Ana);
        using var api = new GatewayApi(shared.Stack.Api, await browser.TokenAsync());
        await Calls.FromBrowserAsync(browser, phone);
        var registrationId = (await browser.StateAsync()).Registration.Id!;

        ProcessSignal.Freeze(shared.Stack.StorageProcess);
        try
        {
            var read = await api.RegistrationAsync(registrationId);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, read.Status);
            Assert.NotNull(read.RetryAfter);
            var written = await api.RegisterAsync(Guid.NewGuid().ToString());
            Assert.Equal(HttpStatusCode.ServiceUnavailable, written.Status);
            await browser.MustHearAsync(phone.Tone);
        }
        finally
        {
            ProcessSignal.Thaw(shared.Stack.StorageProcess);
        }

        await WaitFor.TrueAsync(async () => (await api.RegistrationAsync(registrationId)).Status == HttpStatusCode.OK);
        await phone.HangUpAsync();
        Assert.Equal("Terminated", (await browser.WaitForEndAsync()).Status);
    }

    [Fact]
    public async Task GarbageOnEveryPortCostsNoCall()
    {
        await using var phone = await shared.PhoneAsync(People.Cleo);
        await using var browser = await shared.OnlineAsync(People.Ana);
        await Calls.FromBrowserAsync(browser, phone);

        await Garbage.SendAsync(shared.Stack.Ports, shared.Stack.Nodes.Count);

        await browser.MustTalkAsync(phone);
        await browser.HangUpAsync();
        await phone.WaitForEventAsync("CALL_CLOSED");
        await browser.Control("close-call").ClickAsync();
        var seen = phone.Events.Count;
        await browser.DialAsync(phone.Number);
        await phone.WaitForEventAsync("CALL_INCOMING", seen: seen);
    }

    [Fact]
    public async Task TheCallOfANodeThatDiesGoesOnAtAnother()
    {
        await using var phone = await shared.PhoneAsync(People.Cleo);
        await using var browser = await shared.OnlineAsync(People.Ana);
        await Calls.FromBrowserAsync(browser, phone);
        await browser.MustHearAsync(phone.Tone);
        var contact = Assert.Single(await shared.Registrar.ContactsAsync(People.Ana.Number));
        var node = shared.Stack.Nodes.Single(one => contact.Contains($":{shared.Stack.Ports.Sip + NumberOf(one.Id)}", StringComparison.Ordinal));

        node.Kill();

        await browser.WaitForStepAsync("Moved to another node");
        await browser.MustHearAsync(phone.Tone);
        // What a baresip hears after a re-INVITE is not in its recording any more: a key proves the way to it.
        var seen = phone.Events.Count;
        await browser.PressKeyAsync('5');
        await phone.WaitForEventAsync("CALL_DTMF_START", seen: seen);
        await WaitFor.TrueAsync(
            async () => (await shared.Registrar.ContactsAsync(People.Ana.Number)).Any(one => one != contact), otherwise: () => shared.Stack.Log);
        await phone.HangUpAsync();
        Assert.Equal("remote-hangup", (await browser.WaitForEndAsync()).Ending?.Reason);
        await browser.Control("close-call").ClickAsync();

        seen = phone.Events.Count;
        await browser.DialAsync(phone.Number);
        await phone.WaitForEventAsync("CALL_INCOMING", seen: seen);
        await phone.AnswerAsync();
        await browser.WaitForPhaseAsync("connected");
        await phone.MustHearAsync(browser.Tone);
    }

    private static int NumberOf(string nodeId) => nodeId[^1] - '0';
}
