using System.Net.Sockets;
using Byon.MediaNode.Core.Protocol.Dns;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Location;
using Byon.MediaNode.Io;
using Byon.Tests.MediaNode.Tests.Rig;

namespace Byon.Tests.MediaNode.Tests.Io;

/// <summary>RFC 3263 with a name server on loopback.</summary>
public sealed class SipLocatorTests : IAsyncDisposable
{
    private readonly DnsDouble _dns = new();
    private readonly SipLocator _locator;

    public SipLocatorTests() => _locator = new SipLocator(new DnsClient([_dns.Address]), AddressFamily.InterNetwork);

    public ValueTask DisposeAsync() => _dns.DisposeAsync();

    [Fact]
    public async Task A_domain_says_by_NAPTR_and_SRV_where_and_in_which_order()
    {
        _dns.Authority("ims.test", 50, 10, "SIP+D2T", "_sip._tcp.ims.test");
        _dns.Authority("ims.test", 90, 10, "SIP+D2U", "_sip._udp.ims.test", life: 40);
        _dns.Service("_sip._tcp.ims.test", 20, 1, 5070, "b.ims.test");
        _dns.Service("_sip._tcp.ims.test", 10, 1, 5060, "a.ims.test");
        _dns.Service("_sip._udp.ims.test", 10, 1, 5060, "a.ims.test");
        _dns.Address4("a.ims.test", "192.0.2.1");
        _dns.Address4("a.ims.test", "192.0.2.2");
        _dns.Address4("b.ims.test", "192.0.2.3");
        Assert.Equal(["Tcp 192.0.2.1:5060", "Tcp 192.0.2.2:5060", "Tcp 192.0.2.3:5070", "Udp 192.0.2.1:5060", "Udp 192.0.2.2:5060"], await Locate("sip:ims.test"));
        Assert.Equal(TimeSpan.FromSeconds(40), (await _locator.LocateAsync(Target("sip:ims.test"), CancellationToken.None)).TimeToLive);
    }

    [Fact]
    public async Task Without_NAPTR_both_transports_are_asked_for()
    {
        _dns.Service("_sip._tcp.ims.test", 10, 1, 5060, "a.ims.test");
        _dns.Address4("a.ims.test", "192.0.2.1");
        Assert.Equal(["Tcp 192.0.2.1:5060"], await Locate("sip:ims.test"));
    }

    [Theory]
    [InlineData("sip:a.ims.test", "Udp 192.0.2.1:5060")]
    [InlineData("sip:a.ims.test:5070", "Udp 192.0.2.1:5070")]
    [InlineData("sip:a.ims.test;transport=tcp", "Tcp 192.0.2.1:5060")]
    [InlineData("sip:a.ims.test;transport=tls", "Tls 192.0.2.1:5061")]
    [InlineData("sips:a.ims.test", "Tls 192.0.2.1:5061")]
    [InlineData("sip:alias.ims.test", "Udp 192.0.2.1:5060")]
    [InlineData("sip:192.0.2.9:5080;transport=tcp", "Tcp 192.0.2.9:5080")]
    [InlineData("sip:localhost", "Udp 127.0.0.1:5060")]
    public async Task A_host_is_taken_as_it_is(string address, string hop)
    {
        _dns.Address4("a.ims.test", "192.0.2.1");
        _dns.Alias("alias.ims.test", "a.ims.test");
        Assert.Equal([hop], await Locate(address));
    }

    [Fact]
    public async Task A_port_asks_for_addresses_alone_and_a_transport_for_no_NAPTR()
    {
        _dns.Address4("a.ims.test", "192.0.2.1");
        await Locate("sip:a.ims.test:5060");
        Assert.Equal([DnsRecordType.Address], _dns.Asked.Select(one => one.Question.Type).Distinct());
        _dns.Asked.Clear();
        await Locate("sip:a.ims.test;transport=tls");
        Assert.Equal([new("_sips._tcp.a.ims.test", DnsRecordType.Service), new("a.ims.test", DnsRecordType.Address)], _dns.Asked.Select(one => one.Question).Distinct());
    }

    [Fact]
    public async Task A_name_without_anything_has_no_servers()
    {
        Assert.Empty(await Locate("sip:nowhere.invalid"));
        _dns.Service("_sip._udp.off.test", 0, 0, 5060, "");
        Assert.Empty(await Locate("sip:off.test;transport=udp"));
    }

    [Fact]
    public async Task A_long_answer_is_asked_for_again_by_TCP()
    {
        _dns.Truncates = true;
        _dns.Address4("a.ims.test", "192.0.2.1");
        Assert.Equal(["Udp 192.0.2.1:5060"], await Locate("sip:a.ims.test:5060"));
        Assert.Equal([false, true], _dns.Asked.Select(one => one.IsStream).Distinct());
    }

    [Fact]
    public async Task An_answer_that_nobody_asked_for_is_not_believed()
    {
        _dns.IsSpoofed = true;
        _dns.Address4("a.ims.test", "192.0.2.1");
        Assert.Equal(["Udp 192.0.2.1:5060"], await Locate("sip:a.ims.test:5060"));
    }

    [Fact]
    public async Task A_server_that_does_not_answer_leaves_it_to_the_next_one()
    {
        await using var silent = new DnsDouble { Ignores = int.MaxValue };
        _dns.Address4("a.ims.test", "192.0.2.1");
        var locator = new SipLocator(new DnsClient([silent.Address, _dns.Address]), AddressFamily.InterNetwork);
        Assert.Single((await locator.LocateAsync(Target("sip:a.ims.test:5060"), CancellationToken.None)).Hops);
    }

    private static SipTarget Target(string address) => SipTarget.Of(new SipUri(address))!;

    private async Task<IEnumerable<string>> Locate(string address) =>
        (await _locator.LocateAsync(Target(address), CancellationToken.None)).Hops.Select(hop => $"{hop.Flow.Transport} {hop.Flow.Remote}");
}
