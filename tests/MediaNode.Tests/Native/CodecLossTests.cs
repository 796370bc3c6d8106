using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Amr;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Tests.Native;

/// <summary>What is left of the audio where packets are lost on the way.</summary>
public sealed class CodecLossTests : CodecPathRig
{
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
