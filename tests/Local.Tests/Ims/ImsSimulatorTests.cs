using System.Net;
using Byon.Local.Ims;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.Tests.TestKit;

namespace Byon.Tests.Local.Tests.Ims;

public sealed class ImsSimulatorTests : IAsyncLifetime, IDisposable
{
    private const string Domain = "ims.test";
    private const double Mine = 700;

    private static readonly ImsSubscriber Ana = new("+34600111222", "ana@ims.test", "anas secret");
    private static readonly ImsSubscriber Bea = new("+34600111333", "bea@ims.test", "beas \"secret\"");

    private readonly ImsSimulator _ims = ImsSimulator.Start(new ImsSimulatorOptions(new IPEndPoint(IPAddress.Loopback, FreePorts.Next()), Domain, [Ana, Bea])
    {
        AnswersAfter = TimeSpan.FromMilliseconds(200),
    });

    private readonly LoopbackAgent _first = new();
    private readonly LoopbackAgent _second = new();
    private readonly RtpProbe _probe = new(Mine);
    private int _contacts;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _ims.DisposeAsync();

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        _probe.Dispose();
    }

    [Theory]
    [InlineData(SipTransport.Udp)]
    [InlineData(SipTransport.Tcp)]
    public async Task A_subscriber_registers_and_leaves_again(SipTransport transport)
    {
        var line = await RegisterAsync(_first, Ana, transport);
        Assert.Equal(1, await _ims.ContactsAsync(Ana.Number));
        var accepted = _first.Events<RegistrationAccepted>()[^1];
        Assert.Equal(TimeSpan.FromSeconds(600), accepted.Expires);
        Assert.Equal(["sip:+34600111222@ims.test", "tel:+34600111222"], accepted.AssociatedUris.Select(u => u.Text));
        _first.Do(agent => agent.Unregister(LoopbackAgent.Now, line));
        await _first.NextAsync<RegistrationRemoved>();
        Assert.Equal(0, await _ims.ContactsAsync(Ana.Number));
    }

    [Fact]
    public async Task A_wrong_password_is_refused()
    {
        Register(_first, Ana with { Password = "wrong" }, SipTransport.Udp);
        var failed = await _first.NextAsync<RegistrationFailed>();
        Assert.Equal((401, true), (failed.Status, failed.CredentialsRefused));
        Assert.Equal(0, await _ims.ContactsAsync(Ana.Number));
    }

    [Fact]
    public async Task Another_subscribers_number_is_refused()
    {
        Register(_first, Ana with { Number = Bea.Number }, SipTransport.Udp);
        Assert.Equal(403, (await _first.NextAsync<RegistrationFailed>()).Status);
    }

    [Theory]
    [InlineData(SipTransport.Udp)]
    [InlineData(SipTransport.Tcp)]
    public async Task The_echo_phone_rings_answers_with_a_tone_and_echoes(SipTransport transport)
    {
        var line = await RegisterAsync(_first, Ana, transport);
        var call = Call(_first, line, DemoPhones.Echo);
        Assert.Equal(180, (await _first.NextAsync<SessionProgressed>()).Status);
        _probe.SpeakTo((await _first.NextAsync<SessionAnswered>()).Sdp!);
        await WaitFor.TrueAsync(() => _probe.Heard(440, Mine) > TimeSpan.FromSeconds(1));
        await WaitFor.TrueAsync(() => _probe.Heard(Mine, 440) > TimeSpan.FromSeconds(1));
        _first.Do(agent => agent.End(LoopbackAgent.Now, call));
        Assert.Equal(SipEndingKind.Local, (await _first.NextAsync<SessionEnded>()).Ending.Kind);
    }

    [Fact]
    public async Task The_echo_phone_falls_silent_on_hold_and_comes_back()
    {
        var line = await RegisterAsync(_first, Ana, SipTransport.Udp);
        var call = Call(_first, line, DemoPhones.Echo);
        await _first.NextAsync<SessionAnswered>();
        await WaitFor.TrueAsync(() => _probe.Samples > 0);
        _first.Do(agent => agent.Reinvite(LoopbackAgent.Now, call, _probe.Offer("sendonly")));
        Assert.Contains("a=recvonly", (await _first.NextAsync<SessionReinviteAnswered>()).Answer, StringComparison.Ordinal);
        await SilenceAsync();
        var before = _probe.Samples;
        _first.Do(agent => agent.Reinvite(LoopbackAgent.Now, call, _probe.Offer()));
        await WaitFor.TrueAsync(() => _probe.Samples > before + 8000);
    }

    [Theory]
    [InlineData(DemoPhones.Busy, 486)]
    [InlineData("+34999000004", 404)]
    [InlineData("+34600111333", 480)]
    public async Task A_call_that_cannot_be_put_through_ends_with(string number, int status)
    {
        var line = await RegisterAsync(_first, Ana, SipTransport.Udp);
        Call(_first, line, number);
        Assert.Equal(status, (await _first.NextAsync<SessionEnded>()).Ending.Status);
    }

    [Fact]
    public async Task The_silent_phone_rings_until_the_caller_gives_up()
    {
        var line = await RegisterAsync(_first, Ana, SipTransport.Udp);
        var call = Call(_first, line, DemoPhones.Silent);
        Assert.Equal(180, (await _first.NextAsync<SessionProgressed>()).Status);
        _first.Do(agent => agent.End(LoopbackAgent.Now, call));
        Assert.Equal((SipEndingKind.Local, 487), ((await _first.NextAsync<SessionEnded>()).Ending.Kind, _first.Events<SessionEnded>()[0].Ending.Status));
    }

    [Theory]
    [InlineData(SipTransport.Udp)]
    [InlineData(SipTransport.Tcp)]
    public async Task A_phone_calls_a_subscriber_and_speaks_a_tone(SipTransport transport)
    {
        Assert.False(await _ims.CallAsync(Ana.Number));
        await RegisterAsync(_first, Ana, transport);
        Assert.True(await _ims.CallAsync(Ana.Number));
        var invited = await _first.NextAsync<SessionInvited>();
        Assert.Equal((DemoPhones.Caller, "Demo phone"), (invited.Caller.TelephoneNumber, invited.CallerName));
        _first.Do(agent => agent.Answer(LoopbackAgent.Now, invited.Session, _probe.Offer()));
        await WaitFor.TrueAsync(() => _probe.Heard(523, Mine) > TimeSpan.FromSeconds(1));
        _first.Do(agent => agent.End(LoopbackAgent.Now, invited.Session));
        await SilenceAsync();
    }

    [Fact]
    public async Task All_contacts_of_a_number_ring_and_the_losers_learn_that_the_call_was_taken_elsewhere()
    {
        var line = await RegisterAsync(_first, Ana, SipTransport.Udp);
        await RegisterAsync(_second, Bea, SipTransport.Udp);
        await RegisterAsync(_second, Bea, SipTransport.Tcp);
        Assert.Equal(2, await _ims.ContactsAsync(Bea.Number));
        var call = Call(_first, line, Bea.Number);
        await WaitFor.TrueAsync(() => _second.Events<SessionInvited>().Count == 2);
        var rings = _second.Events<SessionInvited>();
        Assert.All(rings, r => Assert.Equal(Ana.Number, r.Caller.TelephoneNumber));
        foreach (var ring in rings) _second.Do(agent => agent.Progress(LoopbackAgent.Now, ring.Session, 180, null));
        await WaitFor.TrueAsync(() => _first.Events<SessionProgressed>().Count >= 2);

        _second.Do(agent => agent.Answer(LoopbackAgent.Now, rings[1].Session, _probe.Offer()));
        Assert.Equal(call, (await _first.NextAsync<SessionAnswered>()).Session);
        var lost = await _second.NextAsync<SessionEnded>();
        Assert.Equal((rings[0].Session, SipEndingKind.RemoteCancel, 200), (lost.Session, lost.Ending.Kind, lost.Ending.ReasonCause));

        await _second.NextAsync<SessionAcknowledged>();
        _second.Do(agent => agent.Reinvite(LoopbackAgent.Now, rings[1].Session, _probe.Offer("sendonly")));
        Assert.Contains("sendonly", (await _first.NextAsync<SessionReinvited>()).Offer, StringComparison.Ordinal);
        _first.Do(agent => agent.AcceptReinvite(LoopbackAgent.Now, call, _probe.Offer("recvonly")));
        await _second.NextAsync<SessionReinviteAnswered>();
        _first.Do(agent => agent.End(LoopbackAgent.Now, call));
        Assert.Equal(SipEndingKind.RemoteBye, (await _second.NextAsync<SessionEnded>(e => e.Session == rings[1].Session)).Ending.Kind);
    }

    [Fact]
    public async Task When_all_contacts_refuse_the_caller_hears_one_refusal()
    {
        var line = await RegisterAsync(_first, Ana, SipTransport.Udp);
        await RegisterAsync(_second, Bea, SipTransport.Udp);
        await RegisterAsync(_second, Bea, SipTransport.Udp);
        Call(_first, line, Bea.Number);
        await WaitFor.TrueAsync(() => _second.Events<SessionInvited>().Count == 2);
        foreach (var ring in _second.Events<SessionInvited>()) _second.Do(agent => agent.End(LoopbackAgent.Now, ring.Session, 486));
        Assert.Equal(486, (await _first.NextAsync<SessionEnded>()).Ending.Status);
    }

    [Fact]
    public async Task A_declined_call_stops_the_other_contacts()
    {
        var line = await RegisterAsync(_first, Ana, SipTransport.Udp);
        await RegisterAsync(_second, Bea, SipTransport.Udp);
        await RegisterAsync(_second, Bea, SipTransport.Udp);
        Call(_first, line, Bea.Number);
        await WaitFor.TrueAsync(() => _second.Events<SessionInvited>().Count == 2);
        _second.Do(agent => agent.End(LoopbackAgent.Now, _second.Events<SessionInvited>()[0].Session));
        Assert.Equal(603, (await _first.NextAsync<SessionEnded>()).Ending.Status);
        await WaitFor.TrueAsync(() => _second.Events<SessionEnded>().Count == 2);
    }

    [Fact]
    public async Task An_anonymous_caller_is_not_named()
    {
        var line = await RegisterAsync(_first, Ana, SipTransport.Udp);
        await RegisterAsync(_second, Bea, SipTransport.Udp);
        _first.Do(agent => agent.Invite(LoopbackAgent.Now, new SipInviteRequest(
            line, new SipUri($"tel:{Bea.Number}"), _probe.Offer(), true, "Ana", TimeSpan.FromMinutes(1))));
        var invited = await _second.NextAsync<SessionInvited>();
        Assert.True(invited.CallerWithheld);
        Assert.Null(invited.Caller.TelephoneNumber);
    }

    private static SipRegistrationRequest RequestFor(ImsSubscriber subscriber, SipFlow registrar, string contact) => new(
        new SipUri($"sip:{subscriber.Number}@{Domain}"), registrar, new SipCredentials(subscriber.User, subscriber.Password),
        Guid.NewGuid(), contact, TimeSpan.FromSeconds(600));

    private SipRegistrationId Register(LoopbackAgent agent, ImsSubscriber subscriber, SipTransport transport) =>
        agent.Do(a => a.Register(LoopbackAgent.Now, RequestFor(subscriber, new SipFlow(transport, _ims.EndPoint), $"contact{++_contacts}")));

    private async Task<SipRegistrationId> RegisterAsync(LoopbackAgent agent, ImsSubscriber subscriber, SipTransport transport)
    {
        var id = Register(agent, subscriber, transport);
        await agent.NextAsync<RegistrationAccepted>(e => e.Registration == id);
        return id;
    }

    private SipSessionId Call(LoopbackAgent agent, SipRegistrationId line, string number) => agent.Do(a => a.Invite(
        LoopbackAgent.Now, new SipInviteRequest(line, new SipUri($"sip:{number}@{Domain}"), _probe.Offer(), false, null, TimeSpan.FromMinutes(1))));

    /// <summary>Nothing more is heard over fifteen looks.</summary>
    private async Task SilenceAsync()
    {
        var (looks, last) = (0, -1);
        await WaitFor.TrueAsync(() =>
        {
            looks = _probe.Samples == last ? looks + 1 : 0;
            last = _probe.Samples;
            return looks > 15;
        });
    }
}
