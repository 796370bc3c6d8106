using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Tests.Bench.Media;

/// <summary>What the calls of a measurement carry on either side.</summary>
/// <param name="Key">Names the case on the command line.</param>
/// <param name="SampleRate">At which the load's packets are encoded and its probes decoded on the network's side, in Hz.</param>
/// <param name="Calls">A load that rtpengine carries.</param>
/// <param name="NodeCalls">A load of the node. Where a goal is set for transcoding, each has what fills about two thirds of the processor.</param>
/// <param name="Goal">Of the processor time per call-second, or per call where calls are set up, as a ratio to rtpengine's; null where nothing was set as a goal.</param>
/// <param name="Complexity">
/// Of both servers' Opus encoders, at one bit rate; null for each server's own choice. rtpengine 10.5 takes the bit rate and stays at
/// complexity 10 and two channels whatever it is told, so 10 is the only fair one.
/// </param>
/// <param name="NodeComplexity">Of the node's Opus encoders alone; null leaves it to <paramref name="Complexity"/>.</param>
/// <param name="TriesBuilds">With other builds of the codec libraries as well.</param>
/// <param name="LimitGoal">Of the most calls, as a multiple of rtpengine's; null where the most calls are not looked for.</param>
/// <param name="DelayGoals">Of the node's delay from browser to phone and back, in ms: half of all where audio is transcoded, 99 % where it is relayed.</param>
/// <param name="Srtp">The only profile that browsers offer; null for all.</param>
internal sealed record MediaCase(
    string Key, string Name, AudioFormat WebRtc, AudioFormat Ims, int SampleRate, int Calls, int NodeCalls, double? Goal = null, int? Complexity = null,
    int? NodeComplexity = null, bool TriesBuilds = false, double? LimitGoal = null, (double Up, double Down)? DelayGoals = null, SrtpProfile? Srtp = null)
{
    private const string SetUpKey = "set-up";

    /// <summary>As browsers offer it.</summary>
    private static readonly AudioFormat Opus = new(AudioCodec.Opus, 111, 48_000, "minptime=10;useinbandfec=1");

    private static readonly AudioFormat Pcmu = new(AudioCodec.Pcmu, 0, 8_000);
    private static readonly AudioFormat AmrWb = new(AudioCodec.AmrWb, 96, 16_000, "mode-set=2");

    public static IReadOnlyList<MediaCase> All { get; } =
    [
        new(SetUpKey, "ICE and DTLS", Opus, Opus, 48_000, Calls: 1_000, NodeCalls: 1_000, Goal: 0.60),
        new("relay", "Opus relayed, SRTP to RTP", Opus, Opus, 48_000, Calls: 1_000, NodeCalls: 1_000, Goal: 0.45, LimitGoal: 2),
        new("relay-half", "Opus relayed, load at ease", Opus, Opus, 48_000, Calls: 500, NodeCalls: 500),
        new("relay-65", "Opus relayed, two thirds busy", Opus, Opus, 48_000, Calls: 550, NodeCalls: 1_100, DelayGoals: (1, 1)),
        new("relay-cm", "Opus relayed, AES_CM_128_HMAC_SHA1_80", Opus, Opus, 48_000, Calls: 500, NodeCalls: 500, Srtp: SrtpProfile.Aes128CmHmacSha1),
        new("pcmu", "Opus to PCMU", Opus, Pcmu, 8_000, Calls: 30, NodeCalls: 120, Goal: 0.20, NodeComplexity: ComplexityGovernor.Usual, TriesBuilds: true, LimitGoal: 4.5),
        new("pcmu-few", "Opus to PCMU, load at ease", Opus, Pcmu, 8_000, Calls: 30, NodeCalls: 30, NodeComplexity: ComplexityGovernor.Usual, DelayGoals: (7, 7)),
        new("pcmu-10", "Opus to PCMU, both at complexity 10", Opus, Pcmu, 8_000, Calls: 30, NodeCalls: 70, Complexity: 10, TriesBuilds: true),
        new("amr-wb", "Opus to AMR-WB 12.65", Opus, AmrWb, 16_000, Calls: 18, NodeCalls: 40, Goal: 0.40, NodeComplexity: ComplexityGovernor.Usual, TriesBuilds: true, LimitGoal: 2.2),
        new("amr-wb-few", "Opus to AMR-WB 12.65, load at ease", Opus, AmrWb, 16_000, Calls: 18, NodeCalls: 18, NodeComplexity: ComplexityGovernor.Usual, DelayGoals: (14, 19)),
        new("amr-wb-10", "Opus to AMR-WB, both at complexity 10", Opus, AmrWb, 16_000, Calls: 18, NodeCalls: 28, Complexity: 10, TriesBuilds: true),
    ];

    /// <summary>The calls are set up, and carry nothing.</summary>
    public bool IsSetUp => Key == SetUpKey;

    public bool IsRelay => WebRtc == Ims;

    /// <summary>There is a goal that a disturbance spoils: for the cost, or for the slowest hundredth of a relay's packets. Half of all bursts, where audio is transcoded, stay what they are.</summary>
    public bool IsEasilySpoiled => Goal is not null || (IsRelay && DelayGoals is not null);
}
