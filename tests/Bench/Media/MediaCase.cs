using Byon.MediaNode.Core.Media;

namespace Byon.Tests.Bench.Media;

/// <summary>What the calls of a measurement carry on either side.</summary>
/// <param name="Key">Names the case on the command line.</param>
/// <param name="SampleRate">At which the load's packets are encoded and its probes decoded on the network's side, in Hz.</param>
/// <param name="Calls">A load that either server carries.</param>
/// <param name="Goal">Of the processor time per call-second, or per call where calls are set up, as a ratio to rtpengine's; null where nothing was set as a goal.</param>
/// <param name="Complexity">
/// Of both servers' Opus encoders, at one bit rate; null for each server's own choice. rtpengine 10.5 takes the bit rate and stays at
/// complexity 10 and two channels whatever it is told, so 10 is the only fair one.
/// </param>
internal sealed record MediaCase(string Key, string Name, AudioFormat WebRtc, AudioFormat Ims, int SampleRate, int Calls, double? Goal, int? Complexity = null)
{
    private const string SetUpKey = "set-up";

    private static readonly AudioFormat Opus = new(AudioCodec.Opus, 111, 48_000);

    public static IReadOnlyList<MediaCase> All { get; } =
    [
        new(SetUpKey, "ICE and DTLS", Opus, Opus, 48_000, Calls: 1_000, Goal: 0.60),
        new("relay", "Opus relayed, SRTP to RTP", Opus, Opus, 48_000, Calls: 1_000, Goal: 0.45),
        new("relay-half", "Opus relayed, load at ease", Opus, Opus, 48_000, Calls: 500, Goal: null),
        new("pcmu", "Opus to PCMU", Opus, new AudioFormat(AudioCodec.Pcmu, 0, 8_000), 8_000, Calls: 40, Goal: 0.20),
        new("pcmu-10", "Opus to PCMU, both at complexity 10", Opus, new AudioFormat(AudioCodec.Pcmu, 0, 8_000), 8_000, Calls: 40, Goal: null, Complexity: 10),
        new("amr-wb", "Opus to AMR-WB 12.65", Opus, new AudioFormat(AudioCodec.AmrWb, 96, 16_000, "mode-set=2"), 16_000, Calls: 30, Goal: 0.40),
        new("amr-wb-10", "Opus to AMR-WB, both at complexity 10", Opus, new AudioFormat(AudioCodec.AmrWb, 96, 16_000, "mode-set=2"), 16_000, Calls: 30, Goal: null, Complexity: 10),
    ];

    /// <summary>The calls are set up, and carry nothing.</summary>
    public bool IsSetUp => Key == SetUpKey;

    public bool IsRelay => WebRtc == Ims;
}
