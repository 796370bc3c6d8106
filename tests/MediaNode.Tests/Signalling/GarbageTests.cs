using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Byon.Tests.MediaNode.Tests.Rig;

namespace Byon.Tests.MediaNode.Tests.Signalling;

[Collection(NodeTests.Name)]
public class GarbageTests(NodeFixture fixture)
{
    [Fact]
    public async Task Garbage_on_every_port_is_dropped_and_the_node_works_on()
    {
        await using var ims = new FakeIms();
        await using var node = await TestNode.StartAsync(fixture, ims.NextHop);
        var random = new Random(7);
        using var udp = new UdpClient();
        foreach (var setting in new[] { "Node__Sip__Port", "Node__Media__WebRtcPort", "Node__Media__ImsPortFirst" })
        {
            var port = new IPEndPoint(IPAddress.Loopback, int.Parse(node.Settings[setting], System.Globalization.CultureInfo.InvariantCulture));
            for (var i = 0; i < 200; i++)
            {
                var datagram = new byte[random.Next(0, 1400)];
                random.NextBytes(datagram);
                await udp.SendAsync(datagram, port);
            }

            await udp.SendAsync(Encoding.UTF8.GetBytes("INVITE sip:x SIP/2.0\r\n\r\n"), port);
        }

        using (var tcp = new TcpClient())
        {
            await tcp.ConnectAsync(IPAddress.Loopback, node.SipPort);
            try
            {
                await tcp.GetStream().WriteAsync(new byte[100_000]);
            }
            catch (IOException)
            {
                // Hung up on in the middle of it.
            }
        }

        using var http = new HttpClient { BaseAddress = node.Control };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/control/calls") { Content = new StringContent("{\"callId\":") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", new string('x', 5_000));
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.SendAsync(request)).StatusCode);

        await node.RegisterAsync(await fixture.NewSubscriberAsync(), Guid.NewGuid().ToString());
    }
}
