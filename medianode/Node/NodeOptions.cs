using System.Net;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Io;

namespace Byon.MediaNode;

/// <summary>
/// Settings of one media node, read once at start from configuration section <c>Node</c> (environment: <c>Node__Id</c>, …).
/// </summary>
/// <param name="Id"><c>Node__Id</c>: unique in the pool; survives a restart of the node. Required.</param>
/// <param name="ControlListen"><c>Node__Control__Address</c> (127.0.0.1) and <c>Node__Control__Port</c> (required): where the control API listens.</param>
/// <param name="ControlUrl"><c>Node__Control__Url</c>: how functions reach it; http://address:port by default.</param>
/// <param name="SipListen"><c>Node__Sip__Address</c> (127.0.0.1) and <c>Node__Sip__Port</c> (required), UDP and TCP.</param>
/// <param name="SipAdvertised"><c>Node__Sip__Advertised</c>: address in Via and Contact; the listen address by default.</param>
/// <param name="ImsDomain"><c>Node__Ims__Domain</c>: home network domain, host part of request URIs. Required.</param>
/// <param name="RegisterExpires"><c>Node__Ims__RegisterSeconds</c> (600): lifetime asked for in a REGISTER, if the API's own is not shorter.</param>
/// <param name="Media"><c>Node__Media__…</c>: see <see cref="NodeMediaOptions"/>.</param>
/// <param name="Capacity"><c>Node__Capacity</c> (200): calls plus a hundredth of registrations.</param>
/// <param name="Codecs"><c>Node__Codecs</c> (opus,pcma,pcmu): what the IMS is offered, in order of preference.</param>
/// <param name="RingTime"><c>Node__RingSeconds</c> (60): how long a call may stay unanswered.</param>
/// <param name="DrainTime"><c>Node__DrainSeconds</c> (5): how long calls may go on after SIGTERM.</param>
public sealed record NodeOptions(
    string Id, IPEndPoint ControlListen, Uri ControlUrl, IPEndPoint SipListen, IPAddress SipAdvertised,
    string ImsDomain, TimeSpan RegisterExpires, NodeMediaOptions Media, double Capacity, IReadOnlyList<AudioCodec> Codecs,
    TimeSpan RingTime, TimeSpan DrainTime)
{
    /// <summary><c>Node__Sip__…</c>: see <see cref="NodeSipOptions"/>.</summary>
    public required NodeSipOptions Sip { get; init; }

    /// <summary><c>Node__Calls__…</c>: see <see cref="NodeCallOptions"/>.</summary>
    public required NodeCallOptions Calls { get; init; }

    /// <exception cref="NodeOptionsException">A setting is missing or wrong; the message names it.</exception>
    public static NodeOptions Read(IConfiguration configuration)
    {
        var settings = new SettingReader(configuration);
        var control = new IPEndPoint(settings.Address("Node:Control:Address", IPAddress.Loopback), settings.Port("Node:Control:Port"));
        var sip = new IPEndPoint(settings.Address("Node:Sip:Address", IPAddress.Loopback), settings.Port("Node:Sip:Port"));
        return new NodeOptions(
            settings.Text("Node:Id"),
            control,
            settings.Url("Node:Control:Url", new Uri($"http://{control}")),
            sip,
            settings.Address("Node:Sip:Advertised", sip.Address),
            settings.Text("Node:Ims:Domain"),
            settings.Seconds("Node:Ims:RegisterSeconds", 600),
            NodeMediaOptions.Read(settings),
            settings.Number("Node:Capacity", 200, 1, 100_000),
            settings.Codecs("Node:Codecs", CodecPolicy.Network),
            settings.Seconds("Node:RingSeconds", 60),
            settings.Seconds("Node:DrainSeconds", 5))
        {
            Sip = NodeSipOptions.Read(settings),
            Calls = NodeCallOptions.Read(settings),
        };
    }
}

/// <param name="Address"><c>Node__Media__Address</c> (127.0.0.1): bound by the media sockets.</param>
/// <param name="Advertised"><c>Node__Media__Advertised</c>: address in SDP; the bound one by default.</param>
/// <param name="WebRtcPort"><c>Node__Media__WebRtcPort</c>: UDP port of the first worker, one more per worker. Required.</param>
/// <param name="Workers"><c>Node__Media__Workers</c> (number of processors): threads that carry packets, each with a WebRTC port of its own.</param>
/// <param name="ImsPortFirst"><c>Node__Media__ImsPortFirst</c>: first RTP port towards the IMS. Required.</param>
/// <param name="ImsPortCount"><c>Node__Media__ImsPortCount</c> (1000): how many ports from there, two per call and two more for its video.</param>
/// <param name="Advertised6"><c>Node__Media__Advertised6</c>: IPv6 address that browsers are told as well; the WebRTC ports are then bound on all addresses of both families.</param>
/// <param name="ImsAddress"><c>Node__Media__ImsAddress</c>: bound by the sockets towards the IMS, IPv4 or IPv6; the address above by default.</param>
/// <param name="ImsAdvertised"><c>Node__Media__ImsAdvertised</c>: address in SDP towards the IMS; the bound one, or where that is not set the advertised one above.</param>
/// <param name="IdleTime"><c>Node__Media__IdleSeconds</c> (300): a call ends when nothing came from the IMS for so long, unless it is on hold; 0 never ends one.</param>
/// <param name="ExactSource"><c>Node__Media__ImsSource</c> (host): <c>exact</c> takes RTP only from the address and port in the SDP, <c>host</c> from another port of that host too until the right one speaks.</param>
/// <param name="Srtp"><c>Node__Media__ImsSrtp</c> (off): SRTP towards the IMS with keys in the SDP: <c>off</c>, <c>optional</c> (taken where it is offered) or <c>required</c>.</param>
/// <param name="Pin"><c>Node__Media__Pin</c> (false): bind each worker to one processor.</param>
/// <param name="VideoKilobits"><c>Node__Media__VideoKilobits</c> (1500): the most that a call's video may take each way, in kbit/s; 0 refuses all video.</param>
public sealed record NodeMediaOptions(
    IPAddress Address, IPAddress Advertised, int WebRtcPort, int Workers, int ImsPortFirst, int ImsPortCount, IPAddress? Advertised6, IPAddress ImsAddress, IPAddress ImsAdvertised, TimeSpan? IdleTime,
    bool ExactSource, ImsSrtp Srtp, bool Pin, int VideoKilobits)
{
    internal static NodeMediaOptions Read(SettingReader settings)
    {
        var address = settings.Address("Node:Media:Address", IPAddress.Loopback);
        return new NodeMediaOptions(
            address,
            settings.Address("Node:Media:Advertised", address),
            settings.Port("Node:Media:WebRtcPort"),
            (int)settings.Number("Node:Media:Workers", Environment.ProcessorCount, 1, 256),
            settings.Port("Node:Media:ImsPortFirst"),
            (int)settings.Number("Node:Media:ImsPortCount", 1000, 2, 60_000),
            settings.Address6("Node:Media:Advertised6"),
            settings.Address("Node:Media:ImsAddress", address),
            settings.Address("Node:Media:ImsAdvertised", settings.Address("Node:Media:ImsAddress", settings.Address("Node:Media:Advertised", address))),
            settings.Seconds("Node:Media:IdleSeconds", 300) is var idle && idle > TimeSpan.Zero ? idle : null,
            settings.Choice("Node:Media:ImsSource", "host", "exact") == "exact",
            Enum.Parse<ImsSrtp>(settings.Choice("Node:Media:ImsSrtp", "off", "optional", "required"), ignoreCase: true),
            settings.Flag("Node:Media:Pin", false),
            (int)settings.Number("Node:Media:VideoKilobits", 1500, 0, 100_000));
    }
}
