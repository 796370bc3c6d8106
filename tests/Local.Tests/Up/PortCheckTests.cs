using System.Net;
using System.Net.Sockets;
using Byon.Local.Up;
using Byon.Tests.TestKit;

namespace Byon.Tests.Local.Tests.Up;

public sealed class PortCheckTests
{
    [Theory]
    [InlineData(SocketType.Stream, ProtocolType.Tcp)]
    [InlineData(SocketType.Dgram, ProtocolType.Udp)]
    public void A_taken_port_is_named_with_the_option_that_moves_it(SocketType type, ProtocolType protocol)
    {
        using var holder = new Socket(AddressFamily.InterNetwork, type, protocol);
        holder.Bind(new IPEndPoint(IPAddress.Loopback, FreePorts.Next()));
        if (type == SocketType.Stream)
        {
            holder.Listen();
        }

        var port = ((IPEndPoint)holder.LocalEndPoint!).Port;
        var problem = Assert.Single(PortCheck.Problems([new PortUse(port, "IMS simulator", "--port-ims", Tcp: true, Udp: true)]));

        Assert.Contains($"Port {port} is taken (IMS simulator)", problem, StringComparison.Ordinal);
        Assert.Contains("--port-ims", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_free_port_is_no_problem()
    {
        Assert.Empty(PortCheck.Problems([new PortUse(FreePorts.Next(), "page", "--port-page", Tcp: true, Udp: false)]));
    }

    [Fact]
    public void The_same_port_twice_names_both_options()
    {
        var ports = new LocalPorts(Page: 7071);

        Assert.Contains(PortCheck.Problems(ports.Uses(1, withSimulator: true)), problem =>
            problem.Contains("--port-page", StringComparison.Ordinal) && problem.Contains("--port-functions", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_node_has_ports_of_its_own()
    {
        var uses = new LocalPorts().Uses(UpOptions.MostNodes, withSimulator: true).ToList();

        Assert.Equal(uses.Count, uses.Select(use => use.Port).Distinct().Count());
    }
}
