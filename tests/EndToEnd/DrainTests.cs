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
    /// <summary>Both ends of the call, or one of them, are on the node.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ACallGoesOnAtAnotherNodeWhenItsNodeIsToldToStop(bool both)
    {
        await using var ana = await shared.OnlineAsync(People.Ana);
        var node = await NodeOfAsync(People.Ana.Number);
        await using var ben = await OnlineAsync(People.Ben, both ? node : shared.Stack.Nodes.Single(one => one != node));
        await Calls.BetweenBrowsersAsync(ana, ben, People.Ben.Number);
        var process = node.ProcessId;

        ProcessSignal.Terminate(process);

        await ana.WaitForStepAsync("Moved to another node");
        await ana.MustTalkAsync(ben);
        await ana.HangUpAsync();
        Assert.Equal("remote-hangup", (await ben.WaitForEndAsync()).Ending?.Reason);
        await WaitFor.TrueAsync(async () => node.ProcessId != process && await IsReadyAsync(node), otherwise: () => shared.Stack.Log);
    }

    /// <summary>Signs in until the pool chooses that node, which it does by lot where both carry as much.</summary>
    private async Task<Softphone> OnlineAsync(KamailioSubscriber owner, MediaNodeProcess node)
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            var page = await shared.OnlineElsewhereAsync(owner);
            if (await NodeOfAsync(owner.Number) == node) return page;
            await page.DisposeAsync();
        }

        throw new InvalidOperationException($"{owner.Number} never came to {node.Id}.");
    }

    private async Task<MediaNodeProcess> NodeOfAsync(string number)
    {
        var contact = Assert.Single(await shared.Registrar.ContactsAsync(number));
        return shared.Stack.Nodes.Single(one => contact.Contains($":{shared.Stack.Ports.Sip + (one.Id[^1] - '0')}", StringComparison.Ordinal));
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
