using System.Net;
using Byon.MediaNode;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Location;
using Microsoft.Extensions.Configuration;

namespace Byon.Tests.MediaNode.Tests;

public class NodeOptionsTests
{
    private readonly Dictionary<string, string?> _settings = new()
    {
        ["Node:Id"] = "node-1",
        ["Node:Control:Port"] = "8091",
        ["Node:Sip:Port"] = "5081",
        ["Node:Ims:NextHop"] = "sip:127.0.0.1:5060",
        ["Node:Ims:Domain"] = "ims.example",
        ["Node:Media:WebRtcPort"] = "20001",
        ["Node:Media:ImsPortFirst"] = "21000",
    };

    [Fact]
    public void What_is_required_is_enough()
    {
        var options = Read();
        Assert.Equal(new Uri("http://127.0.0.1:8091"), options.ControlUrl);
        Assert.Equal(new SipTarget("127.0.0.1", 5060, null, IsSecure: false), Assert.Single(options.Sip.NextHops));
        Assert.Null(options.Sip.NameServers);
        Assert.Equal(CodecPolicy.Network, options.Codecs);
        Assert.Equal(IPAddress.Loopback, options.Media.Advertised);
    }

    [Theory]
    [InlineData("Node:Id")]
    [InlineData("Node:Control:Port")]
    [InlineData("Node:Sip:Port")]
    [InlineData("Node:Ims:NextHop")]
    [InlineData("Node:Ims:Domain")]
    [InlineData("Node:Media:WebRtcPort")]
    [InlineData("Node:Media:ImsPortFirst")]
    public void A_missing_setting_is_named(string key)
    {
        _settings.Remove(key);
        Assert.Equal($"Setting {key.Replace(":", "__", StringComparison.Ordinal)} is missing.", Assert.Throws<NodeOptionsException>(Read).Message);
    }

    [Theory]
    [InlineData("Node:Control:Port", "70000")]
    [InlineData("Node:Sip:Port", "0")]
    [InlineData("Node:Sip:Address", "localhost")]
    [InlineData("Node:Control:Url", "ftp://x")]
    [InlineData("Node:Ims:NextHop", "127.0.0.1:5060")]
    [InlineData("Node:Ims:NextHop", "sip:127.0.0.1:5060;transport=sctp")]
    [InlineData("Node:Ims:NextHop", "sip:")]
    [InlineData("Node:Ims:NextHop", "sip:pcscf@ims.example")]
    [InlineData("Node:Ims:NextHop", "sip:127.0.0.1, ")]
    [InlineData("Node:Sip:NameServers", "ns.ims.example")]
    [InlineData("Node:Sip:NameServers", "192.0.2.1:0")]
    [InlineData("Node:Codecs", "opus,g729")]
    [InlineData("Node:Codecs", ",")]
    [InlineData("Node:Codecs", "1")]
    [InlineData("Node:Capacity", "0")]
    [InlineData("Node:Capacity", "many")]
    [InlineData("Node:RingSeconds", "-1")]
    [InlineData("Node:Media:Pin", "maybe")]
    public void A_wrong_setting_is_named(string key, string value)
    {
        _settings[key] = value;
        Assert.Equal(key, Assert.Throws<NodeOptionsException>(Read).Setting);
    }

    [Theory]
    [InlineData("sip:127.0.0.1", SipTransport.Udp, 5060)]
    [InlineData("sip:127.0.0.1:5070;transport=udp", SipTransport.Udp, 5070)]
    [InlineData("sip:127.0.0.1:5070;transport=TCP", SipTransport.Tcp, 5070)]
    public void The_next_hop_says_how_and_where(string text, SipTransport transport, int port)
    {
        _settings["Node:Ims:NextHop"] = text;
        Assert.True(Assert.Single(Read().Sip.NextHops).TryGetFlow(out var flow));
        Assert.Equal(new SipFlow(transport, new IPEndPoint(IPAddress.Loopback, port)), flow);
    }

    [Fact]
    public void Names_are_kept_as_they_are_written_and_looked_up_later()
    {
        _settings["Node:Ims:NextHop"] = "sip:PCSCF.ims.example, sip:sbc.ims.example:5070;transport=tcp,sip:127.0.0.1";
        _settings["Node:Sip:NameServers"] = "192.0.2.1, 192.0.2.2:5353";
        var sip = Read().Sip;
        Assert.Equal(
            [new("pcscf.ims.example", 0, null, false), new("sbc.ims.example", 5070, SipTransport.Tcp, false), new("127.0.0.1", 0, null, false)], sip.NextHops);
        Assert.Equal(["192.0.2.1:53", "192.0.2.2:5353"], sip.NameServers!.Select(server => server.ToString()));
    }

    private NodeOptions Read() => NodeOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(_settings).Build());
}
