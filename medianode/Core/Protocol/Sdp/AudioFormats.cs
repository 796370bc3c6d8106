using System.Globalization;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Amr;

namespace Byon.MediaNode.Core.Protocol.Sdp;

/// <summary>The formats of one m=audio section that this node speaks, in the section's order; each encoding and event clock once.</summary>
internal sealed record AudioFormats(IReadOnlyList<AudioFormat> Audio, IReadOnlyList<TelephoneEventFormat> Events)
{
    /// <summary>Payload type of comfort noise (RFC 3389) at 8,000 Hz; null where it is not listed.</summary>
    public byte? ComfortNoise { get; init; }

    public static string Encoding(AudioCodec codec) => codec switch
    {
        AudioCodec.Opus => "opus/48000/2",
        AudioCodec.AmrWb => "AMR-WB/16000",
        AudioCodec.Amr => "AMR/8000",
        AudioCodec.G722 => "G722/8000",
        AudioCodec.L16 => "L16/16000",
        AudioCodec.Pcma => "PCMA/8000",
        _ => "PCMU/8000",
    };

    public static int ClockRate(AudioCodec codec) => codec switch
    {
        AudioCodec.Opus => 48_000,
        AudioCodec.AmrWb or AudioCodec.L16 => 16_000,
        _ => 8_000,
    };

    public static AudioFormats Read(MediaDescription media)
    {
        var mappings = ReadMappings(media, "rtpmap");
        var parameters = ReadMappings(media, "fmtp");
        var audio = new List<AudioFormat>();
        var events = new List<TelephoneEventFormat>();
        byte? noise = null;
        foreach (var text in media.Formats)
        {
            if (!TryPayloadType(text, out var type)) continue;
            var mapping = mappings.GetValueOrDefault(type) ?? Static(type);
            if (string.Equals(mapping, "CN/8000", StringComparison.OrdinalIgnoreCase)) noise ??= type;
            var (codec, eventClock) = Encoding(mapping);
            if (codec is { } known && new AudioFormat(known, type, ClockRate(known), parameters.GetValueOrDefault(type)) is var format
                && IsSpoken(format) && audio.TrueForAll(f => !IsSameEncoding(f, format))) audio.Add(format);
            if (eventClock is { } clock && events.TrueForAll(e => e.ClockRate != clock))
                events.Add(new TelephoneEventFormat(type, clock));
        }
        return new AudioFormats(audio, events) { ComfortNoise = noise };
    }

    /// <summary>The same encoding, whatever its payload type: the framings of AMR cannot read each other (RFC 4867 §8.3.1).</summary>
    public static bool IsSameEncoding(AudioFormat one, AudioFormat other) =>
        one.Codec == other.Codec && IsOctetAligned(one) == IsOctetAligned(other);

    /// <summary>These formats for exactly the codecs given, in their order, with the telephone-events of their clocks.</summary>
    public AudioFormats Restrict(IEnumerable<AudioCodec> codecs) => Only(codecs.SelectMany(c => Audio.Where(f => f.Codec == c)));

    /// <summary>Those of these formats that the peer has as well, in its order.</summary>
    public AudioFormats Restrict(AudioFormats peer) => Only(peer.Audio.SelectMany(p => Audio.Where(f => IsSameEncoding(f, p))));

    /// <summary>Some of these formats, with the telephone-events of their clocks.</summary>
    public AudioFormats Only(IEnumerable<AudioFormat> formats)
    {
        var audio = formats.ToList();
        return new AudioFormats(audio, [.. Events.Where(e => audio.Exists(f => f.ClockRate == e.ClockRate) || Events.Count == 1)])
        {
            ComfortNoise = audio.Exists(f => HasNoNoise(f.Codec)) ? ComfortNoise : null,
        };
    }

    /// <summary>The same formats as we write them: same payload types, our own parameters.</summary>
    public AudioFormats WithOwnParameters() =>
        this with { Audio = [.. Audio.Select(f => f with { Parameters = OwnParameters(f) })] };

    /// <summary>Codecs that cannot describe silence themselves, and so are used with comfort noise where the peer has it.</summary>
    private static bool HasNoNoise(AudioCodec codec) => codec is AudioCodec.Pcma or AudioCodec.Pcmu or AudioCodec.G722;

    /// <summary>What our fmtp says of a format; the framing and the mode-set of AMR are the peer's (RFC 4867 §8.3.1).</summary>
    private static string? OwnParameters(AudioFormat format) => format.Codec switch
    {
        AudioCodec.Opus => OpusParameters.Own,
        AudioCodec.AmrWb or AudioCodec.Amr => AmrParameters.TryParse(format.Codec, format.Parameters, out var amr) ? amr.Own() : null,
        _ => null,
    };

    private static bool IsSpoken(AudioFormat format) =>
        format.Codec is not (AudioCodec.AmrWb or AudioCodec.Amr) || AmrParameters.TryParse(format.Codec, format.Parameters, out _);

    private static bool IsOctetAligned(AudioFormat format) =>
        format.Codec is AudioCodec.AmrWb or AudioCodec.Amr
        && AmrParameters.TryParse(format.Codec, format.Parameters, out var amr) && amr.OctetAligned;

    /// <summary>
    /// The event format at the clock of the audio we send (RFC 4733 §2.1 wants one clock per SSRC); failing that the only one there
    /// is, since Firefox offers 8000 Hz events beside Opus.
    /// </summary>
    public TelephoneEventFormat? EventFor(AudioFormat audio) =>
        Events.FirstOrDefault(e => e.ClockRate == audio.ClockRate) ?? (Events.Count > 0 ? Events[0] : null);

    /// <summary>Values of an attribute that starts with a payload type, by that.</summary>
    internal static Dictionary<byte, string> ReadMappings(MediaDescription media, string name)
    {
        var found = new Dictionary<byte, string>();
        foreach (var value in media.Values(name))
        {
            var space = value.IndexOf(' ');
            if (space > 0 && TryPayloadType(value.AsSpan(0, space), out var type)) found.TryAdd(type, value[(space + 1)..].Trim());
        }
        return found;
    }

    internal static bool TryPayloadType(ReadOnlySpan<char> text, out byte type) =>
        byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out type) && type < 128;

    /// <summary>RFC 3551 §6 binds these without an rtpmap.</summary>
    private static string? Static(byte type) => type switch
    {
        0 => "PCMU/8000",
        8 => "PCMA/8000",
        9 => "G722/8000",
        13 => "CN/8000",
        _ => null,
    };

    /// <summary>encoding/clock[/channels] → a codec we know, or the clock of telephone-event.</summary>
    private static (AudioCodec? Codec, int? EventClock) Encoding(string? mapping)
    {
        var fields = mapping?.Split('/');
        if (fields is not [var name, var clockText, .. var channels]) return default;
        var isMono = channels is [] or ["1"];
        return (name.ToUpperInvariant(), clockText) switch
        {
            ("OPUS", "48000") => (AudioCodec.Opus, null),
            ("AMR-WB", "16000") when isMono => (AudioCodec.AmrWb, null),
            ("AMR", "8000") when isMono => (AudioCodec.Amr, null),
            ("G722", "8000") => (AudioCodec.G722, null),
            ("L16", "16000") when isMono => (AudioCodec.L16, null),
            ("PCMA", "8000") => (AudioCodec.Pcma, null),
            ("PCMU", "8000") => (AudioCodec.Pcmu, null),
            ("TELEPHONE-EVENT", "48000") => (null, 48_000),
            ("TELEPHONE-EVENT", "16000") => (null, 16_000),
            ("TELEPHONE-EVENT", "8000") => (null, 8_000),
            _ => default,
        };
    }
}
