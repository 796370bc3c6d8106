using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Amr;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Tests.Native;

/// <summary>What is left of the audio where packets are lost on the way.</summary>
public sealed class CodecLossTests : CodecPathRig
{
    private const int Seconds = 8;

    private static readonly Dictionary<int, Lazy<short[]>> Spoken = new()
    {
        [8_000] = new(() => Speech.Samples(8_000, Seconds)),
        [16_000] = new(() => Speech.Samples(16_000, Seconds)),
    };

    /// <summary>
    /// Against the same path without loss, in dB on average (<see cref="Speech.Distance"/>), at a loss of 1, 3 and 10 %: what
    /// concealment does not make up for. Every packet's time is filled.
    /// </summary>
    [Theory]
    [InlineData(AudioCodec.Opus, AudioCodec.AmrWb, 0.7, 1.2, 4)]
    [InlineData(AudioCodec.Opus, AudioCodec.Pcma, 0.2, 0.5, 3)]
    [InlineData(AudioCodec.AmrWb, AudioCodec.Opus, 0.3, 1.5, 5.5)]
    [InlineData(AudioCodec.Amr, AudioCodec.Opus, 0.7, 1.2, 5.5)]
    [InlineData(AudioCodec.Pcma, AudioCodec.Opus, 0.2, 0.5, 2.2)]
    [InlineData(AudioCodec.G722, AudioCodec.Opus, 0.5, 1.2, 3)]
    public void SpeechStaysWithinItsBoundOfWhatItWas(AudioCodec fromCodec, AudioCodec toCodec, double atOne, double atThree, double atTen)
    {
        var (from, to) = (Format(fromCodec), Format(toCodec));
        var distances = ((int[])[1, 3, 10]).Select(percent => Distance(from, to, percent)).ToList();
        Assert.True(
            distances[0] < atOne && distances[1] < atThree && distances[2] < atTen,
            $"{fromCodec} → {toCodec}: {string.Join(", ", distances.Select(distance => $"{distance:F2} dB"))}");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    public void CopiesInOpusPacketsRestoreWhatIsLost(int percent)
    {
        var (from, to) = (Format(AudioCodec.Opus) with { Parameters = "useinbandfec=1" }, Format(AudioCodec.Pcma));
        var without = Distance(from, to, percent);
        ExpectedLoss = percent;
        var with = Distance(from, to, percent);
        Assert.True(with < without * 0.5, $"{with:F2} dB with copies, {without:F2} dB without");
    }

    private double Distance(AudioFormat from, AudioFormat to, int percent)
    {
        var random = new Random(11);
        var meant = Say(from, to, _ => false);
        var heard = Say(from, to, _ => random.Next(100) < percent);
        Assert.InRange(heard.Length, meant.Length - Rate(to) / 5, meant.Length + Rate(to) / 5);
        return Speech.Distance(heard, meant, Rate(to));
    }

    private short[] Say(AudioFormat from, AudioFormat to, Func<int, bool> lost)
    {
        NewPath();
        Speak(from, to, Spoken[Rate(from)].Value, i => i > 0 && lost(i));
        return HearInTime(to);
    }

    [Theory]
    [InlineData(AudioCodec.AmrWb, -1)]
    [InlineData(AudioCodec.Amr, -1)]
    [InlineData(AudioCodec.AmrWb, 2)]
    [InlineData(AudioCodec.Amr, 2)]
    public void FramesThatAreSentTwiceAreHeardOnceAndStandInForLostOnes(AudioCodec codec, int lost)
    {
        var from = Format(codec);
        var packets = Encode(from, Tone.Samples(700, TimeSpan.FromSeconds(2), Rate(from)));
        Connect(from, Format(AudioCodec.L16));
        for (var i = 1; i < packets.Count; i++)
        {
            if (i % 4 != lost) Receive(from, Join(from, packets[i - 1], packets[i]), i);
            Run(PacketTime);
        }

        Run(PacketTime * 10);
        Assert.InRange(Sent.Count, 105, 110);
        Assert.All(Sent.Zip(Sent.Skip(1)), pair => Assert.Equal(320u, pair.Second.Timestamp - pair.First.Timestamp));
        Assert.True(Tone.Heard(Hear(Format(AudioCodec.L16)), 700, 1300, 16_000) > TimeSpan.FromSeconds(1.9));
    }

    [Theory]
    [InlineData(AudioCodec.AmrWb)]
    [InlineData(AudioCodec.Amr)]
    public void FramesAreSentTwiceToAPeerThatLosesThemAndKnowsIt(AudioCodec codec)
    {
        var to = Format(codec) with { Parameters = Format(codec).Parameters + ";max-red=220" };
        var source = Format(AudioCodec.L16);
        Connect(source, to);
        Path.ExpectLoss(10);
        foreach (var (i, payload) in Encode(source, Tone.Samples(700, TimeSpan.FromSeconds(2), 16_000)).Index())
        {
            Receive(source, payload, i);
            Run(PacketTime);
        }

        Assert.Equal(100, Sent.Count);
        Assert.Equal(Sent[0].Timestamp, Sent[1].Timestamp);
        for (var i = 1; i + 1 < Sent.Count; i++)
        {
            var (own, copy) = (Frames(to, Sent[i].Payload)[^1], Frames(to, Sent[i + 1].Payload)[0]);
            Assert.Equal(own, copy);
            Assert.Equal(2, Frames(to, Sent[i].Payload).Count);
        }
    }

    [Fact]
    public void APeerThatDoesNotKnowCopiesOrHasNoRoomForThemGetsNone()
    {
        var (source, to) = (Format(AudioCodec.L16), Format(AudioCodec.AmrWb));
        Connect(source, to);
        Path.ExpectLoss(10);
        foreach (var (i, payload) in Encode(source, Tone.Samples(700, TimeSpan.FromSeconds(1), 16_000)).Index()) Receive(source, payload, i);
        Assert.All(Sent, s => Assert.Single(Frames(to, s.Payload)));
    }

    private static List<string> Frames(AudioFormat format, byte[] payload)
    {
        var (frames, frame) = (new List<string>(), new byte[AmrFrames.MaximumSize]);
        Assert.True(AmrPayloadReader.TryParse(payload, format.Codec, format.Parameters?.Contains("octet-align=1", StringComparison.Ordinal) == true, out var reader));
        while (reader.TryRead(frame, out var length)) frames.Add(Convert.ToHexString(frame.AsSpan(0, length)));
        return frames;
    }

    /// <summary>One payload with the frames of two.</summary>
    private static byte[] Join(AudioFormat format, byte[] first, byte[] second)
    {
        var (frames, frame, used) = (new byte[200], new byte[AmrFrames.MaximumSize], 0);
        var octetAligned = format.Parameters is not null;
        foreach (var payload in (byte[][])[first, second])
        {
            Assert.True(AmrPayloadReader.TryParse(payload, format.Codec, octetAligned, out var reader));
            Assert.True(reader.TryRead(frame, out var length));
            frame.AsSpan(0, length).CopyTo(frames.AsSpan(used));
            used += length;
        }

        var joined = new byte[200];
        return joined[..AmrPayloadWriter.Write(format.Codec, octetAligned, AmrFrames.NoRequest, frames.AsSpan(0, used), joined)];
    }
}
