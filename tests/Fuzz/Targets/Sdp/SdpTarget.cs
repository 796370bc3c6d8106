using System.Net;
using System.Text;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Video;
using Byon.MediaNode.Core.Protocol.Dtls;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.MediaNode.Core.Protocol.Sdp;
using Byon.Tests.Fuzz.Mutation;

namespace Byon.Tests.Fuzz.Targets.Sdp;

/// <summary>
/// A description as an offer and as an answer, of a browser and of the network: what we write in turn can be read, has the same
/// m= sections in the same order, and keeps the payload types of the offer.
/// </summary>
public sealed class SdpTarget() : FuzzTarget("sdp", new TextMutator(Words))
{
    internal static readonly string[] Words =
    [
        "m", "a", "c", "v", "o", "s", "t", "b", "AS", "audio", "video", "application", "RTP/AVP", "RTP/AVPF", "RTP/SAVP", "UDP/TLS/RTP/SAVPF", "rtpmap", "fmtp",
        "opus/48000/2", "AMR-WB/16000", "AMR/8000", "G722/8000", "PCMA/8000", "PCMU/8000", "L16/16000", "telephone-event/8000", "CN/8000", "octet-align", "mode-set",
        "crc", "sendrecv", "sendonly", "recvonly", "inactive", "rtcp-mux", "rtcp", "mid", "BUNDLE", "group", "bundle-only", "ice-ufrag", "ice-pwd", "ice-lite",
        "fingerprint", "sha-256", "setup", "actpass", "active", "passive", "holdconn", "ptime", "maxptime", "curr", "des", "qos", "mandatory", "e2e", "local", "remote",
        "VP8/90000", "H264/90000", "profile-level-id", "packetization-mode", "rtcp-fb", "nack", "pli", "ccm", "fir", "goog-remb", "tcap", "pcfg", "RTP/SAVPF",
        "IN", "IP4", "IP6", "0.0.0.0", "127.0.0.1", "::1", "crypto", "AES_CM_128_HMAC_SHA1_80", "inline", "candidate",
    ];

    private static readonly AudioCodec[] Codecs =
        [AudioCodec.Opus, AudioCodec.AmrWb, AudioCodec.G722, AudioCodec.Amr, AudioCodec.Pcma, AudioCodec.Pcmu, AudioCodec.L16];

    private static readonly SdesTerms Keys =
        new(IsRequired: false, new SrtpMasterKey(new byte[16], new byte[14]), new SrtpMasterKey(new byte[16], new byte[14]));

    private static readonly MediaAllocation Ours = new(
        0, new IPEndPoint(IPAddress.Loopback, 20_000), new IPEndPoint(IPAddress.Loopback, 21_000), new IceCredentials("abcd", "abcdefghijklmnopqrstuvwx"),
        DtlsFingerprint.Of([1, 2, 3]))
    {
        Sdes = Keys with { Video = Keys },
        ImsVideo = new IPEndPoint(IPAddress.Loopback, 21_002),
    };

    private static readonly VideoFormat H264 = new(VideoCodec.H264, 106, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f");

    private static readonly VideoWish Wish = new(H264, MediaDirection.SendReceive, 1_500) { Other = new VideoFormat(VideoCodec.Vp8, 96) };

    private static readonly SdpOrigin Origin = new(4_711, 1);

    protected override int BytesPerByte => 2_000;

    public override int Run(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        if (!SdpParser.TryParse(text, out var session, out var why)) return Shape(why);
        var shape = new HashCode();
        shape.Add(session.Media.Count);
        shape.Add(QosPreconditions.Read(text));
        shape.Add(Ims(text, session));
        shape.Add(Browser(text, session));
        return shape.ToHashCode();
    }

    private static int Ims(string text, SessionDescription session)
    {
        var shape = ImsOfferAnswer.TryReadAnswer(text, MediaDirection.SendReceive, Codecs, out _, out var whyNot, null, Ours.Sdes, Wish) ? 1 : Shape(whyNot);
        if (!ImsOfferAnswer.TryAnswer(text, Ours, Origin, MediaDirection.SendReceive, Codecs, out var answer, out var plan, out var why, video: Wish)) return HashCode.Combine(shape, Shape(why));
        Require(SdpParser.TryParse(answer, out var answered, out _), "our answer to the network cannot be read");
        SameSections(session, answered!);
        Require(answered!.Media.Count(m => !m.IsRejected) <= Math.Max(1, session.Media.Count(m => !m.IsRejected)), "an answer takes what was refused");
        Require(plan.Audio.Receive.All(f => f.PayloadType < 128), "a payload type that is none");
        // The same offer again, now in the call: nothing moves.
        Require(ImsOfferAnswer.TryAnswer(text, Ours, Origin.Next(), MediaDirection.SendReceive, Codecs, out _, out var again, out _, plan, Wish), "an offer that was taken is refused as a re-offer");
        Require(again!.Audio.Send == plan.Audio.Send, "the same offer again changes the payload type");
        Require((again.Video is null) == (plan.Video is null), "the same offer again changes whether there is video");
        Require(plan.Srtp is null || plan.Video is null or { Srtp: not null }, "video is shown in the open beside secured audio");
        var reoffer = ImsOfferAnswer.WriteOffer(Ours, Origin.Next(), MediaDirection.SendOnly, Codecs, plan, Wish);
        Require(SdpParser.TryParse(reoffer, out _, out _), "our re-offer to the network cannot be read");
        return HashCode.Combine(shape, plan.Audio.Send.Codec, plan.Audio.Direction, plan.RtcpMux, plan.Audio.TelephoneEvent?.ClockRate, answered.Media.Count, plan.Video?.Stream.Send.Codec, plan.Video?.Stream.Feedback);
    }

    private static int Browser(string text, SessionDescription session)
    {
        var video = new WebRtcVideoOffer(WebRtcOfferAnswer.Number([H264, new VideoFormat(VideoCodec.Vp8, 96)], text), 1_500);
        var shape = WebRtcOfferAnswer.TryReadAnswer(text, MediaDirection.SendReceive, out _, out var whyNot, video) ? 1 : Shape(whyNot);
        var reoffer = WebRtcOfferAnswer.WriteOffer(
            Ours, Origin, MediaDirection.SendReceive, null, text, WebRtcOfferAnswer.IsBundled(text) && video.Formats.Count > 0 ? video : null);
        Require(SdpParser.TryParse(reoffer, out _, out _), "our re-offer to a browser cannot be read");
        if (!WebRtcOfferAnswer.TryAnswer(text, Ours, Origin, MediaDirection.SendReceive, out var answer, out var plan, out var why, video: new WebRtcVideoTerms(null, 1_500))) return HashCode.Combine(shape, Shape(why));
        Require(SdpParser.TryParse(answer, out var answered, out _), "our answer to a browser cannot be read");
        SameSections(session, answered!);
        return HashCode.Combine(shape, plan.Audio.Send.Codec, plan.Audio.Direction, plan.DtlsClient, answered!.Media.Count, plan.Video?.Send.Codec, plan.Video?.Direction);
    }

    /// <summary>RFC 3264 §6: an answer has the sections of the offer, in its order.</summary>
    private static void SameSections(SessionDescription offer, SessionDescription answer) =>
        Require(offer.Media.Select(m => m.Kind).SequenceEqual(answer.Media.Select(m => m.Kind)), "an answer has other sections than its offer");

    private static int Shape(SdpRejection why) => HashCode.Combine(why.Fault, why.Detail.Length);
}
