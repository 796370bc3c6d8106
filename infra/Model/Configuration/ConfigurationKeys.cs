namespace Byon.Infra.Model.Configuration;

/// <summary>Keys of <c>pulumi config set byon:KEY VALUE</c>. Lists are separated by commas.</summary>
public static class ConfigurationKeys
{
    public const string Namespace = "byon";

    /// <summary>dev or prod: which defaults apply. The stack's name where not set.</summary>
    public const string Environment = "environment";

    /// <summary>Azure region, for example westeurope. Required.</summary>
    public const string Location = "location";

    /// <summary>3 to 8 lower-case letters and digits that make the world-wide names (storage, vault, registry) yours. Required.</summary>
    public const string Suffix = "suffix";

    /// <summary>P-CSCFs or SBCs in order of preference: sip:HOST[:PORT][;transport=udp|tcp|tls]. Required.</summary>
    public const string ImsNextHop = "imsNextHop";

    /// <summary>Home network domain. Required.</summary>
    public const string ImsDomain = "imsDomain";

    /// <summary>Networks whose SIP is let in. Required; never the whole Internet.</summary>
    public const string ImsPeers = "imsPeers";

    /// <summary>Networks whose RTP is let in, besides imsPeers.</summary>
    public const string ImsMediaPeers = "imsMediaPeers";

    /// <summary>Certificate of the vault that nodes show to SIP peers; with it they listen for TLS.</summary>
    public const string SipCertificate = "sipCertificate";

    /// <summary>Secret of the vault with those who may sign the peers' certificates, in PEM; the machine's own list if not set.</summary>
    public const string SipAuthorities = "sipAuthorities";

    /// <summary>OpenID Connect issuer whose access tokens the API takes. Required.</summary>
    public const string Authority = "authority";

    /// <summary>What those tokens are for (aud). byon.</summary>
    public const string Audience = "audience";

    /// <summary>Origins of web pages that may call the API, besides the softphone's.</summary>
    public const string AllowedOrigins = "allowedOrigins";

    /// <summary>The softphone page's client at the issuer: softphone.</summary>
    public const string SoftphoneClient = "softphoneClient";

    /// <summary>32 random bytes in base64, as a secret. Required.</summary>
    public const string PoolKey = "poolKey";

    /// <summary>For the nodes' machines, which Azure does not create without one; the port stays closed. Required.</summary>
    public const string SshPublicKey = "sshPublicKey";

    /// <summary>Who gets the alerts. Required in prod.</summary>
    public const string AlertEmail = "alertEmail";

    /// <summary>Tag of the media node's image in the registry. Required.</summary>
    public const string ImageTag = "imageTag";

    /// <summary>The virtual network: 10.40.0.0/16.</summary>
    public const string AddressSpace = "addressSpace";

    /// <summary>10.40.0.0/24.</summary>
    public const string MediaSubnet = "mediaSubnet";

    /// <summary>10.40.1.0/26; /27 at the smallest.</summary>
    public const string FunctionsSubnet = "functionsSubnet";

    /// <summary>10.40.2.0/27.</summary>
    public const string EndpointsSubnet = "endpointsSubnet";

    /// <summary>Networks reached through a VPN or ExpressRoute; the address space must not overlap them.</summary>
    public const string PeeredNetworks = "peeredNetworks";

    /// <summary>Networks of operators' machines that may reach storage and vault where private endpoints are on.</summary>
    public const string OperatorNetworks = "operatorNetworks";

    /// <summary>5060.</summary>
    public const string SipPort = "sipPort";

    /// <summary>Where nodes listen for SIP over TLS, if they have a certificate: 5061.</summary>
    public const string SipTlsPort = "sipTlsPort";

    /// <summary>8090.</summary>
    public const string ControlPort = "controlPort";

    /// <summary>First of the WebRTC ports, one per processor: 20000.</summary>
    public const string WebRtcPort = "webRtcPort";

    /// <summary>21000-24999.</summary>
    public const string RtpPorts = "rtpPorts";

    /// <summary>What the security group may open for media: 20000-24999.</summary>
    public const string OpenMediaPorts = "openMediaPorts";

    /// <summary>Size of the nodes' machines: dev Standard_D2as_v5, prod Standard_D4as_v5.</summary>
    public const string NodeSize = "nodeSize";

    /// <summary>Nodes at the beginning: dev 1, prod 2.</summary>
    public const string NodeCount = "nodeCount";

    /// <summary>Most nodes that scaling out may reach: dev 1, prod 8.</summary>
    public const string NodeMaximum = "nodeMaximum";

    /// <summary>Availability zones, for example 1,2,3: dev none, prod 1,2,3.</summary>
    public const string Zones = "zones";

    /// <summary>28 is 16 public addresses in one block, 31 is 2: dev 31, prod 28.</summary>
    public const string PublicPrefixLength = "publicPrefixLength";

    /// <summary>How long calls may go on when a node leaves, 5 to 15: dev 5, prod 15.</summary>
    public const string DrainMinutes = "drainMinutes";

    /// <summary>Memory of a function instance: 512, 2048 or 4096. 2048.</summary>
    public const string FunctionsMemory = "functionsMemory";

    /// <summary>Most function instances, 40 to 1000: dev 40, prod 100.</summary>
    public const string FunctionsMaximum = "functionsMaximum";

    /// <summary>Instances for HTTP that are never stopped: dev 0, prod 1.</summary>
    public const string FunctionsAlwaysReady = "functionsAlwaysReady";

    /// <summary>1, 2, 5, 10, 20, 50 or 100 thousand connections: 1. 0 is the free tier, 20 connections.</summary>
    public const string WebPubSubUnits = "webPubSubUnits";

    /// <summary>Storage, vault and Web PubSub's server side only from within: dev false, prod true.</summary>
    public const string PrivateEndpoints = "privateEndpoints";

    /// <summary>How long logs are kept, 30 to 730 days: dev 30, prod 90.</summary>
    public const string LogDays = "logDays";

    /// <summary>Further settings of functions, as an object: pulumi config set --path byon:functionsSettings.Registration__DefaultLifetime 02:00:00.</summary>
    public const string FunctionsSettings = "functionsSettings";

    /// <summary>Settings of functions whose values are secrets of the vault: pulumi config set --path byon:functionsSecrets.Push__Apns__Key apns-key.</summary>
    public const string FunctionsSecrets = "functionsSecrets";

    /// <summary>Further settings of the nodes, as an object: pulumi config set --path byon:nodeSettings.Node__RingSeconds 90.</summary>
    public const string NodeSettings = "nodeSettings";
}
