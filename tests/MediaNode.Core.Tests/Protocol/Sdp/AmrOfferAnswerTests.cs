using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sdp;
using static Byon.Tests.MediaNode.Core.Tests.Protocol.Sdp.SdpSamples;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sdp;

/// <summary>AMR and AMR-WB with the network: TS 26.114 §5.2.1 and RFC 4867 §8.3.</summary>
public sealed class AmrOfferAnswerTests
{
    private static readonly AudioCodec[] Ims = [AudioCodec.AmrWb, AudioCodec.Amr, AudioCodec.Pcma, AudioCodec.Pcmu];

    [Fact]
    public void Our_offer_has_the_order_of_TS_26_114_with_both_framings_and_both_event_clocks() => Assert.Equal(
        Lines(
            "v=0", "o=byon 4711 1 IN IP4 198.51.100.7", "s=-", "t=0 0", "c=IN IP4 198.51.100.7",
            "m=audio 21000 RTP/AVP 104 110 102 108 8 0 105 101 13",
            "a=rtpmap:104 AMR-WB/16000", "a=fmtp:104 mode-change-capability=2;max-red=20",
            "a=rtpmap:110 AMR-WB/16000", "a=fmtp:110 octet-align=1;mode-change-capability=2;max-red=20",
            "a=rtpmap:102 AMR/8000", "a=fmtp:102 mode-change-capability=2;max-red=20",
            "a=rtpmap:108 AMR/8000", "a=fmtp:108 octet-align=1;mode-change-capability=2;max-red=20",
            "a=rtpmap:8 PCMA/8000", "a=rtpmap:0 PCMU/8000",
            "a=rtpmap:105 telephone-event/16000", "a=fmtp:105 0-15", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15",
            "a=rtpmap:13 CN/8000", "a=ptime:20", "a=maxptime:240", "a=sendrecv", "a=rtcp:21001", "a=rtcp-xr:voip-metrics"),
        ImsOfferAnswer.WriteOffer(Local, Origin, MediaDirection.SendReceive, Ims));

    [Fact]
    public void A_handsets_answer_gives_its_mode_set_to_our_encoder_and_our_framing_to_our_decoder()
    {
        var plan = Read(Description("a=rtpmap:104 AMR-WB/16000/1", "a=fmtp:104 mode-set=0,1,2; mode-change-period=2;max-red=0", "a=rtpmap:105 telephone-event/16000"));
        Assert.Equal(new AudioFormat(AudioCodec.AmrWb, 104, 16_000, "mode-set=0,1,2; mode-change-period=2;max-red=0"), plan.Audio.Send);
        Assert.Equal([new AudioFormat(AudioCodec.AmrWb, 104, 16_000, "mode-change-capability=2;max-red=20")], plan.Audio.Receive);
        Assert.Equal(new TelephoneEventFormat(105, 16_000), plan.Audio.TelephoneEvent);
    }

    [Fact]
    public void An_octet_aligned_answer_is_received_under_the_payload_type_we_offered_for_it()
    {
        var plan = Read(Description("a=rtpmap:97 AMR-WB/16000", "a=fmtp:97 octet-align=1"));
        Assert.Equal((97, 110), (plan.Audio.Send.PayloadType, plan.Audio.Receive.Single().PayloadType));
    }

    [Fact]
    public void Our_answer_takes_the_first_framing_offered_and_keeps_its_mode_set()
    {
        var (answer, plan) = Answer(Description(
            "a=rtpmap:96 AMR-WB/16000", "a=fmtp:96 octet-align=1;mode-set=0,2;mode-change-period=2", "a=rtpmap:97 AMR-WB/16000", "a=rtpmap:98 AMR/8000"));
        Assert.Contains("RTP/AVP 96\r\n", answer);
        Assert.Contains("a=fmtp:96 mode-set=0,2;octet-align=1;mode-change-capability=2;max-red=20\r\n", answer);
        Assert.Equal("octet-align=1;mode-set=0,2;mode-change-period=2", plan.Audio.Send.Parameters);
    }

    [Theory]
    [InlineData("crc=1")]
    [InlineData("interleaving=20")]
    [InlineData("robust-sorting=1")]
    public void What_is_not_spoken_is_passed_over(string parameters)
    {
        var (answer, _) = Answer(Description("a=rtpmap:96 AMR-WB/16000", $"a=fmtp:96 octet-align=1;{parameters}", "a=rtpmap:97 AMR/8000"));
        Assert.Contains("RTP/AVP 97\r\n", answer);
        Assert.False(ImsOfferAnswer.TryAnswer(
            Description("a=rtpmap:96 AMR-WB/16000", $"a=fmtp:96 {parameters}"), Local, Origin, MediaDirection.SendReceive, Ims, out _, out _, out var why));
        Assert.Equal(SdpFault.NoCommonCodec, why.Fault);
    }

    [Theory]
    [InlineData("AMR-WB/16000/2")]
    [InlineData("AMR-WB/8000")]
    [InlineData("AMR/16000")]
    public void Other_clocks_and_channels_are_other_codecs(string mapping) =>
        Assert.False(ImsOfferAnswer.TryAnswer(
            Description($"a=rtpmap:96 {mapping}"), Local, Origin, MediaDirection.SendReceive, Ims, out _, out _, out _));

    [Fact]
    public void A_codec_whose_library_is_missing_is_neither_offered_nor_taken()
    {
        AudioCodec[] without = [AudioCodec.Pcma, AudioCodec.Pcmu];
        Assert.DoesNotContain("AMR", ImsOfferAnswer.WriteOffer(Local, Origin, MediaDirection.SendReceive, without));
        var amr = Description("a=rtpmap:96 AMR-WB/16000");
        Assert.False(ImsOfferAnswer.TryAnswer(amr, Local, Origin, MediaDirection.SendReceive, without, out _, out _, out _));
        Assert.False(ImsOfferAnswer.TryReadAnswer(amr, MediaDirection.SendReceive, without, out _, out var why));
        Assert.Equal(SdpFault.NoCommonCodec, why.Fault);
    }

    /// <summary>
    /// Whatever either side offers again, in whatever order and under whatever further payload types: an encoding that a side has
    /// once given a payload type keeps it, and AMR stays in the framing it began with, until the peer leaves it out.
    /// </summary>
    [Fact]
    public void Payload_type_and_framing_never_change_over_the_life_of_a_call()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var phone = new GeneratedPhone(random);
            ImsLegPlan? plan = null;
            var origin = Origin;
            for (var step = 0; step < 12; step++)
            {
                var before = plan?.Audio;
                string theirs;
                if (random.Next(2) == 0)
                {
                    var offer = ImsOfferAnswer.WriteOffer(Local, origin = origin.Next(), MediaDirection.SendReceive, Preferred(plan), plan);
                    AssertOffersAgain(before, offer, seed);
                    theirs = phone.Answer(offer);
                    Assert.True(ImsOfferAnswer.TryReadAnswer(theirs, MediaDirection.SendReceive, Preferred(plan), out plan, out var why, plan), $"{seed}: {why}");
                }
                else
                {
                    theirs = phone.Offer();
                    Assert.True(ImsOfferAnswer.TryAnswer(
                        theirs, Local, origin = origin.Next(), MediaDirection.SendReceive, Preferred(plan), out _, out plan, out var why, plan), $"{seed}: {why}");
                    if (before is not null && GeneratedPhone.Lists(theirs, before.Send)) Assert.Equal((seed, before.Send), (seed, plan.Audio.Send));
                }

                Assert.True(GeneratedPhone.Lists(theirs, plan.Audio.Send), $"{seed}: sends what the phone did not list");
                foreach (var format in plan.Audio.Receive) phone.AssertKeepsMeaning(format, seed);
            }
        }
    }

    private static AudioCodec[] Preferred(ImsLegPlan? plan) => [.. CodecPolicy.ForNetwork(Ims, _ => false, plan?.Audio.Send.Codec)];

    private static void AssertOffersAgain(AudioStream? before, string offer, int seed)
    {
        foreach (var format in before?.Receive ?? [])
            Assert.True(
                offer.Contains(format.Parameters is null ? $"a=rtpmap:{format.PayloadType} PCM" : $"a=fmtp:{format.PayloadType} {format.Parameters}\r\n"),
                $"{seed}: {format} is not offered again");
    }

    private static (string Answer, ImsLegPlan Plan) Answer(string offer)
    {
        Assert.True(ImsOfferAnswer.TryAnswer(offer, Local, Origin, MediaDirection.SendReceive, Ims, out var answer, out var plan, out var why), why?.ToString());
        return (answer, plan);
    }

    private static ImsLegPlan Read(string answer)
    {
        Assert.True(ImsOfferAnswer.TryReadAnswer(answer, MediaDirection.SendReceive, Ims, out var plan, out var why), why?.ToString());
        return plan;
    }

    private static string Description(params string[] mappings)
    {
        var types = mappings.Where(m => m.StartsWith("a=rtpmap:", StringComparison.Ordinal)).Select(m => m[9..m.IndexOf(' ')]);
        return Lines(["v=0", "o=p 1 1 IN IP4 203.0.113.5", "s=-", "c=IN IP4 203.0.113.5", "t=0 0", $"m=audio 40000 RTP/AVP {string.Join(' ', types)}", .. mappings]);
    }

    /// <summary>A phone that offers and answers within RFC 3264, but as wildly as that allows.</summary>
    private sealed class GeneratedPhone(Random random)
    {
        private static readonly (string Mapping, string? Parameters)[] Encodings =
            [("AMR-WB/16000", null), ("AMR-WB/16000", "octet-align=1"), ("AMR/8000", null), ("AMR/8000", "octet-align=1;mode-set=0,2,4,7"), ("PCMA/8000", null)];

        private readonly Dictionary<byte, (int Seed, AudioCodec Codec, bool OctetAligned)> _meanings = [];
        private readonly Dictionary<int, string> _types = new() { [4] = "8" };
        private readonly HashSet<string> _seen = ["8"];

        /// <summary>Some of its encodings in any order; each keeps the payload type that it has got in this call.</summary>
        public string Offer()
        {
            var chosen = Enumerable.Range(0, Encodings.Length).OrderBy(_ => random.Next()).Take(random.Next(1, Encodings.Length + 1));
            return Description([.. chosen.SelectMany(i => Lines(TypeOf(i), Encodings[i].Mapping, Encodings[i].Parameters))]);
        }

        /// <summary>Some of what was offered, under the payload types of the offer.</summary>
        public string Answer(string offer)
        {
            var lines = offer.Split("\r\n");
            var offered = lines.Where(l => l.StartsWith("a=rtpmap:", StringComparison.Ordinal)).ToList();
            foreach (var line in offered) _seen.Add(line[9..line.IndexOf(' ')]);
            offered.RemoveAll(l => l.Contains("telephone", StringComparison.Ordinal) || l.Contains(" CN/", StringComparison.Ordinal));
            var chosen = offered.OrderBy(_ => random.Next()).Take(random.Next(1, offered.Count + 1));
            return Description([.. chosen.SelectMany(line =>
            {
                var (type, mapping) = (line[9..line.IndexOf(' ')], line[(line.IndexOf(' ') + 1)..]);
                var parameters = lines.FirstOrDefault(l => l.StartsWith($"a=fmtp:{type} ", StringComparison.Ordinal));
                var aligned = parameters?.Contains("octet-align=1", StringComparison.Ordinal) ?? false;
                var encoding = Array.FindIndex(Encodings, e => e.Mapping == mapping && aligned == (e.Parameters?.Contains("octet-align=1") ?? false));
                _types[encoding] = type;
                return (string[])(parameters is null ? [line] : [line, parameters]);
            })]);
        }

        private string TypeOf(int encoding)
        {
            if (_types.TryGetValue(encoding, out var known)) return known;
            string type;
            do type = random.Next(96, 128).ToString(System.Globalization.CultureInfo.InvariantCulture);
            while (!_seen.Add(type));
            return _types[encoding] = type;
        }

        public static bool Lists(string description, AudioFormat format) =>
            format.Codec is AudioCodec.Pcma or AudioCodec.Pcmu
                ? description.Contains($"a=rtpmap:{format.PayloadType} PCM", StringComparison.Ordinal)
                : description.Contains($"a=rtpmap:{format.PayloadType} AMR", StringComparison.Ordinal)
                    && (format.Parameters is null || description.Contains($"a=fmtp:{format.PayloadType} {format.Parameters}\r\n", StringComparison.Ordinal));

        /// <summary>RFC 3264 §8.3.2: within a session a payload type stands for one encoding.</summary>
        public void AssertKeepsMeaning(AudioFormat format, int seed)
        {
            var meaning = (seed, format.Codec, format.Parameters?.Contains("octet-align=1", StringComparison.Ordinal) ?? false);
            if (!_meanings.TryAdd(format.PayloadType, meaning)) Assert.Equal(_meanings[format.PayloadType], meaning);
        }

        private static string[] Lines(string type, string mapping, string? parameters) =>
            parameters is null ? [$"a=rtpmap:{type} {mapping}"] : [$"a=rtpmap:{type} {mapping}", $"a=fmtp:{type} {parameters}"];
    }
}
