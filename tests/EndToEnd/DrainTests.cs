using Byon.Local.Up;
using Byon.Platform.Control;
using Byon.Platform.Records;
using Byon.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.EndToEnd;

/// <summary>A node that is told to stop while people talk.</summary>
[Collection(SharedStackTests.Name)]
public sealed class DrainTests(SharedStack shared)
{
    [Fact]
    public async Task ACallGoesOnAtAnotherNodeWhenItsNodeIsToldToStop()
    {
        await using var other = await ChromiumBrowser.StartAsync(SharedStack.OtherTone);
        await using var ana = await shared.OnlineAsync(People.Ana);
        await using var ben = await Softphone.OnlineAsync(other, shared.Stack.Page, People.Ben.Number);
        await Calls.BetweenBrowsersAsync(ana, ben, People.Ben.Number);
        var contact = Assert.Single(await shared.Registrar.ContactsAsync(People.Ana.Number));
        var node = shared.Stack.Nodes.Single(one => contact.Contains($":{shared.Stack.Ports.Sip + (one.Id[^1] - '0')}", StringComparison.Ordinal));
        var process = node.ProcessId;

        ProcessSignal.Terminate(process);

        await ana.WaitForStepAsync("Moved to another node");
        await ana.MustHearAsync(ben.Tone);
        await ben.MustHearAsync(ana.Tone);
        await ana.HangUpAsync();
        Assert.Equal("remote-hangup", (await ben.WaitForEndAsync()).Ending?.Reason);
        await WaitFor.TrueAsync(async () => node.ProcessId != process && await IsReadyAsync(node), otherwise: () => shared.Stack.Log);
    }

    private static async Task<bool> IsReadyAsync(MediaNodeProcess node)
    {
        using var client = new HttpClient { BaseAddress = node.ControlUrl };
        try
        {
            return await client.GetStringAsync(new Uri(NodeControlRoutes.Health, UriKind.Relative)) == nameof(NodeState.Ready);
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
