using System.Net;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Registrations;

/// <summary>RFC 5626: the flow of a registration is kept alive, and recovered when it fails.</summary>
public class OutboundTests
{
    private readonly VirtualSipNetwork _network = new();
    private readonly VirtualAgent _agent;
    private readonly ScriptedRegistrar _registrar;

    public OutboundTests()
    {
        _agent = _network.Add(5001, with: o => o with { RegistersPerSecond = 2 });
        _registrar = new ScriptedRegistrar(_network, _agent);
        _registrar.Decorates = r => r.Headers.Add("Require", "outbound");
    }

    [Fact]
    public void A_flow_is_asked_every_half_minute_for_all_its_registrations()
    {
        _registrar.Peer.OnKeepAlive = Pong;
        Register("600");
        Register("601");
        _network.Run(TimeSpan.FromSeconds(23));
        Assert.Empty(_registrar.Peer.KeepAlives);
        _network.Run(TimeSpan.FromSeconds(7));
        Assert.Single(_registrar.Peer.KeepAlives);
        _network.Run(TimeSpan.FromMinutes(4));
        Assert.InRange(_registrar.Peer.KeepAlives.Count, 8, 12);
    }

    [Fact]
    public void A_flow_that_stops_answering_is_registered_on_anew_at_a_measured_pace()
    {
        for (var i = 0; i < 10; i++) Register($"60{i}");
        _network.Run(TimeSpan.FromSeconds(30));
        var before = Registers;
        _network.Run(TimeSpan.FromSeconds(8));
        // Four tries of one request, then the first of ten.
        Assert.Equal(4, _registrar.Peer.KeepAlives.Count);
        Assert.InRange(Registers - before, 1, 9);
        _network.Run(TimeSpan.FromSeconds(6));
        Assert.Equal(10, Registers - before);
        Assert.Empty(_agent.Events.OfType<RegistrationFailed>());
    }

    [Fact]
    public void An_answer_to_another_question_is_no_answer()
    {
        _registrar.Peer.OnKeepAlive = (source, bytes) => Pong(source, Enumerable.Repeat((byte)1, 20).ToArray());
        Register("600");
        _network.Run(TimeSpan.FromSeconds(38));
        Assert.Equal(4, _registrar.Peer.KeepAlives.Count);
    }

    [Fact]
    public void Over_a_connection_two_line_ends_are_answered_by_one()
    {
        _registrar.Granted = 7200;
        _registrar.Peer.OnKeepAlive = (source, _) => _registrar.Peer.SendRaw(source, "\r\n"u8.ToArray());
        Register("600", SipTransport.Tcp);
        _network.Run(TimeSpan.FromSeconds(95));
        Assert.Empty(_registrar.Peer.KeepAlives);
        _network.Run(TimeSpan.FromMinutes(5));
        Assert.InRange(_registrar.Peer.KeepAlives.Count, 3, 4);
        Assert.All(_registrar.Peer.KeepAlives, k => Assert.Equal("\r\n\r\n"u8.ToArray(), k.Bytes.ToArray()));
        var registers = Registers;
        _registrar.Peer.OnKeepAlive = (_, _) => { };
        _network.Run(TimeSpan.FromMinutes(2.3));
        Assert.Equal(registers + 1, Registers);
    }

    [Fact]
    public void The_edge_proxy_sets_the_pace_of_keep_alives()
    {
        _registrar.Peer.OnKeepAlive = Pong;
        _registrar.Decorates = r =>
        {
            r.Headers.Add("Require", "outbound");
            r.Headers.Add("Flow-Timer", "10");
        };
        Register("600");
        _network.Run(TimeSpan.FromSeconds(60));
        Assert.InRange(_registrar.Peer.KeepAlives.Count, 6, 7);
    }

    [Fact]
    public void Without_outbound_nothing_is_kept_alive_and_after_439_nothing_is_asked_for()
    {
        _registrar.Granted = 7200;
        _registrar.Decorates = _ => { };
        var refused = false;
        _registrar.Interferes = r => !refused && (refused = _registrar.Peer.Reply(_agent, r, 439, "r") is not null);
        Register("600");
        var register = _registrar.Peer.LastRequest("REGISTER");
        Assert.Equal(("path", null), (register.Headers["Supported"], register.Contact?.Parameters["reg-id"]));
        _network.Run(TimeSpan.FromMinutes(2));
        Assert.Empty(_registrar.Peer.KeepAlives);
        _agent.Only<RegistrationAccepted>();
    }

    [Fact]
    public void A_flow_without_registrations_is_let_go()
    {
        var id = Register("600");
        _agent.Agent.Unregister(_network.Now, id);
        _network.Run(TimeSpan.FromMinutes(2));
        Assert.Empty(_registrar.Peer.KeepAlives);
        Assert.Null(_agent.Agent.NextTimeout);
    }

    [Fact]
    public void The_telephony_service_is_named_in_contacts_and_calls()
    {
        var phone = _network.Add(5007, with: o => o with { IsTelephony = true });
        var peer = new ScriptedPeer(_network, 5070);
        var line = phone.Agent.Register(_network.Now, VirtualAgent.Subscriber(peer.Address, "600"));
        _network.Settle();
        var contact = peer.LastRequest("REGISTER").Contact!;
        Assert.Equal("urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel", contact.Parameters["+g.3gpp.icsi-ref"]);
        Assert.True(contact.Parameters.Has("audio"));
        phone.Agent.Invite(_network.Now, new SipInviteRequest(
            line, new SipUri("sip:+34700@ims.test"), VirtualAgent.Offer, false, null, TimeSpan.FromMinutes(1)));
        _network.Settle();
        var invite = peer.LastRequest("INVITE");
        Assert.Equal("urn:urn-7:3gpp-service.ims.icsi.mmtel", invite.Headers["P-Preferred-Service"]);
        Assert.Equal("*;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel\"", invite.Headers["Accept-Contact"]);
        Assert.NotNull(invite.Contact!.Parameters["+g.3gpp.icsi-ref"]);
    }

    [Fact]
    public void A_trusted_node_says_that_the_subscriber_is_authenticated()
    {
        _agent.Agent.Register(_network.Now, VirtualAgent.Subscriber(_registrar.Peer.Address, "600") with { IsTrusted = true });
        _network.Settle();
        Assert.Equal(
            "Digest username=\"600\", realm=\"ims.test\", nonce=\"\", uri=\"sip:ims.test\", response=\"\", integrity-protected=\"auth-done\"",
            _registrar.Peer.LastRequest("REGISTER").Headers["Authorization"]);
    }

    private int Registers => _registrar.Peer.Requests("REGISTER").Count();

    private void Pong(SipFlow source, ReadOnlyMemory<byte> asked)
    {
        var answer = new byte[64];
        var writer = new StunWriter(answer, StunClass.Success, asked.Span.Slice(8, 12));
        writer.AddMappedAddress(new IPEndPoint(IPAddress.Loopback, 5001));
        _registrar.Peer.SendRaw(source, answer.AsMemory(0, writer.Finish(default)));
    }

    private SipRegistrationId Register(string user, SipTransport transport = SipTransport.Udp)
    {
        var request = VirtualAgent.Subscriber(_registrar.Peer.Address, user);
        var id = _agent.Agent.Register(_network.Now, request with { Registrar = request.Registrar with { Transport = transport } });
        _network.Settle();
        return id;
    }
}
