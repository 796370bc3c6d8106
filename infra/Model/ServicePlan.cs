using Byon.Infra.Model.Configuration;
using Byon.Infra.Model.Network;
using Byon.Infra.Model.Nodes;

namespace Byon.Infra.Model;

/// <summary>One environment, decided: what the Pulumi program creates and tests check. Front door of the model.</summary>
public sealed class ServicePlan
{
    /// <summary>Hub of Web PubSub that devices connect to.</summary>
    public const string Hub = "byon";

    /// <summary>Where functions hear of sockets that opened on the hub.</summary>
    public const string HubHook = "/hooks/webpubsub";

    /// <summary>The one event of the service that they want to hear of.</summary>
    public const string HubEvent = "connected";

    /// <summary>What the softphone page asks for at sign-in: everything it does.</summary>
    public const string SoftphoneScope =
        "openid webrtc-registration:sessions:read webrtc-registration:sessions:create webrtc-registration:sessions:write webrtc-registration:sessions:delete"
        + " webrtc-call-handling:sessions:read webrtc-call-handling:sessions:create webrtc-call-handling:sessions:write webrtc-call-handling:sessions:delete"
        + " notificationchannel:channels:read notificationchannel:channels:create notificationchannel:channels:delete";

    private ServicePlan(ServiceConfiguration configuration)
    {
        Configuration = configuration;
        Names = Names.Of(configuration);
        Scale = ScalePolicy.Of(configuration);
        MediaRules = MediaFirewall.Rules(
            configuration.Network.Ports, configuration.Network.Addresses, configuration.Ims.Peers, configuration.Ims.MediaPeers);
    }

    public ServiceConfiguration Configuration { get; }

    public Names Names { get; }

    public ScalePolicy Scale { get; }

    /// <summary>Inbound rules of the media subnet, by priority.</summary>
    public IReadOnlyList<SecurityRule> MediaRules { get; }

    public IReadOnlyDictionary<string, string> Tags => new SortedDictionary<string, string>
    {
        ["environment"] = Names.Environment,
        ["service"] = "byon-serverless",
    };

    /// <exception cref="ConfigurationException">Something is missing or wrong; every such key is named.</exception>
    public static ServicePlan Read(Func<string, string?> read, string stack) => new(ConfigurationReader.Read(read, stack));
}
