namespace Byon.MediaNode.Core.Media;

/// <summary>
/// Which codecs a call uses, in which order, and at which rate its samples are: the one place that decides. A codec that both
/// legs speak comes first, since passing it through costs a twenty-fifth of transcoding; then wideband before narrowband, in the
/// order that TS 26.114 §5.2.1 gives a terminal.
/// </summary>
public static class CodecPolicy
{
    /// <summary>What a node offers to the network unless it is configured otherwise.</summary>
    public static IReadOnlyList<AudioCodec> Network { get; } =
        [AudioCodec.Opus, AudioCodec.AmrWb, AudioCodec.G722, AudioCodec.Amr, AudioCodec.Pcma, AudioCodec.Pcmu];

    /// <summary>What browsers speak (RFC 7874 §3, and G.722 in most).</summary>
    private static readonly AudioCodec[] Browser = [AudioCodec.Opus, AudioCodec.G722, AudioCodec.Pcma, AudioCodec.Pcmu];

    public static IReadOnlyList<AudioCodec> ForBrowser(IReadOnlyList<AudioCodec> available) => [.. Browser.Where(available.Contains)];

    /// <summary>The order to offer a browser: what the network will speak comes first, so that nothing needs transcoding.</summary>
    public static IReadOnlyList<AudioCodec> ForBrowser(IReadOnlyList<AudioCodec> available, AudioCodec? network) =>
        [.. available.OrderByDescending(codec => codec == network)];

    /// <summary>
    /// The browser's stream once the network's codec is known: a browser that takes that codec too is sent what the network
    /// sends, untouched. What it sends itself was settled by its own description.
    /// </summary>
    public static AudioStream Follow(AudioStream browser, AudioStream? network)
    {
        if (browser.Sendable.FirstOrDefault(format => format.Codec == network?.Send.Codec) is not { } shared || shared == browser.Send) return browser;
        var events = browser.ReceiveEvents.FirstOrDefault(format => format.ClockRate == shared.ClockRate);
        return browser with { Send = shared, TelephoneEvent = events ?? browser.TelephoneEvent, ReceiveEvents = browser.ReceiveEvents, Sendable = browser.Sendable };
    }

    /// <summary>What to offer to the network, and what to prefer in its offers: Opus only where the browser speaks it as well.</summary>
    /// <param name="inUse">Of a call that has one already; it stays first.</param>
    public static IReadOnlyList<AudioCodec> ForNetwork(
        IReadOnlyList<AudioCodec> configured, Func<AudioCodec, bool> browserSpeaks, AudioCodec? inUse) =>
        [.. configured.Where(codec => codec != AudioCodec.Opus || browserSpeaks(codec)).OrderByDescending(codec => codec == inUse)];

    /// <summary>The codec to answer an offer with: the first one preferred, or else G.711, which every node can speak.</summary>
    public static AudioCodec? Choose(IReadOnlyCollection<AudioCodec> offered, IReadOnlyList<AudioCodec> preferred)
    {
        foreach (var codec in preferred.Concat(offered.Where(codec => codec is AudioCodec.Pcma or AudioCodec.Pcmu)))
        {
            if (offered.Contains(codec)) return codec;
        }

        return null;
    }

    /// <summary>
    /// The rate of the samples between decoder and encoder: that of the codec that has only one, since Opus decodes and encodes
    /// at any. Only two such codecs, one wideband and one narrowband, need a conversion.
    /// </summary>
    public static int SampleRate(AudioFormat from, AudioFormat to) =>
        FixedSampleRate(to.Codec) ?? FixedSampleRate(from.Codec) ?? 16_000;

    /// <summary>Packets hold whole frames of the codec: 20 ms where the peer asks for what cannot be made.</summary>
    public static TimeSpan PacketTime(AudioFormat to, TimeSpan wanted)
    {
        var milliseconds = wanted.TotalMilliseconds;
        var possible = to.Codec switch
        {
            AudioCodec.Amr or AudioCodec.AmrWb => milliseconds is 20 or 40 or 60,
            AudioCodec.Opus => milliseconds is 10 or 20 or 40 or 60,
            _ => milliseconds is 10 or 20 or 30 or 40 or 60,
        };
        return possible ? wanted : TimeSpan.FromMilliseconds(20);
    }

    private static int? FixedSampleRate(AudioCodec codec) => codec switch
    {
        AudioCodec.Opus => null,
        AudioCodec.AmrWb or AudioCodec.G722 or AudioCodec.L16 => 16_000,
        _ => 8_000,
    };
}
