using System.Globalization;
using Byon.Infra.Model.Configuration;
using Byon.Platform;

namespace Byon.Infra.Model.Settings;

/// <summary>The media nodes' settings: those of the pool, alike on every machine, and those a machine learns about itself when it starts.</summary>
public static class NodeSettings
{
    /// <summary>Between the end of the drain and that of the machine: de-REGISTERs, journal, farewell.</summary>
    public const int ClosingSeconds = 60;

    private static readonly (string Name, Func<ServiceConfiguration, Names, string, string> Value)[] Pool =
    [
        ("AZURE_CLIENT_ID", (_, _, clientId) => clientId),
        ($"{StorageOptions.Section}__{nameof(StorageOptions.TableServiceUri)}", (_, names, _) => names.TableService),
        ($"{StorageOptions.Section}__{nameof(StorageOptions.QueueServiceUri)}", (_, names, _) => names.QueueService),
        ($"{WebPubSubOptions.Section}__{nameof(WebPubSubOptions.Endpoint)}", (_, names, _) => names.WebPubSubEndpoint),
        ($"{WebPubSubOptions.Section}__{nameof(WebPubSubOptions.Hub)}", (_, _, _) => ServicePlan.Hub),
        // Any address of the machine: the firewall lets functions in, and the machine's own health check comes over loopback.
        ("Node__Control__Address", (_, _, _) => "0.0.0.0"),
        ("Node__Control__Port", (it, _, _) => Text(it.Network.Ports.Control)),
        ("Node__Sip__Port", (it, _, _) => Text(it.Network.Ports.Sip)),
        ("Node__Sip__Tls__Port", (it, _, _) => Text(it.Network.Ports.SipTls ?? 0)),
        ("Node__Ims__NextHop", (it, _, _) => it.Ims.NextHop),
        ("Node__Ims__Domain", (it, _, _) => it.Ims.Domain),
        ("Node__Media__WebRtcPort", (it, _, _) => Text(it.Network.Ports.WebRtc.First)),
        ("Node__Media__Workers", (it, _, _) => Text(it.Network.Ports.WebRtc.Count)),
        ("Node__Media__ImsPortFirst", (it, _, _) => Text(it.Network.Ports.Rtp.First)),
        ("Node__Media__ImsPortCount", (it, _, _) => Text(it.Network.Ports.Rtp.Count)),
        ("Node__Capacity", (it, _, _) => Text(it.Nodes.Size.Capacity)),
        ("Node__DrainSeconds", (it, _, _) => Text(DrainSeconds(it))),
    ];

    private static readonly string[] OfEveryMachine =
    [
        "Node__Id", "Node__Control__Url", "Node__Sip__Address", "Node__Sip__Advertised", "Node__Media__Address", "Node__Media__Advertised",
        $"{ControlOptions.Section}__{nameof(ControlOptions.PoolKey)}",
    ];

    private static readonly string[] OfCertificate = ["Node__Sip__Tls__Certificate", "Node__Sip__Tls__Key"];
    private static readonly string[] OfAuthorities = ["Node__Sip__Tls__Authorities"];

    /// <summary>Names that follow from other keys, and so cannot be set by hand.</summary>
    public static IReadOnlyCollection<string> Owned { get; } = [.. Pool.Select(setting => setting.Name), .. OfEveryMachine, .. OfCertificate, .. OfAuthorities];

    /// <summary>Written by the machine's <c>prepare</c> script.</summary>
    public static IReadOnlyList<string> OfMachine(ServiceConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return
        [
            .. OfEveryMachine,
            .. configuration.Ims.Certificate is null ? [] : OfCertificate,
            .. configuration.Ims.Authorities is null ? [] : OfAuthorities,
        ];
    }

    /// <summary>Azure ends the machine when the drain time is over: the node has to be through before.</summary>
    public static int DrainSeconds(ServiceConfiguration configuration) => (configuration.Nodes.DrainMinutes * 60) - ClosingSeconds;

    /// <param name="clientId">Of the nodes' identity.</param>
    public static IReadOnlyDictionary<string, string> OfPool(ServiceConfiguration configuration, string clientId)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var names = Names.Of(configuration);
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in Pool)
            settings[name] = value(configuration, names, clientId);
        foreach (var (name, value) in configuration.Nodes.Settings)
            settings[name] = value;
        return settings;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
