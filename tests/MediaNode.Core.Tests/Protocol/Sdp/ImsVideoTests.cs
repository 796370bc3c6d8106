using System.Net;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Video;
using Byon.MediaNode.Core.Protocol.Sdp;
using static Byon.Tests.MediaNode.Core.Tests.Protocol.Sdp.SdpSamples;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sdp;

public sealed class ImsVideoTests
{
    private const VideoFeedback OfPhones = VideoFeedback.Nack | VideoFeedback.PictureLoss | VideoFeedback.FullIntra | VideoFeedback.BitrateLimit;

    private static readonly AudioCodec[] Codecs = [AudioCodec.Opus, AudioCodec.Pcma];

    private static readonly VideoFormat Browser = new(VideoCodec.H264, 106, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f");

    private static readonly VideoWish Wish = new(Browser, MediaDirection.SendReceive, 1500);

    [Fact]
    public void Video_is_offered_on_ports_of_its_own_with_feedback_as_a_capability()
    {
        var video = Offer(Wish).Section(2);
        Assert.Equal(
            [
                "video 21002 RTP/AVP 98", "b=AS:1500", "a=tcap:1 RTP/AVPF", "a=pcfg:1 t=1", "a=rtpmap:98 H264/90000",
                "a=fmtp:98 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f", "a=rtcp-fb:98 nack", "a=rtcp-fb:98 nack pli",
                "a=rtcp-fb:98 ccm fir", "a=rtcp-fb:98 ccm tmmbr", "a=sendrecv", "a=rtcp:21003",
            ],
            video);
        Assert.Equal(2, Offer(null).Split("\r\nm=").Length);
    }

    [Theory]
    [InlineData("RTP/AVP")]
    [InlineData("RTP/AVPF")]
    public void An_answer_tells_where_the_video_goes_and_under_which_payload_type(string profile)
    {
        var plan = ReadAnswer(VideoSamples.Phone(profile: profile, formats: "114", direction: "recvonly"));
        var video = plan.Video!;
        Assert.Equal((new IPEndPoint(IPAddress.Parse("203.0.113.5"), 50_010), new IPEndPoint(IPAddress.Parse("203.0.113.5"), 50_011)), (video.PeerRtp, video.PeerRtcp));
        Assert.Equal((114, 98), (video.Stream.Send.PayloadType, video.Stream.Receive.PayloadType));
        Assert.Equal((OfPhones, MediaDirection.SendOnly, 768), (video.Stream.Feedback, video.Stream.Direction, video.Stream.Kilobits));
    }

    [Theory]
    [InlineData("115", 50_010)]
    [InlineData("99", 50_010)]
    [InlineData("114", 0)]
    public void An_answer_without_our_encoding_is_a_call_without_video(string formats, int port) =>
        Assert.Null(ReadAnswer(VideoSamples.Phone(formats: formats, port: port)).Video);

    [Fact]
    public void Another_encoding_of_the_browser_is_offered_behind_the_one_it_was_given()
    {
        var both = Wish with { Other = new VideoFormat(VideoCodec.Vp8, 96) };
        var video = Offer(both).Section(2);
        Assert.Equal("video 21002 RTP/AVP 98 99", video[0]);
        Assert.Contains("a=rtpmap:99 VP8/90000", video);
        Assert.Contains("a=rtcp-fb:99 nack pli", video);
        Assert.Equal(both, new VideoWish(both.Other, Wish.Direction, Wish.Kilobits) { Other = Wish.Format });
        Assert.NotEqual(both, Wish);
    }

    [Theory]
    [InlineData("99", VideoCodec.Vp8)]
    [InlineData("99 114", VideoCodec.Vp8)]
    [InlineData("114 99", VideoCodec.H264)]
    public void What_an_answer_names_first_is_the_calls_encoding(string formats, VideoCodec codec)
    {
        var both = Wish with { Other = new VideoFormat(VideoCodec.Vp8, 96) };
        Assert.True(ImsOfferAnswer.TryReadAnswer(
            VideoSamples.Phone(formats: formats), MediaDirection.SendReceive, Codecs, out var plan, out _, video: both));
        Assert.Equal((codec, codec), (plan.Video!.Stream.Send.Codec, plan.Video.Stream.Receive.Codec));
        Assert.Equal(codec == VideoCodec.Vp8 ? 99 : 98, plan.Video.Stream.Receive.PayloadType);
    }

    [Theory]
    [InlineData("99 114", 114)]
    [InlineData("99 100", 99)]
    public void An_offer_is_answered_with_what_the_browser_has_before_what_it_could_have(string formats, int chosen)
    {
        var (answer, plan) = Answer(VideoSamples.Phone(formats: formats), Wish with { Other = new VideoFormat(VideoCodec.Vp8, 96) });
        Assert.StartsWith($"video 21002 RTP/AVP {chosen}", answer.Section(2)[0], StringComparison.Ordinal);
        Assert.Equal(chosen, plan.Video!.Stream.Send.PayloadType);
    }

    [Fact]
    public void An_answer_that_leaves_the_video_out_does_not_take_it_out_of_the_session()
    {
        var plan = ReadAnswer(VideoSamples.PhoneWithoutVideo());
        var again = ImsOfferAnswer.WriteOffer(VideoSamples.Local, Origin, MediaDirection.SendReceive, Codecs, plan);
        Assert.StartsWith("video 0 RTP/AVP", again.Section(2)[0], StringComparison.Ordinal);
    }

    [Fact]
    public void The_networks_offer_is_answered_with_the_format_that_the_browser_speaks()
    {
        var (answer, plan) = Answer(VideoSamples.Phone(formats: "115 100 114"), Wish);
        Assert.Equal(114, plan.Video!.Stream.Send.PayloadType);
        var video = answer.Section(2);
        Assert.Equal("video 21002 RTP/AVP 114", video[0]);
        Assert.Contains("a=fmtp:114 packetization-mode=1;profile-level-id=42c00c", video);
        Assert.Contains("a=rtcp-fb:114 nack pli", video);
        Assert.DoesNotContain("a=rtcp-fb:114 goog-remb", video);
    }

    [Theory]
    [InlineData("a=tcap:1 RTP/AVPF", "a=pcfg:1 t=1", "a=acfg:1 t=1", "RTP/AVPF")]
    [InlineData("a=tcap:1 RTP/SAVPF RTP/AVPF", "a=pcfg:3 t=1|2", "a=acfg:3 t=2", "RTP/AVPF")]
    [InlineData("a=tcap:1 RTP/SAVPF", "a=pcfg:1 t=1", null, "RTP/AVP")]
    [InlineData("a=tcap:1 RTP/AVPF", "a=pcfg:1 t=1 a=2", null, "RTP/AVP")]
    [InlineData("a=tcap:x RTP/AVPF", "a=pcfg:1 t=", null, "RTP/AVP")]
    public void Feedback_that_is_offered_as_a_capability_is_taken(string capability, string configuration, string? actual, string profile)
    {
        var (answer, _) = Answer(VideoSamples.Phone(extra: [capability, configuration]), Wish);
        Assert.StartsWith($"video 21002 {profile} ", answer.Section(2)[0], StringComparison.Ordinal);
        Assert.Equal(actual is null ? [] : [actual], answer.Section(2).Where(line => line.StartsWith("a=acfg", StringComparison.Ordinal)));
    }

    [Fact]
    public void Without_a_browser_that_speaks_it_the_networks_video_is_refused_in_its_place()
    {
        foreach (var wish in new[] { null, Wish with { Format = new VideoFormat(VideoCodec.Vp8, 96) } })
        {
            var (answer, plan) = Answer(VideoSamples.Phone(), wish);
            Assert.Null(plan.Video);
            Assert.StartsWith("audio 21000", answer.Section(1)[0], StringComparison.Ordinal);
            Assert.StartsWith("video 0 RTP/AVP 114 115", answer.Section(2)[0], StringComparison.Ordinal);
        }
    }

    /// <summary>
    /// Whatever either side offers, takes and refuses in whichever order: m= lines keep their place, a payload type its meaning,
    /// and what is in use on both sides is the same encoding.
    /// </summary>
    [Fact]
    public void No_sequence_of_offers_breaks_the_session()
    {
        for (var seed = 0; seed < 300; seed++) new OfferSequence(new Random(seed)).Run(12);
    }

    private static string Offer(VideoWish? wish) => ImsOfferAnswer.WriteOffer(VideoSamples.Local, Origin, MediaDirection.SendReceive, Codecs, video: wish);

    private static ImsLegPlan ReadAnswer(string answer)
    {
        Assert.True(ImsOfferAnswer.TryReadAnswer(answer, MediaDirection.SendReceive, Codecs, out var plan, out var why, video: Wish), why?.ToString());
        return plan;
    }

    private static (string Answer, ImsLegPlan Plan) Answer(string offer, VideoWish? wish)
    {
        Assert.True(
            ImsOfferAnswer.TryAnswer(
                offer, VideoSamples.Local, Origin, MediaDirection.SendReceive, Codecs, out var answer, out var plan, out var why, video: wish),
            why?.ToString());
        return (answer, plan);
    }

    private sealed class OfferSequence(Random random)
    {
        private static readonly VideoFormat[] Formats =
        [
            Browser, new(VideoCodec.H264, 108, "packetization-mode=0;profile-level-id=42e01f"), new(VideoCodec.Vp8, 96),
            new(VideoCodec.H264, 110, "packetization-mode=1;profile-level-id=64001f"),
        ];

        private readonly Dictionary<string, string> _meanings = [];
        private ImsLegPlan? _plan;
        private int _lines;

        public void Run(int steps)
        {
            for (var step = 0; step < steps; step++)
            {
                var wish = random.Next(4) == 0 ? null : new VideoWish(Formats[random.Next(Formats.Length)], (MediaDirection)random.Next(4), 1500)
                {
                    Other = random.Next(2) == 0 ? null : Formats[random.Next(Formats.Length)],
                };
                if (_plan is not null && random.Next(2) == 0) BeOffered(wish);
                else if (!OfferIsAnswered(wish)) continue;
                if (_plan?.Video is { } video) Assert.True(wish!.IsFor(video.Stream.Send) && video.Stream.Send.IsSameEncoding(video.Stream.Receive));
            }
        }

        private bool OfferIsAnswered(VideoWish? wish)
        {
            var offer = ImsOfferAnswer.WriteOffer(VideoSamples.Local, Origin, MediaDirection.SendReceive, Codecs, _plan, wish);
            var isRejected = random.Next(5) == 0;
            Check(offer, counts: !isRejected);
            if (isRejected) return false;
            var refuses = random.Next(3) == 0;
            var answer = string.Join("\r\n", offer.Split("\r\n").Select(line => line.StartsWith("m=video ", StringComparison.Ordinal) && refuses
                ? $"m=video 0 {string.Join(' ', line.Split(' ')[2..])}" : line));
            Assert.True(ImsOfferAnswer.TryReadAnswer(answer, MediaDirection.SendReceive, Codecs, out var plan, out var why, _plan, video: wish), why?.ToString());
            Assert.True(!refuses || plan.Video is null);
            _plan = plan;
            return true;
        }

        /// <summary>The peer keeps the lines that are there, and may add video where there is none.</summary>
        private void BeOffered(VideoWish? wish)
        {
            var lines = _plan!.Slots.ToList();
            if (!lines.Exists(slot => slot.Kind == "video") && random.Next(2) == 0) lines.Add(new MediaSlot("video", "RTP/AVP", [], IsAudio: false));
            var bound = _plan.VideoBindings;
            var offer = "v=0\r\no=p 1 1 IN IP4 203.0.113.5\r\ns=-\r\nc=IN IP4 203.0.113.5\r\nt=0 0\r\n" + string.Concat(lines.Select(slot => slot.IsAudio
                ? $"m=audio 50000 RTP/AVP {_plan.Audio.Send.PayloadType}\r\na=rtpmap:{_plan.Audio.Send.PayloadType} {(_plan.Audio.Send.Codec == AudioCodec.Opus ? "opus/48000/2" : "PCMA/8000")}\r\n"
                : VideoLine(bound)));
            Assert.True(
                ImsOfferAnswer.TryAnswer(
                    offer, VideoSamples.Local, Origin, MediaDirection.SendReceive, Codecs, out var answer, out var plan, out var why, _plan, wish),
                why?.ToString());
            Check(answer, counts: true);
            _plan = plan;
        }

        private string VideoLine(IReadOnlyList<VideoFormat> bound)
        {
            var type = (byte)(120 + random.Next(2));
            var format = bound.FirstOrDefault(b => b.PayloadType == type) ?? Formats[type - 120] with { PayloadType = type };
            var (encoding, port) = (format.Codec == VideoCodec.Vp8 ? "VP8" : "H264", random.Next(3) == 0 ? 0 : 50_010);
            return $"m=video {port} RTP/AVP {type}\r\na=rtpmap:{type} {encoding}/90000\r\na=fmtp:{type} {format.Parameters}\r\n";
        }

        /// <param name="counts">An offer that is rejected as a whole leaves the session as it was.</param>
        private void Check(string ours, bool counts)
        {
            var sections = ours.Split("\r\nm=")[1..];
            Assert.True(sections.Length >= _lines, "an m= line disappeared");
            if (counts) _lines = sections.Length;
            Assert.StartsWith("audio 21000 ", sections[0], StringComparison.Ordinal);
            foreach (var section in sections.Skip(1)) Assert.StartsWith("video ", section, StringComparison.Ordinal);
            foreach (var video in sections.Skip(1).Where(s => !s.StartsWith("video 0", StringComparison.Ordinal)))
            {
                foreach (var mapping in video.Split("\r\n").Where(line => line.StartsWith("a=fmtp:", StringComparison.Ordinal) || line.StartsWith("a=rtpmap:", StringComparison.Ordinal)))
                {
                    var (name, meaning) = (mapping.Split(' ')[0], Meaning(mapping.Split(' ', 2)[1]));
                    Assert.Equal(meaning, _meanings.GetValueOrDefault(name, meaning));
                    if (counts) _meanings[name] = meaning;
                }
            }
        }

        /// <summary>What an offer and an answer call alike may be written in different words.</summary>
        private static string Meaning(string value) =>
            H264Parameters.TryParse(value, out var h264) && value.Contains("profile", StringComparison.Ordinal) ? $"{h264.Profile:x4} {h264.PacketizationMode}" : value;
    }
}
