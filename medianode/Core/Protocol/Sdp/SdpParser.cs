using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Byon.MediaNode.Core.Protocol.Sdp;

/// <summary>
/// Reads RFC 8866 text within limits. Lenient where real peers are (LF for CRLF, missing s= or t=, unknown line types), strict
/// where text is carried on into our own descriptions: no control character passes, and names and formats are tokens.
/// </summary>
public static class SdpParser
{
    public const int MaxLength = 64 * 1024;
    private const int MaxLines = 4096;
    private const int MaxMediaSections = 32;
    private const int MaxFormats = 256;

    /// <summary>EnumerateLines also splits at these, which RFC 8866 §9 does not know as line ends.</summary>
    private static readonly SearchValues<char> Foreign = SearchValues.Create("\f\v\u0085\u2028\u2029\0");

    public static bool TryParse(string text, [NotNullWhen(true)] out SessionDescription? description, [NotNullWhen(false)] out SdpRejection? why)
    {
        description = null;
        why = Measure(text);
        if (why is not null) return false;

        var builder = new Builder();
        var number = 0;
        foreach (var line in text.AsSpan().TrimEnd("\r\n").EnumerateLines())
        {
            if (number == MaxLines)
            {
                why = new SdpRejection(SdpFault.TooLong, "lines");
                return false;
            }
            if (!TryReadLine(builder, line, number++)) return Reject(Shown(line), out why);
        }
        description = builder.Build();
        return true;
    }

    private static SdpRejection? Measure(string text)
    {
        if (text.Length > MaxLength) return new SdpRejection(SdpFault.TooLong, "length");
        return text.AsSpan().ContainsAny(Foreign) ? new SdpRejection(SdpFault.Malformed, "control character") : null;
    }

    private static bool Reject(string detail, out SdpRejection why)
    {
        why = new SdpRejection(SdpFault.Malformed, detail);
        return false;
    }

    /// <summary>The kind of a bad line, never its content: rejections reach logs and other people's API answers.</summary>
    private static string Shown(ReadOnlySpan<char> line) => line.Length > 1 && line[1] == '=' && char.IsAsciiLetter(line[0]) ? $"{line[0]}=" : "line";

    private static bool TryReadLine(Builder builder, ReadOnlySpan<char> line, int number)
    {
        if (line.Length < 2 || line[1] != '=' || !char.IsAsciiLetterLower(line[0])) return false;
        foreach (var c in line)
        {
            if (char.IsControl(c) && c != '\t') return false;
        }
        var value = line[2..];
        if (number == 0) return line is "v=0";
        if (number == 1) return line[0] == 'o' && value.Count(' ') == 5;
        switch (line[0])
        {
            case 'c':
                builder.Connection ??= value.ToString();
                return true;
            case 'a':
                return builder.TryAddAttribute(value);
            case 'b':
                builder.AddBandwidth(value);
                return true;
            case 'm':
                return builder.TryStartMedia(value);
            default:
                return line[0] is not ('v' or 'o');
        }
    }

    private sealed class Builder
    {
        private readonly List<MediaDescription> _media = [];
        private readonly List<SdpAttribute> _sessionAttributes = [];
        private List<SdpAttribute>? _mediaAttributes;
        private string? _sessionConnection;
        private string? _mediaConnection;
        private int? _mediaKilobits;

        public string? Connection
        {
            get => _mediaAttributes is null ? _sessionConnection : _mediaConnection;
            set
            {
                if (_mediaAttributes is null) _sessionConnection = value;
                else _mediaConnection = value;
            }
        }

        public void AddBandwidth(ReadOnlySpan<char> text)
        {
            if (_mediaAttributes is not null && text.StartsWith("AS:")
                && int.TryParse(text[3..], NumberStyles.None, CultureInfo.InvariantCulture, out var kilobits)) _mediaKilobits ??= kilobits;
        }

        public bool TryAddAttribute(ReadOnlySpan<char> text)
        {
            var colon = text.IndexOf(':');
            var name = colon < 0 ? text : text[..colon];
            if (!SdpToken.IsToken(name)) return false;
            var attribute = new SdpAttribute(name.ToString(), colon < 0 ? null : text[(colon + 1)..].Trim().ToString());
            (_mediaAttributes ?? _sessionAttributes).Add(attribute);
            return true;
        }

        public bool TryStartMedia(ReadOnlySpan<char> text)
        {
            if (_media.Count == MaxMediaSections) return false;
            var fields = text.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length is < 4 or > MaxFormats + 3) return false;
            if (!SdpToken.IsToken(fields[0]) || !fields.Skip(2).All(f => SdpToken.IsProtocol(f))) return false;
            var port = fields[1].Split('/')[0];
            if (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
            FinishMedia();
            _mediaAttributes = [];
            _media.Add(new MediaDescription(fields[0], number, fields[2], fields[3..], null, _mediaAttributes));
            return true;
        }

        public SessionDescription Build()
        {
            FinishMedia();
            return new SessionDescription(_sessionConnection, _sessionAttributes, _media);
        }

        private void FinishMedia()
        {
            if (_media.Count > 0) _media[^1] = _media[^1] with { Connection = _mediaConnection, Kilobits = _mediaKilobits };
            (_mediaConnection, _mediaKilobits) = (null, null);
        }
    }
}
