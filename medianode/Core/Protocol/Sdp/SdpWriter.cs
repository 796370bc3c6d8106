using System.Globalization;
using System.Net;
using System.Text;
using Byon.MediaNode.Core.Media;

namespace Byon.MediaNode.Core.Protocol.Sdp;

/// <summary>Writes RFC 8866 lines with CRLF.</summary>
internal sealed class SdpWriter
{
    private readonly StringBuilder _text = new();

    public SdpWriter(SdpOrigin origin, IPAddress address) =>
        Line('v', "0").Line('o', $"byon {origin.SessionId} {origin.Version} {SdpAddress.Format(address)}").Line('s', "-").Line('t', "0 0");

    public SdpWriter Line(char type, string value)
    {
        _text.Append(type).Append('=').Append(value).Append("\r\n");
        return this;
    }

    public SdpWriter Attribute(string name, string? value = null) => Line('a', value is null ? name : $"{name}:{value}");

    /// <summary>Starts an m=audio section with its formats in order of preference, audio before events and noise.</summary>
    public SdpWriter Audio(int port, string profile, AudioFormats formats)
    {
        var types = formats.Audio.Select(f => f.PayloadType).Concat(formats.Events.Select(e => e.PayloadType));
        if (formats.ComfortNoise is { } noise) types = types.Append(noise);
        return Line('m', $"audio {port} {profile} {string.Join(' ', types.Select(t => t.ToString(CultureInfo.InvariantCulture)))}");
    }

    /// <summary>rtpmap and fmtp of every format.</summary>
    public SdpWriter Mappings(AudioFormats formats)
    {
        foreach (var format in formats.Audio)
        {
            Attribute("rtpmap", $"{format.PayloadType} {AudioFormats.Encoding(format.Codec)}");
            if (format.Parameters is not null) Attribute("fmtp", $"{format.PayloadType} {format.Parameters}");
        }
        foreach (var format in formats.Events)
        {
            Attribute("rtpmap", $"{format.PayloadType} telephone-event/{format.ClockRate}");
            Attribute("fmtp", $"{format.PayloadType} 0-15");
        }
        return formats.ComfortNoise is { } noise ? Attribute("rtpmap", $"{noise} CN/8000") : this;
    }

    public SdpWriter Direction(MediaDirection direction) => Attribute(MediaDirections.Name(direction));

    /// <summary>The same section with port zero: refused (RFC 3264 §6). The mid stays, so that BUNDLE peers can tell which.</summary>
    public SdpWriter Rejected(MediaDescription offered)
    {
        Rejected(offered.Kind, offered.Profile, offered.Formats);
        return offered.Value("mid") is { } mid && SdpToken.IsToken(mid) ? Attribute("mid", mid) : this;
    }

    /// <summary>A line that is not in use any more, or never was, in an offer of ours.</summary>
    public SdpWriter Rejected(MediaSlot slot) => Rejected(slot.Kind, slot.Profile, slot.Formats);

    private SdpWriter Rejected(string kind, string profile, IReadOnlyList<string> formats) =>
        Line('m', $"{kind} 0 {profile} {string.Join(' ', formats)}").Line('c', "IN IP4 0.0.0.0").Attribute("inactive");

    public override string ToString() => _text.ToString();
}
