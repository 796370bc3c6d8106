using System.Globalization;
using System.Net;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Location;

namespace Byon.MediaNode;

/// <summary>A setting is missing or cannot be used. The message is for the operator and names the setting.</summary>
public sealed class NodeOptionsException(string setting, string problem)
    : Exception($"Setting {setting.Replace(":", "__", StringComparison.Ordinal)} {problem}")
{
    public string Setting { get; } = setting;
}

/// <summary>Reads typed settings, and names the setting in every complaint.</summary>
internal sealed class SettingReader(IConfiguration configuration)
{
    public string Text(string key) =>
        configuration[key] is { Length: > 0 } text ? text : throw new NodeOptionsException(key, "is missing.");

    public IPAddress Address(string key, IPAddress otherwise) => configuration[key] switch
    {
        null or "" => otherwise,
        var text when IPAddress.TryParse(text, out var address) => address,
        var text => throw new NodeOptionsException(key, $"is not an IP address: '{text}'."),
    };

    /// <summary>An IPv6 address; null where nothing is set.</summary>
    public IPAddress? Address6(string key) => configuration[key] switch
    {
        null or "" => null,
        var text when IPAddress.TryParse(text, out var address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 => address,
        var text => throw new NodeOptionsException(key, $"is not an IPv6 address: '{text}'."),
    };

    public int Port(string key) =>
        int.TryParse(Text(key), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
            ? port
            : throw new NodeOptionsException(key, $"is not a port (1 to 65535): '{configuration[key]}'.");

    public double Number(string key, double otherwise, double least, double most)
    {
        if (configuration[key] is not { Length: > 0 } text) return otherwise;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new NodeOptionsException(key, $"is not a number from {least} to {most}: '{text}'.");
    }

    public TimeSpan Seconds(string key, double otherwise) => TimeSpan.FromSeconds(Number(key, otherwise, 0, 86_400));

    public bool Flag(string key, bool otherwise) => configuration[key] switch
    {
        null or "" => otherwise,
        var text when bool.TryParse(text, out var flag) => flag,
        var text => throw new NodeOptionsException(key, $"is neither true nor false: '{text}'."),
    };

    /// <summary>One of a few words; the first one where nothing is set.</summary>
    public string Choice(string key, params string[] words)
    {
        if (configuration[key] is not { Length: > 0 } text) return words[0];
        return Array.Find(words, word => word.Equals(text, StringComparison.OrdinalIgnoreCase))
            ?? throw new NodeOptionsException(key, $"is none of {string.Join(", ", words)}: '{text}'.");
    }

    public Uri Url(string key, Uri otherwise) => configuration[key] switch
    {
        null or "" => otherwise,
        var text when Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" => url,
        var text => throw new NodeOptionsException(key, $"is not an http or https address: '{text}'."),
    };

    public IReadOnlyList<AudioCodec> Codecs(string key, IReadOnlyList<AudioCodec> otherwise)
    {
        if (configuration[key] is not { Length: > 0 } text) return otherwise;
        var codecs = new List<AudioCodec>();
        foreach (var name in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Enum.TryParse<AudioCodec>(name.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var codec) || !char.IsLetter(name[0]))
                throw new NodeOptionsException(key, $"names an unknown codec: '{name}'. Known: opus, amr-wb, g722, amr, pcma, pcmu, l16.");
            if (!codecs.Contains(codec)) codecs.Add(codec);
        }

        return codecs.Count > 0 ? codecs : throw new NodeOptionsException(key, "names no codec.");
    }

    /// <summary>One line of printable characters; null where nothing is set.</summary>
    public string? HeaderValue(string key)
    {
        if (configuration[key] is not { Length: > 0 } text) return null;
        return text.Any(char.IsControl) ? throw new NodeOptionsException(key, "has characters that no header may have.") : text;
    }

    /// <summary>A file that is there; null where nothing is set.</summary>
    public string? File(string key)
    {
        if (configuration[key] is not { Length: > 0 } path) return null;
        return System.IO.File.Exists(path) ? path : throw new NodeOptionsException(key, $"names a file that is not there: '{path}'.");
    }

    /// <summary>One or several next hops, divided by commas: sip:HOST[:PORT][;transport=udp|tcp|tls]. Names are looked up later.</summary>
    public IReadOnlyList<SipTarget> NextHops(string key) =>
        [.. Text(key).Split(',', StringSplitOptions.TrimEntries).Select(text => NextHop(key, text)).Distinct()];

    /// <summary>Addresses with or without a port, divided by commas; null where nothing is set.</summary>
    public IReadOnlyList<IPEndPoint>? EndPoints(string key, int usualPort)
    {
        if (configuration[key] is not { Length: > 0 } text) return null;
        return [.. text.Split(',', StringSplitOptions.TrimEntries).Select(part =>
            IPAddress.TryParse(part, out var address) ? new IPEndPoint(address, usualPort)
            : IPEndPoint.TryParse(part, out var endPoint) && endPoint.Port > 0 ? endPoint
            : throw new NodeOptionsException(key, $"is not an IP address with or without a port: '{part}'."))];
    }

    private static SipTarget NextHop(string key, string text)
    {
        if (!SipUri.TryParse(text, out var uri) || uri.Scheme != "sip" || uri.User is not null)
            throw new NodeOptionsException(key, $"does not have the form sip:HOST:PORT[;transport=tcp]: '{text}'.");
        foreach (var parameter in text.Split(';').Skip(1))
        {
            if (!parameter.StartsWith("transport=", StringComparison.OrdinalIgnoreCase) || SipTarget.Of(uri) is null)
                throw new NodeOptionsException(key, $"has a parameter that is not known here: '{parameter}'.");
        }

        return SipTarget.Of(uri)!;
    }
}
