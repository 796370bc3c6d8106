using System.Net;
using Byon.MediaNode.Core.Protocol.Dns;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Location;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Location;

/// <summary>The choices of RFC 3263 §4.1 and §4.2, from records to hops.</summary>
public class ServerLocationTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Theory]
    [InlineData("sip:ims.test", "Udp _sip._udp.ims.test, Tcp _sip._tcp.ims.test")]
    [InlineData("sips:ims.test", "Tls _sips._tcp.ims.test")]
    [InlineData("sip:ims.test;transport=tcp", "Tcp _sip._tcp.ims.test")]
    [InlineData("sip:ims.test;transport=tls", "Tls _sips._tcp.ims.test")]
    [InlineData("sips:ims.test;transport=tcp", "Tls _sips._tcp.ims.test")]
    public void Without_NAPTR_the_address_says_what_to_ask_for(string address, string services) =>
        Assert.Equal(services, Text(ServerLocation.Services(Target(address), [])));

    /// <summary>The example of RFC 3263 §4.1, and what else a domain may say.</summary>
    [Fact]
    public void NAPTR_says_which_transports_in_which_order()
    {
        NamingAuthorityRecord[] records =
        [
            Authority(100, 50, "s", "SIP+D2U", "_sip._udp.example.com"),
            Authority(90, 50, "s", "SIP+D2T", "_sip._tcp.example.com"),
            Authority(50, 50, "s", "SIPS+D2T", "_sips._tcp.example.com"),
            Authority(10, 50, "s", "SIP+D2S", "_sip._sctp.example.com"),
            Authority(10, 50, "u", "E2U+SIP", ""),
        ];
        Assert.Equal(
            "Tls _sips._tcp.example.com, Tcp _sip._tcp.example.com, Udp _sip._udp.example.com", Text(ServerLocation.Services(Target("sip:example.com"), records)));
        Assert.Equal("Tls _sips._tcp.example.com", Text(ServerLocation.Services(Target("sips:example.com"), records)));
    }

    [Fact]
    public void Servers_stand_by_priority_within_their_service()
    {
        var udp = new SipService(SipTransport.Udp, "u");
        ServiceRecord[] records = [Service(20, 5, 5062, "c"), Service(10, 5, 5060, "a"), Service(5, 5, 5060, ""), Service(10, 1, 5061, "b")];
        var servers = ServerLocation.Servers(udp, 0, records).ToArray();
        Assert.Equal(["a", "b", "c"], servers.Select(server => server.Host));
        Assert.Equal((servers[0].Rank, servers[1].Rank), (servers[1].Rank, servers[0].Rank));
        Assert.True(servers[2].Rank > servers[0].Rank);
        Assert.True(ServerLocation.Servers(udp, 1, [Service(0, 0, 1, "z")]).Single().Rank > servers[2].Rank);
    }

    [Theory]
    [InlineData("sip:ims.test", true, true)]
    [InlineData("sip:ims.test;transport=udp", false, true)]
    [InlineData("sip:ims.test:5060", false, false)]
    public void What_is_written_need_not_be_asked(string address, bool authorities, bool services) =>
        Assert.Equal((authorities, services), (ServerLocation.AsksForAuthorities(Target(address)), ServerLocation.AsksForServices(Target(address))));

    [Theory]
    [InlineData("sip:192.0.2.1", SipTransport.Udp, "192.0.2.1:5060")]
    [InlineData("sips:192.0.2.1", SipTransport.Tls, "192.0.2.1:5061")]
    [InlineData("sip:[2001:db8::1]:5070;transport=tcp", SipTransport.Tcp, "[2001:db8::1]:5070")]
    public void A_literal_is_its_own_server(string address, SipTransport transport, string endPoint)
    {
        Assert.True(Target(address).TryGetFlow(out var flow));
        Assert.Equal(new SipFlow(transport, IPEndPoint.Parse(endPoint)), flow);
    }

    [Theory]
    [InlineData("tel:+34600")]
    [InlineData("sip:ims.test;transport=sctp")]
    public void What_we_cannot_go_to_is_no_target(string address) => Assert.Null(SipTarget.Of(new SipUri(address)));

    [Fact]
    public void A_very_long_list_is_taken_up_to_a_limit()
    {
        var records = Enumerable.Range(0, 1000).Select(i => Service((ushort)i, 1, 5060, $"h{i}"));
        Assert.Equal(16, ServerLocation.Servers(new SipService(SipTransport.Udp, "u"), 0, records).Count());
    }

    private static SipTarget Target(string address) => SipTarget.Of(new SipUri(address))!;

    private static string Text(IEnumerable<SipService> services) => string.Join(", ", services.Select(service => $"{service.Transport} {service.Name}"));

    private static NamingAuthorityRecord Authority(ushort order, ushort preference, string flags, string service, string replacement) =>
        new("example.com", Hour, order, preference, flags, service, "", replacement);

    private static ServiceRecord Service(ushort priority, ushort weight, ushort port, string target) => new("u", Hour, priority, weight, port, target);
}
