using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Dtls;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Core.Protocol.Sdp;
using Byon.Tests.Bench.Media.Load;
using Byon.Tests.TestKit;

namespace Byon.Tests.Bench.Media.Servers;

/// <summary>Debian's rtpengine in user space, commanded over its control protocol (ng, UDP).</summary>
internal sealed class RtpengineServer : MediaServer
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);

    private readonly UdpClient _control = new();
    private int _cookie;

    private RtpengineServer(Process process, int port)
        : base(process)
    {
        _control.Connect(IPAddress.Loopback, port);
        _control.Client.ReceiveTimeout = 2_000;
    }

    public static async Task<RtpengineServer> StartAsync(CodecBuild codecs)
    {
        var port = FreePorts.Next();
        string[] arguments =
        [
            "--config-file=none", "--foreground", "--log-stderr", "--log-level=3", "--table=-1", "--interface=127.0.0.1",
            string.Create(CultureInfo.InvariantCulture, $"--listen-ng=127.0.0.1:{port}"), "--port-min=23000", "--port-max=32000",
            "--timeout=3600", "--silent-timeout=3600", "--offer-timeout=3600", "--dtls-passive", "--dtls-cert-cipher=prime256v1",
        ];
        var process = Start("rtpengine", arguments, codecs, talks: false);
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        var server = new RtpengineServer(process, port);
        for (var clock = Stopwatch.StartNew(); ;)
        {
            try
            {
                if (server.Ask([("command", "ping")]).Contains("pong", StringComparison.Ordinal)) return server;
            }
            catch (SocketException) when (clock.Elapsed < StartLimit)
            {
                await Task.Delay(50);
            }
        }
    }

    public override Task<ServerEndpoints> AddAsync(LoadGenerator load, LoadCall call, MediaCase of)
    {
        var id = call.Index.ToString(CultureInfo.InvariantCulture);
        List<(string, object)> offer =
        [
            ("ICE", "remove"), ("DTLS", "off"), ("call-id", id),
        ];
        if (!of.IsRelay)
            offer.Add(("codec", Codecs(of)));
        offer.AddRange(
        [
            ("command", "offer"), ("flags", new[] { "trust-address" }), ("from-tag", "web"), ("replace", new[] { "origin", "session-connection" }),
            ("rtcp-mux", new[] { "demux" }), ("sdp", WebOffer(load, call, of)), ("transport-protocol", "RTP/AVP"),
        ]);
        var ims = Sdp(Ask(offer));
        var web = Sdp(Ask(
        [
            ("DTLS", "passive"), ("ICE", "force"), ("call-id", id), ("command", "answer"), ("flags", new[] { "trust-address" }), ("from-tag", "web"),
            ("replace", new[] { "origin", "session-connection" }), ("rtcp-mux", new[] { "require" }), ("sdp", ImsAnswer(load, call, of)), ("to-tag", "ims"),
            ("transport-protocol", "UDP/TLS/RTP/SAVPF"),
        ]));
        return Task.FromResult(new ServerEndpoints(
            EndPointOf(web), new IceCredentials(Attribute(web, "ice-ufrag"), Attribute(web, "ice-pwd")), DtlsFingerprint.Parse(Attribute(web, "fingerprint"))!,
            EndPointOf(ims)));
    }

    public override async ValueTask DisposeAsync()
    {
        _control.Dispose();
        await base.DisposeAsync();
    }

    private static string NameOf(AudioFormat format) => format.Codec switch
    {
        AudioCodec.Pcmu => "PCMU",
        AudioCodec.Pcma => "PCMA",
        AudioCodec.AmrWb => "AMR-WB",
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    /// <summary>AMR-WB with a bit rate of its own, because rtpengine takes another one by itself.</summary>
    private static string TranscodeTo(AudioFormat format) => format.Codec == AudioCodec.AmrWb ? "AMR-WB/16000/1/12650" : NameOf(format);

    /// <summary>Opus can be told a bit rate and a complexity, but stays at 48 kHz and two channels.</summary>
    private static (string, object)[] Codecs(MediaCase of)
    {
        List<(string, object)> codecs = [("mask", new[] { "all" })];
        if (of.Complexity is { } complexity)
            codecs.Add(("set", new[] { string.Create(CultureInfo.InvariantCulture, $"opus/48000/2/24000///compression_level={complexity}") }));
        codecs.Add(("transcode", new[] { TranscodeTo(of.Ims) }));
        return [.. codecs];
    }

    private static string RtpMap(AudioFormat format)
    {
        var map = format.Codec == AudioCodec.Opus ? "opus/48000/2" : $"{NameOf(format)}/{format.ClockRate}";
        var parameters = format.Parameters is null ? "" : $"\r\na=fmtp:{format.PayloadType} {format.Parameters}";
        return $"a=rtpmap:{format.PayloadType} {map}{parameters}";
    }

    private static string WebOffer(LoadGenerator load, LoadCall call, MediaCase of)
    {
        var address = load.WebEndPoint(call);
        return string.Join(
            "\r\n", "v=0", $"o=- {call.Index + 1} 1 IN IP4 {address.Address}", "s=-", $"c=IN IP4 {address.Address}", "t=0 0",
            $"m=audio {address.Port} UDP/TLS/RTP/SAVPF {of.WebRtc.PayloadType}", RtpMap(of.WebRtc), $"a=ice-ufrag:{call.Client.Ice.UsernameFragment}",
            $"a=ice-pwd:{call.Client.Ice.Password}", $"a=fingerprint:{load.Fingerprint}", "a=setup:actpass", "a=rtcp-mux", "a=sendrecv", "a=ptime:20",
            $"a=candidate:1 1 udp 2130706431 {address.Address} {address.Port} typ host", "a=end-of-candidates", string.Empty);
    }

    private static string ImsAnswer(LoadGenerator load, LoadCall call, MediaCase of)
    {
        var address = load.ImsEndPoint(call);
        return string.Join(
            "\r\n", "v=0", $"o=- {call.Index + 1} 1 IN IP4 {address.Address}", "s=-", $"c=IN IP4 {address.Address}", "t=0 0",
            $"m=audio {address.Port} RTP/AVP {of.Ims.PayloadType}", RtpMap(of.Ims), "a=sendrecv", "a=ptime:20", string.Empty);
    }

    private static MediaDescription Sdp(string reply)
    {
        var sdp = Bencode.Read(reply, "sdp") ?? throw new InvalidOperationException($"rtpengine answered: {reply}");
        return SdpParser.TryParse(sdp, out var session, out var why)
            ? session.Media[0] with { Connection = session.Media[0].Connection ?? session.Connection }
            : throw new InvalidOperationException($"rtpengine's SDP: {why}");
    }

    private static IPEndPoint EndPointOf(MediaDescription media) => new(IPAddress.Loopback, media.Port);

    private static string Attribute(MediaDescription media, string name) =>
        media.Value(name) ?? throw new InvalidOperationException($"rtpengine's SDP has no a={name}");

    private string Ask(IEnumerable<(string, object)> command)
    {
        var cookie = (++_cookie).ToString(CultureInfo.InvariantCulture);
        var request = Encoding.UTF8.GetBytes($"{cookie} {Bencode.Write(command)}");
        _control.Send(request);
        IPEndPoint? from = null;
        var reply = Encoding.UTF8.GetString(_control.Receive(ref from));
        return reply[(cookie.Length + 1)..];
    }
}
