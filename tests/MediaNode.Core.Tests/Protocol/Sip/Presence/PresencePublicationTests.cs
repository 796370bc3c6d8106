using System.Text;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Registrations;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Presence;

/// <summary>A registered device publishes that it can be reached, and that its user is on the phone (RFC 3903, RFC 4480).</summary>
public class PresencePublicationTests
{
    private readonly VirtualSipNetwork _network = new();
    private readonly VirtualAgent _agent;
    private readonly ScriptedRegistrar _registrar;
    private int _tags;
    private int? _refusal;

    public PresencePublicationTests()
    {
        _agent = _network.Add(5001, with: options => options with { PublishesPresence = true });
        _registrar = new ScriptedRegistrar(_network, _agent) { Interferes = Compose };
        _registrar.Granted = 7200;
    }

    private IReadOnlyList<SipRequest> Publishes => [.. _registrar.Peer.Requests("PUBLISH")];

    [Fact]
    public void It_is_published_when_the_device_registers()
    {
        Register();
        var publish = Assert.Single(Publishes);
        Assert.Equal(("presence", "3600", null), (publish.Headers["Event"], publish.Headers["Expires"], publish.Headers["SIP-If-Match"]));
        Assert.Equal("sip:+34600@ims.test", publish.Uri.Text);
        Assert.Contains("<basic>open</basic>", Body(publish), StringComparison.Ordinal);
        Assert.DoesNotContain("on-the-phone", Body(publish), StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_refreshed_by_its_tag_and_without_a_body()
    {
        Register();
        _network.Run(TimeSpan.FromSeconds(301));
        Assert.Equal(2, Publishes.Count);
        Assert.Equal(("tag1", true), (Publishes[1].Headers["SIP-If-Match"], Publishes[1].Body.IsEmpty));
        _network.Run(TimeSpan.FromSeconds(301));
        Assert.Equal("tag2", Publishes[2].Headers["SIP-If-Match"]);
    }

    [Fact]
    public void A_call_changes_it_and_its_end_changes_it_back()
    {
        var line = Register();
        var call = _agent.Agent.Invite(_network.Now, new SipInviteRequest(
            line, new SipUri("sip:+34700@ims.test"), VirtualAgent.Offer, false, null, TimeSpan.FromMinutes(1)));
        _network.Run(TimeSpan.FromSeconds(1));
        Assert.Single(Publishes);
        _registrar.Peer.Reply(_agent, _registrar.Peer.LastRequest("INVITE"), 200, "far", response => response.SetSdp(VirtualAgent.Answer));
        _network.Run(TimeSpan.FromSeconds(1));
        Assert.Equal("tag1", Publishes[1].Headers["SIP-If-Match"]);
        Assert.Contains("on-the-phone", Body(Publishes[1]), StringComparison.Ordinal);
        _agent.Agent.End(_network.Now, call);
        _network.Run(TimeSpan.FromSeconds(1));
        Assert.Equal("tag2", Publishes[2].Headers["SIP-If-Match"]);
        Assert.DoesNotContain("on-the-phone", Body(Publishes[2]), StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_taken_back_when_the_device_leaves()
    {
        _agent.Agent.Unregister(_network.Now, Register());
        _network.Run(TimeSpan.FromSeconds(60));
        Assert.Equal(("0", "tag1", true), (Publishes[^1].Headers["Expires"], Publishes[^1].Headers["SIP-If-Match"], Publishes[^1].Body.IsEmpty));
        Assert.Equal(2, Publishes.Count);
        Assert.Null(_agent.Agent.NextTimeout);
    }

    [Fact]
    public void A_tag_that_the_network_has_forgotten_is_published_anew()
    {
        Register();
        _refusal = 412;
        _network.Run(TimeSpan.FromSeconds(301));
        Assert.Equal(3, Publishes.Count);
        Assert.Null(Publishes[2].Headers["SIP-If-Match"]);
        Assert.False(Publishes[2].Body.IsEmpty);
    }

    [Fact]
    public void A_challenge_is_answered_with_the_same_body()
    {
        _refusal = 401;
        Register();
        Assert.Equal(2, Publishes.Count);
        Assert.NotNull(Publishes[1].Headers["Authorization"]);
        Assert.Equal(Body(Publishes[0]), Body(Publishes[1]));
    }

    [Fact]
    public void A_longer_lifetime_is_taken()
    {
        _refusal = 423;
        Register();
        Assert.Equal(["3600", "7200"], Publishes.Select(publish => publish.Headers["Expires"]));
    }

    [Theory]
    [InlineData(405)]
    [InlineData(489)]
    [InlineData(403)]
    public void A_network_without_presence_is_asked_once(int status)
    {
        _refusal = status;
        Register();
        _network.Run(TimeSpan.FromHours(5));
        Assert.Single(Publishes);
    }

    [Fact]
    public void After_a_failure_it_is_tried_again_later()
    {
        _refusal = 503;
        Register();
        _network.Run(TimeSpan.FromMinutes(5));
        Assert.Equal(2, Publishes.Count);
        Assert.False(Publishes[1].Body.IsEmpty);
    }

    [Fact]
    public void A_registration_that_the_network_ends_publishes_no_more()
    {
        Register();
        _registrar.Interferes = request => request.Method == "REGISTER" ? _registrar.Peer.Reply(_agent, request, 403, "r") is not null : Compose(request);
        _network.Run(TimeSpan.FromHours(3));
        _agent.Only<RegistrationFailed>();
        var before = Publishes.Count;
        _network.Run(TimeSpan.FromHours(3));
        Assert.Equal(before, Publishes.Count);
    }

    private static string Body(SipRequest publish) => Encoding.UTF8.GetString(publish.Body.Span);

    private SipRegistrationId Register()
    {
        var id = _agent.Agent.Register(_network.Now, VirtualAgent.Subscriber(_registrar.Peer.Address, "600"));
        _network.Run(TimeSpan.Zero);
        return id;
    }

    /// <summary>The event state compositor of RFC 3903 §6.</summary>
    private bool Compose(SipRequest request)
    {
        if (request.Method != "PUBLISH") return false;
        var status = _refusal is { } refused ? refused : 200;
        _refusal = null;
        _registrar.Peer.Reply(_agent, request, status, "esc", response =>
        {
            if (status == 401) response.Headers.Add("WWW-Authenticate", "Digest realm=\"esc.test\", nonce=\"p\", algorithm=SHA-256, qop=\"auth\"");
            if (status == 423) response.Headers.Add("Min-Expires", "7200");
            if (status != 200) return;
            response.Headers.Add("SIP-ETag", $"tag{++_tags}");
            response.Headers.Add("Expires", "600");
        });
        return true;
    }
}
