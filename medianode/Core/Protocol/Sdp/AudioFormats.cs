using System.Globalization;
using Byon.MediaNode.Core.Media;

namespace Byon.MediaNode.Core.Protocol.Sdp;

/// <summary>The formats of one m=audio section that this node knows, in the section's order; each codec and event clock once.</summary>
internal sealed record AudioFormats(IReadOnlyList<AudioFormat> Audio, IReadOnlyList<TelephoneEventFormat> Events)
{
    /// <summary>What we ask Opus senders for: frames from 10 ms, and redundancy for lost ones (RFC 7587 §6.1).</summary>
    public const string OpusParameters = "minptime=10;useinbandfec=1";

    public static string Encoding(AudioCodec codec) => codec switch
    {
        AudioCodec.Opus => "opus/48000/2",
        AudioCodec.Pcma => "PCMA/8000",
        _ => "PCMU/8000",
    };

    public static string? OwnParameters(AudioCodec codec) => codec == AudioCodec.Opus ? OpusParameters : null;

    public static int ClockRate(AudioCodec codec) => codec == AudioCodec.Opus ? 48_000 : 8_000;

    public static AudioFormats Read(MediaDescription media)
    {
        var mappings = ReadMappings(media, "rtpmap");
        var parameters = ReadMappings(media, "fmtp");
        var audio = new List<AudioFormat>();
        var events = new List<TelephoneEventFormat>();
        foreach (var text in media.Formats)
        {
            if (!TryPayloadType(text, out var type)) continue;
            var (codec, eventClock) = Encoding(mappings.GetValueOrDefault(type) ?? Static(type));
            if (codec is { } known && audio.TrueForAll(f => f.Codec != known))
                audio.Add(new AudioFormat(known, type, ClockRate(known), parameters.GetValueOrDefault(type)));
            if (eventClock is { } clock && events.TrueForAll(e => e.ClockRate != clock))
                events.Add(new TelephoneEventFormat(type, clock));
        }
        return new AudioFormats(audio, events);
    }

    /// <summary>These formats for exactly the codecs given, in their order, with the telephone-events of their clocks.</summary>
    public AudioFormats Restrict(IEnumerable<AudioCodec> codecs)
    {
        var audio = codecs.Select(c => Audio.FirstOrDefault(f => f.Codec == c)).OfType<AudioFormat>().ToList();
        return new AudioFormats(audio, [.. Events.Where(e => audio.Exists(f => f.ClockRate == e.ClockRate) || Events.Count == 1)]);
    }

    /// <summary>The same formats as we write them: same payload types, our own parameters.</summary>
    public AudioFormats WithOwnParameters() =>
        this with { Audio = [.. Audio.Select(f => f with { Parameters = OwnParameters(f.Codec) })] };

    /// <summary>
    /// The event format at the clock of the audio we send (RFC 4733 §2.1 wants one clock per SSRC); failing that the only one there
    /// is, since Firefox offers 8000 Hz events beside Opus.
    /// </summary>
    public TelephoneEventFormat? EventFor(AudioFormat audio) =>
        Events.FirstOrDefault(e => e.ClockRate == audio.ClockRate) ?? (Events.Count > 0 ? Events[0] : null);

    private static Dictionary<byte, string> ReadMappings(MediaDescription media, string name)
    {
        var found = new Dictionary<byte, string>();
        foreach (var value in media.Values(name))
        {
            var space = value.IndexOf(' ');
            if (space > 0 && TryPayloadType(value.AsSpan(0, space), out var type)) found.TryAdd(type, value[(space + 1)..].Trim());
        }
        return found;
    }

    private static bool TryPayloadType(ReadOnlySpan<char> text, out byte type) =>
        byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out type) && type < 128;

    /// <summary>RFC 3551 §6 binds these without an rtpmap.</summary>
    private static string? Static(byte type) => type switch
    {
        0 => "PCMU/8000",
        8 => "PCMA/8000",
        _ => null,
    };

    /// <summary>encoding/clock[/channels] → a codec we know, or the clock of telephone-event.</summary>
    private static (AudioCodec? Codec, int? EventClock) Encoding(string? mapping)
    {
        var fields = mapping?.Split('/');
        if (fields is not [var name, var clockText, ..]) return default;
        return (name.ToUpperInvariant(), clockText) switch
        {
            ("OPUS", "48000") => (AudioCodec.Opus, null),
            ("PCMA", "8000") => (AudioCodec.Pcma, null),
            ("PCMU", "8000") => (AudioCodec.Pcmu, null),
            ("TELEPHONE-EVENT", "48000") => (null, 48_000),
            ("TELEPHONE-EVENT", "8000") => (null, 8_000),
            _ => default,
        };
    }
}
