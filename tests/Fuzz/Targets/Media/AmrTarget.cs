using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Amr;
using Byon.Tests.Fuzz.Mutation;

namespace Byon.Tests.Fuzz.Targets.Media;

/// <summary>AMR and AMR-WB payloads in both framings: frames that were read can be written and read again.</summary>
public sealed class AmrTarget() : FuzzTarget("amr", new ByteMutator())
{
    public override int Run(byte[] input)
    {
        var shape = new HashCode();
        foreach (var codec in (AudioCodec[])[AudioCodec.Amr, AudioCodec.AmrWb])
        {
            shape.Add(Read(codec, octetAligned: false, input));
            shape.Add(Read(codec, octetAligned: true, input));
        }

        return shape.ToHashCode();
    }

    private static int Read(AudioCodec codec, bool octetAligned, byte[] payload)
    {
        if (!AmrPayloadReader.TryParse(payload, codec, octetAligned, out var reader)) return 0;
        Require(reader.Count <= AmrFrames.MaximumPerPacket, "a packet holds too many frames");
        var frames = new List<byte[]>();
        Span<byte> frame = stackalloc byte[AmrFrames.MaximumSize];
        while (reader.TryRead(frame, out var length))
        {
            Require(length is > 0 and <= AmrFrames.MaximumSize, "a frame of no length");
            frames.Add(frame[..length].ToArray());
            Require(frames.Count <= AmrFrames.MaximumPerPacket, "frames without end");
        }

        var written = new byte[1_500];
        var size = AmrPayloadWriter.Write(codec, octetAligned, reader.RequestedMode ?? AmrFrames.NoRequest, [.. frames.SelectMany(f => f)], written);
        if (size == 0) return HashCode.Combine(frames.Count, codec);
        Require(AmrPayloadReader.TryParse(written.AsSpan(0, size), codec, octetAligned, out var again) && again.Count == reader.Count, "frames that were read cannot be written");
        Require(again.RequestedMode == reader.RequestedMode, "the requested mode changes by being written");
        for (var i = 0; again.TryRead(frame, out var length); i++)
            Require(i < frames.Count && frame[..length].SequenceEqual(frames[i]), "a frame changes by being written");
        return HashCode.Combine(frames.Count, codec, reader.RequestedMode, frames.Count > 0 ? frames[0][0] : 0);
    }
}
