namespace Byon.MediaNode.Core.Media;

/// <summary>
/// What a listener would say of a stream, estimated by the E-model (ITU-T G.107) from loss and delay. The impairments of codecs
/// are those of G.113 appendix I; what it does not list counts like G.711 with concealment.
/// </summary>
/// <param name="Rating">R, 0 to 93.</param>
/// <param name="ListeningRating">R as if there were no delay.</param>
public readonly record struct VoiceQuality(double Rating, double ListeningRating)
{
    /// <summary>R of a connection without loss and delay.</summary>
    private const double Unimpaired = 93.2;

    /// <summary>Beyond this one-way delay talkers get into each other's way (G.107 §3.5, made linear).</summary>
    private const double LongestUnnoticed = 177.3;

    /// <summary>Mean opinion score of a conversation, 1 to 4.5.</summary>
    public double Mos => Score(Rating);

    /// <summary>Mean opinion score of listening only.</summary>
    public double ListeningMos => Score(ListeningRating);

    /// <param name="lossFraction">0 to 1, of packets that never came.</param>
    /// <param name="oneWayDelay">Mouth to ear.</param>
    public static VoiceQuality Estimate(AudioCodec codec, double lossFraction, TimeSpan oneWayDelay)
    {
        var (equipment, robustness) = codec switch
        {
            AudioCodec.Amr => (5.0, 10.0),
            _ => (0.0, 25.1),
        };
        var loss = Math.Clamp(lossFraction, 0, 1) * 100;
        var delay = Math.Max(oneWayDelay.TotalMilliseconds, 0);
        var listening = Unimpaired - equipment - (95 - equipment) * loss / (loss + robustness);
        var delayed = 0.024 * delay + 0.11 * Math.Max(delay - LongestUnnoticed, 0);
        return new VoiceQuality(Math.Clamp(listening - delayed, 0, 100), Math.Clamp(listening, 0, 100));
    }

    /// <summary>G.107 annex B.</summary>
    private static double Score(double rating) =>
        Math.Clamp(1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6, 1, 4.5);
}
