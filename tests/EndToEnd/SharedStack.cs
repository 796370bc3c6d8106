using Byon.Local.Push;
using Byon.Tests.Rig;

namespace Byon.Tests.EndToEnd;

/// <summary>
/// One registrar, one stack with two media nodes and one browser for all cases that leave them whole. Every case opens a
/// page of its own.
/// </summary>
public class SharedStack : IAsyncLifetime
{
    public const int BrowserTone = 700;
    public const int PhoneTone = 440;
    public const int OtherTone = 1000;

    /// <summary>Whether a media node that dies is started again.</summary>
    protected virtual bool RestartsNodes => true;

    /// <summary>Phones may pass calls on.</summary>
    private static readonly Dictionary<string, string> NodeSettings = new() { ["Node__Calls__Referrals"] = "true" };

    private ChromiumBrowser? _other;

    public KamailioServer Registrar { get; private set; } = null!;

    public PushDouble Push { get; private set; } = null!;

    public Stack Stack { get; private set; } = null!;

    public ChromiumBrowser Browser { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Registrar = await KamailioServer.StartAsync(People.Domain, People.Registrar);
        Push = await PushDouble.StartAsync();
        Stack = await Stack.StartAsync($"sip:127.0.0.1:{Registrar.Port}", People.SignedUp, nodes: 2, RestartsNodes, nodeSettings: NodeSettings, functionsSettings: Push.Settings);
        Browser = await ChromiumBrowser.StartAsync(BrowserTone);
    }

    public async Task DisposeAsync()
    {
        if (_other is not null)
            await _other.DisposeAsync();
        if (Browser is not null)
            await Browser.DisposeAsync();
        if (Stack is not null)
            await Stack.DisposeAsync();
        if (Push is not null)
            await Push.DisposeAsync();
        if (Registrar is not null)
            await Registrar.DisposeAsync();
    }

    internal Task<BaresipPhone> PhoneAsync(KamailioSubscriber owner, int tone = PhoneTone, string codec = "PCMA", bool video = false) =>
        BaresipPhone.StartAsync(Registrar, owner, tone, codec, video: video);

    internal Task<Softphone> OnlineAsync(KamailioSubscriber owner) => Softphone.OnlineAsync(Browser, Stack.Page, owner.Number);

    /// <summary>At a second browser, which hears and is heard as itself; it is started for the first case that asks.</summary>
    internal async Task<Softphone> OnlineElsewhereAsync(KamailioSubscriber owner)
    {
        _other ??= await ChromiumBrowser.StartAsync(OtherTone);
        return await Softphone.OnlineAsync(_other, Stack.Page, owner.Number);
    }
}

[CollectionDefinition(Name)]
public sealed class SharedStackTests : ICollectionFixture<SharedStack>
{
    public const string Name = "one stack for all";
}
