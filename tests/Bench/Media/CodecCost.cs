using System.Diagnostics;
using System.Text.Json;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Native;
using Byon.Tests.Bench.Media.Servers;
using Byon.Tests.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Byon.Tests.Bench.Media;

/// <summary>
/// What the codecs of one call cost by themselves, both ways, with the settings of either server: processor time in ms for each
/// second of a call. Only with it can be told how much of a ratio is a choice of settings.
/// </summary>
/// <param name="Node">Opus at the far codec's rate, mono, at the case's complexity.</param>
/// <param name="Rtpengine">Opus at 48 kHz, two channels, complexity 10.</param>
internal sealed record CodecCost(double Node, double Rtpengine)
{
    /// <summary>Makes the bench's executable measure one case, named by its key, and print it.</summary>
    public const string Verb = "codec-cost";

    private const int Seconds = 8;
    private const int Passes = 3;
    private const int FramesPerSecond = 50;
    private const int BitRate = 24_000;

    /// <summary>In a process of its own on the servers' processor, with Debian's libraries.</summary>
    public static async Task<CodecCost> MeasureAsync(MediaCase of)
    {
        using var process = MediaServer.Start(Environment.ProcessPath!, [Verb, of.Key], CodecBuild.Debian, talks: true);
        var answer = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? JsonSerializer.Deserialize<CodecCost>(answer)! : throw new InvalidOperationException("the codecs could not be measured alone");
    }

    public static int Run(string key)
    {
        var of = MediaCase.All.Single(of => of.Key == key);
        var far = FarCost(of);
        var cost = new CodecCost(
            OpusCost(of.SampleRate, channels: 1, of.NodeComplexity ?? of.Complexity ?? ComplexityGovernor.Best) + far, OpusCost(48_000, channels: 2, complexity: 10) + far);
        Console.WriteLine(JsonSerializer.Serialize(cost));
        return 0;
    }

    private static unsafe double OpusCost(int sampleRate, int channels, int complexity)
    {
        using var encoder = OpusLibrary.CreateEncoder(sampleRate, channels, OpusLibrary.ApplicationVoip, out _);
        using var decoder = OpusLibrary.CreateDecoder(sampleRate, channels, out _);
        _ = OpusLibrary.Control(encoder.DangerousGetHandle(), OpusLibrary.SetBitrate, BitRate);
        _ = OpusLibrary.Control(encoder.DangerousGetHandle(), OpusLibrary.SetComplexity, complexity);
        short[] samples = [.. Speech.Samples(sampleRate, Seconds).SelectMany(sample => Enumerable.Repeat(sample, channels))];
        var (frame, payload, heard) = (sampleRate / FramesPerSecond, new byte[1500], new short[sampleRate / FramesPerSecond * channels]);
        return Best(() =>
        {
            fixed (short* pcm = samples, into = heard)
            fixed (byte* data = payload)
            {
                for (var at = 0; at < samples.Length; at += heard.Length)
                {
                    var length = OpusLibrary.Encode(encoder.DangerousGetHandle(), pcm + at, frame, data, payload.Length);
                    _ = OpusLibrary.Decode(decoder.DangerousGetHandle(), data, length, into, frame, 0);
                }
            }
        });
    }

    private static double FarCost(MediaCase of)
    {
        var codecs = new NativeCodecs(NullLogger.Instance);
        using var encoder = codecs.CreateEncoder(of.Ims, of.SampleRate);
        using var decoder = codecs.CreateDecoder(of.Ims, of.SampleRate);
        var samples = Speech.Samples(of.SampleRate, Seconds);
        var (payload, heard) = (new byte[1500], new short[of.SampleRate / FramesPerSecond]);
        return Best(() =>
        {
            for (var at = 0; at < samples.Length; at += heard.Length)
                decoder.Decode(payload.AsSpan(0, encoder.Encode(samples.AsSpan(at, heard.Length), payload)), heard);
        });
    }

    /// <summary>Of some passes: what disturbs only ever adds.</summary>
    private static double Best(Action pass) => Enumerable.Range(0, Passes).Min(_ =>
    {
        var clock = Stopwatch.StartNew();
        pass();
        return clock.Elapsed.TotalMilliseconds / Seconds;
    });
}
