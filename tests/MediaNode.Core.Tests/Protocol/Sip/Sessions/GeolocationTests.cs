using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Pidf;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Sessions;

public class GeolocationTests
{
    private static readonly GeoLocation Here = new(new GeoCircle(40.4168, -3.7038, 35.5), "GPS", null, null);

    private readonly VirtualSipNetwork _network = new();
    private readonly ScriptedPeer _proxy;
    private readonly VirtualAgent _agent;
    private readonly SipRegistrationId _line;

    public GeolocationTests()
    {
        _proxy = new ScriptedPeer(_network, 5001);
        _agent = _network.Add(5002);
        _line = _agent.Agent.RegisterStatic(VirtualAgent.Subscriber(_proxy.Address, "600"));
    }

    [Theory]
    [InlineData(true, "yes")]
    [InlineData(false, "no")]
    public void A_location_goes_beside_the_offer(bool mayRoute, string routing)
    {
        var invite = Invite(mayRoute);
        Assert.Equal(routing, invite.Headers["Geolocation-Routing"]);
        Assert.Equal(VirtualAgent.Offer, invite.Sdp);
        Assert.Equal("multipart/mixed", invite.ContentType);

        var parts = MultipartBody.Read(invite.Headers["Content-Type"]!, invite.Body).ToArray();
        Assert.Equal(["application/sdp", "application/pidf+xml"], parts.Select(part => part.MediaType));
        Assert.Equal($"<cid:{parts[1].ContentId}>", invite.Headers["Geolocation"]);
        Assert.EndsWith("@ims.test", parts[1].ContentId, StringComparison.Ordinal);
        Assert.True(PidfLoReader.TryRead(parts[1].Content.Span, out var read));
        Assert.Equal(Here, read);
    }

    [Fact]
    public void A_challenged_invite_carries_it_again()
    {
        var first = Invite(mayRoute: false);
        _proxy.Reply(_agent, first, 407, "p", r => r.Headers.Add("Proxy-Authenticate", "Digest realm=\"r\", nonce=\"n\""));
        _network.Settle();
        var second = _proxy.LastRequest("INVITE");
        Assert.NotEqual(first.CSeq, second.CSeq);
        Assert.Equal(Here, GeolocationHeader.Read(second));
    }

    [Fact]
    public void A_call_without_a_location_says_nothing_of_one()
    {
        _agent.Agent.Invite(_network.Now, new SipInviteRequest(_line, new SipUri("sip:a@b"), VirtualAgent.Offer, false, null, TimeSpan.FromMinutes(1)));
        _network.Settle();
        var invite = _proxy.LastRequest("INVITE");
        Assert.Equal("application/sdp", invite.ContentType);
        Assert.All(["Geolocation", "Geolocation-Routing", "Priority"], header => Assert.Null(invite.Headers[header]));
    }

    /// <summary>RFC 5031, RFC 6881 §9.2: the service is the Request-URI.</summary>
    [Fact]
    public void An_emergency_call_names_the_service_and_its_priority()
    {
        _agent.Agent.Invite(
            _network.Now,
            new SipInviteRequest(_line, new SipUri("urn:service:sos.police"), VirtualAgent.Offer, false, null, TimeSpan.FromMinutes(1)) { IsEmergency = true });
        _network.Settle();
        var invite = _proxy.LastRequest("INVITE");
        Assert.Equal(("urn:service:sos.police", "urn:service:sos.police"), (invite.Uri.Text, invite.To.Uri.Text));
        Assert.Equal("emergency", invite.Headers["Priority"]);
    }

    [Fact]
    public void The_called_agent_tells_where_the_caller_is()
    {
        var peer = _network.Add(5003);
        peer.Trunk(_agent, "700");
        var direct = _agent.Trunk(peer, "601");
        _agent.Agent.Invite(
            _network.Now,
            new SipInviteRequest(direct, new SipUri($"sip:c700@{peer.Address}"), VirtualAgent.Offer, false, null, TimeSpan.FromMinutes(1)) { Location = Document() });
        _network.Settle();
        var invited = peer.Only<SessionInvited>();
        Assert.Equal((VirtualAgent.Offer, Here), (invited.Offer, invited.Location));
    }

    [Theory]
    [InlineData("<cid:there@ims.test>", "there@ims.test", true)]
    [InlineData("<https://lis.example/1>, <cid:there%40ims.test>;inserted-by=x", "there@ims.test", true)]
    [InlineData("<cid:elsewhere@ims.test>", "there@ims.test", false)]
    [InlineData("<https://lis.example/1>", "there@ims.test", false)]
    [InlineData("cid:there@ims.test", "there@ims.test", false)]
    [InlineData("><", "there@ims.test", false)]
    [InlineData(null, "there@ims.test", false)]
    public void Only_the_part_that_the_header_names_is_the_location(string? header, string contentId, bool isFound)
    {
        var message = new SipRequest(SipMethods.Invite, new SipUri("sip:a@b"));
        if (header is not null) message.Headers.Add("Geolocation", header);
        var body = MultipartBody.Write("b", ($"Content-Type: application/pidf+xml\r\nContent-ID: <{contentId}>\r\n", Document().PidfLo));
        message.SetBody("multipart/mixed;boundary=b", body);
        Assert.Equal(isFound, GeolocationHeader.Read(message) == Here);
    }

    [Fact]
    public void Every_prefix_and_many_mutations_of_an_invite_are_survived()
    {
        var invite = Invite(mayRoute: true);
        var bytes = SipWriter.Write(invite).ToArray();
        var entropy = new EntropySource(new byte[32]);
        for (var round = 0; round < 2_000; round++)
        {
            var mutated = bytes.ToArray();
            for (var flips = (entropy.NextUInt32() % 4) + 1; flips > 0; flips--) mutated[entropy.NextUInt32() % (uint)mutated.Length] = (byte)entropy.NextUInt32();
            var length = round % 2 == 0 ? mutated.Length : (int)(entropy.NextUInt32() % (uint)mutated.Length);
            if (SipParser.TryParseDatagram(mutated.AsSpan(0, length), SipLimits.Default, out var message, out _)) GeolocationHeader.Read(message);
        }
    }

    private SipRequest Invite(bool mayRoute)
    {
        _agent.Agent.Invite(
            _network.Now,
            new SipInviteRequest(_line, new SipUri("sip:+34700@ims.test"), VirtualAgent.Offer, false, null, TimeSpan.FromMinutes(1))
            {
                Location = Document() with { MayRoute = mayRoute },
            });
        _network.Settle();
        return _proxy.LastRequest("INVITE");
    }

    private static SipLocation Document() => new(PidfLoWriter.Write(Here, "sip:+34600@ims.test", Guid.Empty), MayRoute: false);
}
