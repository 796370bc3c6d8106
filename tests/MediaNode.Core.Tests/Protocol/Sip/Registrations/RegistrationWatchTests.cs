using System.Text;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Registrations;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Registrations;

/// <summary>RFC 3680: the network tells what became of our registration.</summary>
public class RegistrationWatchTests
{
    private readonly VirtualSipNetwork _network = new();
    private readonly VirtualAgent _agent;
    private readonly ScriptedRegistrar _registrar;
    private uint _cseq;

    public RegistrationWatchTests()
    {
        _agent = _network.Add(5001);
        _registrar = new ScriptedRegistrar(_network, _agent);
        _registrar.Decorates = r =>
        {
            r.Headers.Add("P-Associated-URI", "<sip:+34600@ims.test>");
            r.Headers.Add("Service-Route", "<sip:orig@scscf.test;lr>");
        };
    }

    private SipRequest Subscribe => _registrar.Peer.LastRequest("SUBSCRIBE");

    [Fact]
    public void After_the_first_registration_its_state_is_subscribed_to_once()
    {
        Register();
        var subscribe = Assert.Single(_registrar.Peer.Requests("SUBSCRIBE"));
        Assert.Equal(("sip:+34600@ims.test", "reg", "application/reginfo+xml"), (subscribe.Uri.Text, subscribe.Headers["Event"], subscribe.Headers["Accept"]));
        Assert.Contains("<sip:orig@scscf.test;lr>", subscribe.Headers.Values("Route"));
        Accept(subscribe, 3600);
        _network.Run(TimeSpan.FromSeconds(900));
        Assert.Single(_registrar.Peer.Requests("SUBSCRIBE"));
        _network.Run(TimeSpan.FromSeconds(905));
        Assert.Equal((2u, "watch"), (Subscribe.CSeq.Number, Subscribe.To.Tag));
    }

    [Fact]
    public void A_plain_registrar_is_not_asked()
    {
        _registrar.Decorates = _ => { };
        Register();
        Assert.Empty(_registrar.Peer.Requests("SUBSCRIBE"));
    }

    [Theory]
    [InlineData("rejected")]
    [InlineData("unregistered")]
    [InlineData("expired")]
    public void A_contact_that_the_network_ends_is_a_registration_that_ends(string why)
    {
        var id = Register();
        Accept(Subscribe, 3600);
        Notify(Contact("terminated", why));
        Assert.Equal([200], _registrar.Peer.Statuses("NOTIFY"));
        Assert.Equal((id, 0), (_agent.Only<RegistrationFailed>().Registration, _agent.Only<RegistrationFailed>().Status));
        _network.Run(TimeSpan.FromHours(2));
        Assert.Null(_agent.Agent.NextTimeout);
    }

    [Fact]
    public void A_deactivated_contact_registers_anew()
    {
        Register();
        Accept(Subscribe, 3600);
        var before = _registrar.Peer.Requests("REGISTER").Count();
        Notify(Contact("terminated", "deactivated"));
        _network.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(before + 1, _registrar.Peer.Requests("REGISTER").Count());
        Assert.Empty(_agent.Events.OfType<RegistrationFailed>());
    }

    [Fact]
    public void On_probation_it_comes_back_when_it_may()
    {
        Register();
        Accept(Subscribe, 3600);
        var before = _registrar.Peer.Requests("REGISTER").Count();
        Notify(Contact("terminated", "probation", "retry-after=\"30\""));
        _network.Run(TimeSpan.FromSeconds(29));
        Assert.Equal(before, _registrar.Peer.Requests("REGISTER").Count());
        _network.Run(TimeSpan.FromSeconds(2));
        Assert.Equal(before + 1, _registrar.Peer.Requests("REGISTER").Count());
    }

    [Fact]
    public void A_shortened_lifetime_is_refreshed_in_time()
    {
        Register();
        Accept(Subscribe, 3600);
        var before = _registrar.Peer.Requests("REGISTER").Count();
        Notify(Contact("active", "shortened", "expires=\"60\""));
        _network.Run(TimeSpan.FromSeconds(31));
        Assert.Equal(before + 1, _registrar.Peer.Requests("REGISTER").Count());
    }

    [Fact]
    public void What_becomes_of_other_contacts_does_not_matter()
    {
        Register();
        Accept(Subscribe, 3600);
        Notify(Contact("terminated", "rejected").Replace("sip:c600@127.0.0.1:5001", "sip:other@192.0.2.7", StringComparison.Ordinal));
        Notify("<nonsense");
        Notify("");
        Assert.Equal([200, 200, 200], _registrar.Peer.Statuses("NOTIFY"));
        Assert.Empty(_agent.Events.OfType<RegistrationFailed>());
    }

    [Fact]
    public void An_old_or_foreign_NOTIFY_changes_nothing()
    {
        Register();
        Accept(Subscribe, 3600);
        Notify(Contact("active", "registered"));
        _cseq--;
        Notify(Contact("terminated", "rejected"));
        Notify(Contact("terminated", "rejected"), package: "presence");
        Notify(Contact("terminated", "rejected"), tag: "somebody");
        Assert.Equal([200, 500, 489, 481], _registrar.Peer.Statuses("NOTIFY"));
        Assert.Empty(_agent.Events.OfType<RegistrationFailed>());
    }

    [Theory]
    [InlineData(404)]
    [InlineData(489)]
    [InlineData(503)]
    public void A_network_that_does_not_tell_is_not_asked_again(int status)
    {
        _registrar.Granted = 7200;
        Register();
        _registrar.Peer.Reply(_agent, Subscribe, status, "watch");
        _network.Run(TimeSpan.FromMinutes(4));
        Assert.Single(_registrar.Peer.Requests("SUBSCRIBE"));
        Assert.Empty(_agent.Events.OfType<RegistrationFailed>());
    }

    [Fact]
    public void A_contact_bound_to_several_identities_lives_as_long_as_one_of_them()
    {
        var both = $"""
            <reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="1" state="full">
            <registration aor="sip:a@x" id="a" state="terminated"><contact id="1" state="terminated" event="rejected"><uri>sip:c@192.0.2.1:5060</uri></contact></registration>
            <registration aor="sip:b@x" id="b" state="active"><contact id="2" state="active" event="registered" expires="17"><uri>sip:c@192.0.2.1:5060</uri></contact></registration>
            </reginfo>
            """;
        var fate = RegistrationInfo.Find(Encoding.UTF8.GetBytes(both), new SipUri("sip:c@192.0.2.1:5060"));
        Assert.Equal(new ContactFate(false, "registered", TimeSpan.FromSeconds(17), null), fate);
    }

    [Fact]
    public void No_document_makes_us_throw()
    {
        var good = Encoding.UTF8.GetBytes(Contact("terminated", "rejected"));
        var uri = new SipUri("sip:c600@127.0.0.1:5001");
        for (var length = 0; length <= good.Length; length++) RegistrationInfo.Find(good.AsSpan(0, length), uri);
        var random = new Random(3680);
        for (var i = 0; i < 2000; i++)
        {
            var bytes = good.ToArray();
            for (var n = random.Next(1, 5); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            RegistrationInfo.Find(bytes, uri);
        }

        Assert.Null(RegistrationInfo.Find(Encoding.UTF8.GetBytes("<!DOCTYPE x [<!ENTITY a \"b\">]>" + Contact("terminated", "rejected")), uri));
        Assert.Null(RegistrationInfo.Find(new byte[RegistrationInfo.LongestDocument + 1], uri));
    }

    private static string Contact(string state, string why, string more = "") => $"""
        <reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="0" state="full">
        <registration aor="sip:+34600@ims.test" id="a1" state="active">
        <contact id="1" state="{state}" event="{why}" {more}><uri>sip:c600@127.0.0.1:5001</uri></contact>
        </registration></reginfo>
        """;

    private SipRegistrationId Register()
    {
        var id = _agent.Agent.Register(_network.Now, VirtualAgent.Subscriber(_registrar.Peer.Address, "600"));
        _network.Settle();
        return id;
    }

    private void Accept(SipRequest subscribe, int seconds)
    {
        _registrar.Peer.Reply(_agent, subscribe, 200, "watch", r =>
        {
            r.Headers.Add("Expires", $"{seconds}");
            r.Headers.Add("Contact", "<sip:scscf@127.0.0.1:5060>");
        });
        _network.Settle();
    }

    private void Notify(string body, string package = "reg", string? tag = null)
    {
        var subscribe = Subscribe;
        var notify = new SipRequest("NOTIFY", subscribe.Contact!.Uri);
        notify.Headers.Add("Via", $"SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKn{_registrar.Peer.Received.Count}");
        notify.Headers.Add("From", "<sip:+34600@ims.test>;tag=watch");
        notify.Headers.Add("To", tag is null ? subscribe.Headers["From"]! : $"<sip:+34600@ims.test>;tag={tag}");
        notify.Headers.Add("Call-ID", subscribe.CallId);
        notify.Headers.Add("CSeq", $"{++_cseq} NOTIFY");
        notify.Headers.Add("Event", package);
        notify.Headers.Add("Subscription-State", "active;expires=3600");
        if (body.Length > 0) notify.SetBody("application/reginfo+xml", Encoding.UTF8.GetBytes(body));
        _registrar.Peer.Send(_agent, notify);
    }
}
