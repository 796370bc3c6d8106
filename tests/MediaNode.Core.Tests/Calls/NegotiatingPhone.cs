using System.Globalization;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sdp;

namespace Byon.Tests.MediaNode.Core.Tests.Calls;

/// <summary>
/// A phone that offers and answers within RFC 3264, but as wildly as that allows: other encodings, in another order, each time,
/// under payload types of its own wherever none was given yet, and on hold or not.
/// </summary>
internal sealed class NegotiatingPhone(Random dice)
{
    private static readonly string[] Encodings =
        ["AMR-WB/16000", "AMR-WB/16000 octet-align=1", "AMR/8000", "AMR/8000 octet-align=1;mode-set=0,2,4,7", "PCMA/8000", "PCMU/8000"];

    private readonly Dictionary<string, int> _types = new() { ["PCMA/8000"] = 8, ["PCMU/8000"] = 0 };
    private readonly Dictionary<int, string> _meanings = new() { [8] = "PCMA/8000", [0] = "PCMU/8000" };
    private int _version;

    /// <summary>It does not want to hear: music is played, or nothing.</summary>
    public bool Holds { get; set; }

    public string Offer(out MediaDirection direction)
    {
        var chosen = Encodings.OrderBy(_ => dice.Next()).Take(dice.Next(1, Encodings.Length + 1));
        direction = Holds ? dice.Next(3) == 0 ? MediaDirection.Inactive : MediaDirection.SendOnly : MediaDirection.SendReceive;
        return Describe([.. chosen.Select(e => (TypeOf(e), e))], direction, dice.Next(2) == 0);
    }

    /// <summary>Some of what is offered, under its payload types, in an order of its own.</summary>
    public string Answer(string offer, out MediaDirection direction)
    {
        var audio = Parsed(offer).Media.Single(m => m.Kind == "audio");
        var offered = Encoded(audio).Where(e => Encodings.Contains(Simple(e.Encoding))).ToList();
        foreach (var (type, encoding) in offered) Learn(type, Simple(encoding));
        var chosen = offered.OrderBy(_ => dice.Next()).Take(dice.Next(1, offered.Count + 1)).ToList();
        direction = MediaDirections.Mirror(MediaDirections.Read(Parsed(offer), audio)) & (Holds ? MediaDirection.SendOnly : MediaDirection.SendReceive);
        return Describe(chosen, direction, dice.Next(2) == 0);
    }

    /// <summary>Formats of a section with the parameters that make them another encoding.</summary>
    public static List<(int Type, string Encoding)> Encoded(MediaDescription audio)
    {
        var parameters = audio.Values("fmtp").ToDictionary(v => v.Split(' ')[0], v => v.Split(' ', 2)[1]);
        var mappings = audio.Values("rtpmap").Select(v => v.Split(' ', 2)).ToDictionary(v => v[0], v => v[1]);
        return [.. audio.Formats.Where(mappings.ContainsKey).Select(type => (
            int.Parse(type, CultureInfo.InvariantCulture), mappings[type] + (parameters.GetValueOrDefault(type) is { } of ? " " + of : "")))];
    }

    /// <summary>What an encoding is, apart from what may change without making it another one.</summary>
    public static string Simple(string encoding)
    {
        var name = encoding.Split(' ')[0];
        if (!name.StartsWith("AMR", StringComparison.Ordinal)) return name;
        var aligned = encoding.Contains("octet-align=1", StringComparison.Ordinal);
        return Encodings.First(e => e.StartsWith(name, StringComparison.Ordinal) && e.Contains("octet-align=1", StringComparison.Ordinal) == aligned);
    }

    public static SessionDescription Parsed(string sdp)
    {
        Assert.True(SdpParser.TryParse(sdp, out var description, out var why), why?.ToString());
        return description;
    }

    /// <summary>RFC 3264 §8.3.2: what a payload type stands for in this call, whoever said so first.</summary>
    public void Learn(int type, string encoding)
    {
        if (!_meanings.TryAdd(type, encoding)) Assert.Equal((type, _meanings[type]), (type, encoding));
        _types.TryAdd(encoding, type);
    }

    private int TypeOf(string encoding)
    {
        if (_types.TryGetValue(encoding, out var known)) return known;
        int type;
        do type = dice.Next(96, 128);
        while (_meanings.ContainsKey(type));
        Learn(type, encoding);
        return type;
    }

    private string Describe(List<(int Type, string Encoding)> formats, MediaDirection direction, bool withKeys)
    {
        var keys = withKeys && !_meanings.ContainsKey(95) ? " 95" : "";
        var lines = formats.SelectMany(f =>
        {
            var parts = f.Encoding.Split(' ', 2);
            return parts.Length == 1 ? new[] { $"a=rtpmap:{f.Type} {parts[0]}" } : [$"a=rtpmap:{f.Type} {parts[0]}", $"a=fmtp:{f.Type} {parts[1]}"];
        });
        return $"v=0\r\no=phone 7 {++_version} IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"
            + $"m=audio 4000 RTP/AVP {string.Join(' ', formats.Select(f => f.Type))}{keys}\r\n{string.Concat(lines.Select(l => l + "\r\n"))}"
            + (keys.Length > 0 ? "a=rtpmap:95 telephone-event/8000\r\n" : "") + $"a={MediaDirections.Name(direction)}\r\n";
    }
}
