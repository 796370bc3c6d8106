using System.Globalization;
using System.Security.Cryptography;

namespace Byon.Local.Up;

/// <summary>The environment of the stack's programs, and the secrets of one start.</summary>
internal sealed class StackSettings(LocalStackOptions options)
{
    private readonly byte[] _poolKey = RandomNumberGenerator.GetBytes(32);

    /// <summary>Known only to this start: signs control tokens and seals subscribers' passwords.</summary>
    public ReadOnlyMemory<byte> PoolKey => _poolKey;

    public string WebPubSubKey { get; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    public string StorageConnection { get; set; } = "";

    public string WebPubSubConnection { get; set; } = "";

    public string Issuer { get; set; } = "";

    public Dictionary<string, string> OfNode(int number)
    {
        var ports = options.Ports;
        var settings = new Dictionary<string, string>(OfBoth())
        {
            ["Node__Id"] = Invariant($"node-{number}"),
            ["Node__Control__Port"] = Invariant($"{ports.Control + number}"),
            ["Node__Sip__Port"] = Invariant($"{ports.Sip + number}"),
            ["Node__Ims__NextHop"] = options.ImsNextHop,
            ["Node__Ims__Domain"] = options.Subscribers[0].HomeDomain,
            ["Node__Media__WebRtcPort"] = Invariant($"{ports.WebRtc + number}"),
            ["Node__Media__Workers"] = "1",
            ["Node__Media__ImsPortFirst"] = Invariant($"{ports.Rtp + ((number - 1) * LocalPorts.RtpPortsPerNode)}"),
            ["Node__Media__ImsPortCount"] = Invariant($"{LocalPorts.RtpPortsPerNode}"),
            ["Node__DrainSeconds"] = "1",
        };
        return Over(settings, options.NodeSettings);
    }

    public Dictionary<string, string> OfFunctions()
    {
        var settings = new Dictionary<string, string>(OfBoth())
        {
            ["Auth__Authority"] = Issuer,
            ["Auth__Audience"] = "byon",
            // Sinks of a developer are on the same machine.
            ["Sinks__AllowLoopback"] = "true",
        };
        return Over(settings, options.FunctionsSettings);
    }

    private Dictionary<string, string> OfBoth() => new()
    {
        ["Storage__ConnectionString"] = StorageConnection,
        ["WebPubSub__ConnectionString"] = WebPubSubConnection,
        ["WebPubSub__Hub"] = "byon",
        ["Control__PoolKey"] = Convert.ToBase64String(_poolKey),
    };

    private static Dictionary<string, string> Over(Dictionary<string, string> settings, IReadOnlyDictionary<string, string> over)
    {
        foreach (var (name, value) in over)
        {
            settings[name] = value;
        }

        return settings;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
