using Byon.MediaNode.Core.Protocol.Dns;
using Byon.Platform.Control;
using Byon.Tests.MediaNode.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Tests.Signalling;

/// <summary>A node whose next hop is a name.</summary>
[Collection(NodeTests.Name)]
public class NextHopNameTests(NodeFixture fixture)
{
    private const string Service = "_sip._udp.pcscf.test";

    [Fact]
    public async Task The_way_into_the_network_is_found_by_name_and_found_again_when_it_changes()
    {
        await using var first = new FakeIms();
        await using var second = new FakeIms();
        await using var dns = new DnsDouble();
        dns.Service(Service, 1, 1, (ushort)first.Address.Port, "a.pcscf.test", life: 1);
        dns.Address4("a.pcscf.test", "127.0.0.1", life: 1);
        await using var node = TestNode.Create(fixture, "sip:pcscf.test");
        node.Settings["Node__Sip__NameServers"] = dns.Address.ToString();
        await node.StartHereAsync();
        var number = await fixture.NewSubscriberAsync();
        await node.RegisterAsync(number, Guid.NewGuid().ToString());
        Assert.True(first.Bindings.ContainsKey(number));

        dns.Forget(Service, DnsRecordType.Service);
        dns.Service(Service, 1, 1, (ushort)second.Address.Port, "a.pcscf.test", life: 1);
        await WaitFor.TrueAsync(async () =>
        {
            var other = await fixture.NewSubscriberAsync();
            await node.RegisterAsync(other, Guid.NewGuid().ToString());
            return second.Bindings.ContainsKey(other);
        });
    }

    [Fact]
    public async Task A_name_that_leads_nowhere_leaves_the_network_unreachable_and_the_node_alive()
    {
        await using var dns = new DnsDouble();
        await using var node = TestNode.Create(fixture, "sip:pcscf.invalid");
        node.Settings["Node__Sip__NameServers"] = dns.Address.ToString();
        await node.StartHereAsync();
        var number = await fixture.NewSubscriberAsync();
        Assert.Equal(ControlFault.ImsUnreachable, await TestNode.FaultOf(await node.PostRegistrationAsync(number, Guid.NewGuid().ToString())));
    }
}
