using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Amr;

namespace Byon.Tests.MediaNode.Core.Tests.Media.Amr;

public sealed class AmrPayloadTests
{
    /// <summary>Bits of every frame type, as RFC 4867 §4.3.2 takes them from TS 26.101 table 1a and TS 26.201 table 1a.</summary>
    [Theory]
    [InlineData(AudioCodec.Amr, new[] { 95, 103, 118, 134, 148, 159, 204, 244, 39, -1, -1, -1, -1, -1, -1, 0 })]
    [InlineData(AudioCodec.AmrWb, new[] { 132, 177, 253, 285, 317, 365, 397, 461, 477, 40, -1, -1, -1, -1, 0, 0 })]
    public void FrameTypesHaveTheirSizes(AudioCodec codec, int[] expected) =>
        Assert.Equal(expected, Enumerable.Range(0, 16).Select(type => AmrFrames.Bits(codec, type)));

    /// <summary>The layout of RFC 4867 §4.3.5.1: one frame of AMR 7.4, mode request 6, all of its 148 bits set.</summary>
    [Fact]
    public void ABandwidthEfficientFrameFollowsItsTableOfContentsBitByBit()
    {
        byte[] payload = [0b0110_0_010, 0b0_1_111111, .. Enumerable.Repeat((byte)0xFF, 17), 0b111111_00];
        var (request, frames) = Read(AudioCodec.Amr, false, payload);
        Assert.Equal(6, request);
        byte[] expected = [4 << 3 | 4, .. Enumerable.Repeat((byte)0xFF, 18), 0xF0];
        Assert.Equal(expected, Assert.Single(frames));
        Assert.Equal(payload, Write(AudioCodec.Amr, false, 6, frames));
    }

    /// <summary>The layout of RFC 4867 §4.4.5.1: two frames of AMR 5.9 without a request; 118 bits end within their 15th byte.</summary>
    [Fact]
    public void OctetAlignedFramesStartAtWholeBytes()
    {
        byte[] frame = [.. Enumerable.Range(1, 14).Select(i => (byte)i), 0xFC];
        byte[] payload = [0xF0, 0b1_0010_1_00, 0b0_0010_1_00, .. frame, .. frame];
        var (request, frames) = Read(AudioCodec.Amr, true, payload);
        Assert.Null(request);
        Assert.Equal(2, frames.Count);
        Assert.All(frames, f => Assert.Equal([2 << 3 | 4, .. frame], f));
        Assert.Equal(payload, Write(AudioCodec.Amr, true, 15, frames));
    }

    [Fact]
    public void SilenceAndNothingAreFramesLikeOthers()
    {
        byte[] payload = [0xF0, 0b1_1001_1_00, 0b1_1110_0_00, 0b0_1111_1_00, 1, 2, 3, 4, 5];
        var (_, frames) = Read(AudioCodec.AmrWb, true, payload);
        Assert.Equal([[9 << 3 | 4, 1, 2, 3, 4, 5], [14 << 3], [15 << 3 | 4]], frames);
        Assert.Equal(payload, Write(AudioCodec.AmrWb, true, 15, frames));
    }

    [Theory]
    [InlineData(AudioCodec.Amr, false)]
    [InlineData(AudioCodec.Amr, true)]
    [InlineData(AudioCodec.AmrWb, false)]
    [InlineData(AudioCodec.AmrWb, true)]
    public void WhatIsWrittenIsRead(AudioCodec codec, bool octetAligned)
    {
        var random = new Random(7);
        for (var round = 0; round < 500; round++)
        {
            var frames = Enumerable.Range(0, random.Next(1, 13)).Select(_ => RandomFrame(random, codec)).ToList();
            var request = random.Next(0, 2) == 0 ? 15 : random.Next(0, AmrFrames.HighestMode(codec) + 1);
            var (read, again) = Read(codec, octetAligned, Write(codec, octetAligned, request, frames));
            Assert.Equal(request == 15 ? null : request, read);
            Assert.Equal(frames, again);
        }
    }

    [Theory]
    [InlineData(AudioCodec.Amr, 12)]
    [InlineData(AudioCodec.AmrWb, 13)]
    public void ARequestForAModeThatDoesNotExistIsNone(AudioCodec codec, int request) =>
        Assert.Null(Read(codec, true, [(byte)(request << 4), 15 << 3 | 4]).Request);

    [Theory]
    [InlineData(AudioCodec.Amr, 9)]
    [InlineData(AudioCodec.Amr, 14)]
    [InlineData(AudioCodec.AmrWb, 10)]
    [InlineData(AudioCodec.AmrWb, 13)]
    public void AFrameTypeThatDoesNotExistRefusesThePacket(AudioCodec codec, int type) =>
        Assert.False(AmrPayloadReader.TryParse([0xF0, (byte)(type << 3 | 4), .. new byte[100]], codec, true, out _));

    [Fact]
    public void MoreFramesThanMaxptimeAllowsAreRefused()
    {
        byte[] Payload(int frames) => [0xF0, .. Enumerable.Repeat((byte)(0x80 | 15 << 3), frames - 1), 15 << 3];
        Assert.True(AmrPayloadReader.TryParse(Payload(12), AudioCodec.Amr, true, out _));
        Assert.False(AmrPayloadReader.TryParse(Payload(13), AudioCodec.Amr, true, out _));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void EveryPrefixAndEveryExtensionIsRefused(bool octetAligned)
    {
        var random = new Random(3);
        var payload = Write(AudioCodec.AmrWb, octetAligned, 2, [RandomFrame(random, AudioCodec.AmrWb), RandomFrame(random, AudioCodec.AmrWb)]);
        for (var length = 0; length < payload.Length; length++)
            Assert.False(AmrPayloadReader.TryParse(payload.AsSpan(0, length), AudioCodec.AmrWb, octetAligned, out _), $"{length} bytes");
        Assert.False(AmrPayloadReader.TryParse([.. payload, 0], AudioCodec.AmrWb, octetAligned, out _));
    }

    [Fact]
    public void NoPayloadEverThrows()
    {
        var random = new Random(11);
        for (var round = 0; round < 20_000; round++)
        {
            var codec = random.Next(2) == 0 ? AudioCodec.Amr : AudioCodec.AmrWb;
            var octetAligned = random.Next(2) == 0;
            var payload = Write(codec, octetAligned, random.Next(16), [RandomFrame(random, codec), RandomFrame(random, codec)]);
            for (var i = 0; i < 3; i++) payload[random.Next(Math.Min(payload.Length, 6))] ^= (byte)(1 << random.Next(8));
            if (!AmrPayloadReader.TryParse(payload, codec, octetAligned, out var reader)) continue;
            var frame = new byte[AmrFrames.MaximumSize];
            var count = 0;
            while (reader.TryRead(frame, out _)) count++;
            Assert.Equal(reader.Count, count);
        }
    }

    [Fact]
    public void APayloadThatDoesNotFitIsNotWritten() =>
        Assert.Equal(0, AmrPayloadWriter.Write(AudioCodec.Amr, true, 15, new byte[13], new byte[5]));

    private static (int? Request, List<byte[]> Frames) Read(AudioCodec codec, bool octetAligned, byte[] payload)
    {
        Assert.True(AmrPayloadReader.TryParse(payload, codec, octetAligned, out var reader));
        var frames = new List<byte[]>();
        var frame = new byte[AmrFrames.MaximumSize];
        while (reader.TryRead(frame, out var length)) frames.Add(frame[..length]);
        return (reader.RequestedMode, frames);
    }

    private static byte[] Write(AudioCodec codec, bool octetAligned, int request, List<byte[]> frames)
    {
        var payload = Enumerable.Repeat((byte)0xAA, 800).ToArray();
        return payload[..AmrPayloadWriter.Write(codec, octetAligned, request, [.. frames.SelectMany(f => f)], payload)];
    }

    private static byte[] RandomFrame(Random random, AudioCodec codec)
    {
        int type, bits;
        do bits = AmrFrames.Bits(codec, type = random.Next(16));
        while (bits < 0);
        var frame = new byte[1 + (bits + 7) / 8];
        random.NextBytes(frame);
        frame[0] = AmrFrames.Header(type, random.Next(2) == 0);
        if (bits % 8 != 0) frame[^1] &= (byte)(0xFF << (8 - bits % 8));
        return frame;
    }
}
