using System.Globalization;
using System.Text;
using Byon.Infra.Model.Configuration;
using Byon.Infra.Model.Settings;

namespace Byon.Infra.Model.Nodes;

/// <summary>
/// What a new machine does first (cloud-init's <c>#cloud-config</c>): the container engine, the kernel's limits, two scripts and
/// two units. It holds no secret: everybody who may read the machine's description can read it.
/// </summary>
public static class CloudInit
{
    /// <summary>Azure's limit of custom data, before its base64.</summary>
    public const int LargestSize = 65535;

    /// <summary>Who the node is in its container: user and group of medianode/Dockerfile.</summary>
    public const string NodeUser = "10001:10001";

    private const string ScriptFolder = "/usr/local/lib/byon";

    public static string Write(ServicePlan plan, string clientId)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var text = new StringBuilder("#cloud-config\npackage_update: true\npackage_upgrade: true\npackages: [ca-certificates, curl, docker.io, jq, unattended-upgrades]\nwrite_files:\n");
        foreach (var file in Files(plan, clientId))
        {
            text.Append(CultureInfo.InvariantCulture, $"  - path: {file.Path}\n    permissions: '{file.Permissions}'\n    encoding: b64\n    content: ");
            text.Append(Convert.ToBase64String(Encoding.UTF8.GetBytes(file.Content))).Append('\n');
        }

        text.Append("runcmd:\n");
        foreach (var command in Commands)
            text.Append(CultureInfo.InvariantCulture, $"  - [{string.Join(", ", command)}]\n");
        return text.ToString();
    }

    public static IReadOnlyList<MachineFile> Files(ServicePlan plan, string clientId)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return
        [
            new MachineFile("/etc/byon/node.env", "0644", Lines(NodeSettings.OfPool(plan.Configuration, clientId))),
            new MachineFile("/etc/byon/deploy.env", "0644", Lines(DeploySettings(plan, clientId))),
            new MachineFile($"{ScriptFolder}/prepare", "0755", MachineFile.Embedded("prepare")),
            new MachineFile($"{ScriptFolder}/drain", "0755", MachineFile.Embedded("drain")),
            new MachineFile("/etc/systemd/system/byon-medianode.service", "0644", MachineFile.Embedded("byon-medianode.service")),
            new MachineFile("/etc/systemd/system/byon-drain.service", "0644", MachineFile.Embedded("byon-drain.service")),
            // Host networking needs no bridge, and without Docker's rules no packet of a call is tracked by the kernel.
            new MachineFile("/etc/docker/daemon.json", "0644", MachineFile.Embedded("docker.json")),
            new MachineFile("/etc/sysctl.d/60-byon.conf", "0644", Lines(Kernel(plan.Configuration))),
        ];
    }

    /// <summary>For the scripts and units: addresses, no settings of the node.</summary>
    private static SortedDictionary<string, string> DeploySettings(ServicePlan plan, string clientId)
    {
        var names = plan.Names;
        return new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["ARM_AUDIENCE"] = "https://management.azure.com/",
            ["ARM_URL"] = "https://management.azure.com",
            ["CONTROL_PORT"] = Text(plan.Configuration.Network.Ports.Control),
            ["IDENTITY_CLIENT_ID"] = clientId,
            ["IMAGE"] = names.ImageReference(plan.Configuration.Nodes.ImageTag),
            ["IMDS_URL"] = "http://169.254.169.254",
            ["NODE_USER"] = NodeUser,
            ["POOL_KEY_URL"] = names.SecretUri(Names.PoolKeySecret),
            ["REGISTRY_URL"] = $"https://{names.RegistryServer}",
            ["SIP_AUTHORITIES_URL"] = plan.Configuration.Ims.Authorities is { } authorities ? names.SecretUri(authorities) : "",
            ["SIP_CERTIFICATE_URL"] = plan.Configuration.Ims.Certificate is { } certificate ? names.SecretUri(certificate) : "",
            ["STOP_SECONDS"] = Text(NodeSettings.DrainSeconds(plan.Configuration) + (NodeSettings.ClosingSeconds / 2)),
            ["VAULT_AUDIENCE"] = "https://vault.azure.net",
        };
    }

    /// <summary>Media ports are kept from outgoing connections, and one socket may hold a worker's burst.</summary>
    private static SortedDictionary<string, string> Kernel(ServiceConfiguration configuration) => new(StringComparer.Ordinal)
    {
        ["net.core.netdev_max_backlog"] = "10000",
        ["net.core.rmem_max"] = "33554432",
        ["net.core.wmem_max"] = "33554432",
        ["net.ipv4.ip_local_reserved_ports"] = $"{string.Join(',', configuration.Network.Ports.Listening.Order())},{configuration.Network.Ports.OpenMedia}",
    };

    private static IReadOnlyList<string[]> Commands { get; } =
    [
        ["sysctl", "--system"],
        ["systemctl", "daemon-reload"],
        ["systemctl", "enable", "--now", "docker.service", "byon-drain.service"],
        // Not waited for: its first start may have to wait for role assignments.
        ["systemctl", "enable", "--now", "--no-block", "byon-medianode.service"],
    ];

    private static string Lines(IEnumerable<KeyValuePair<string, string>> settings) =>
        string.Concat(settings.Select(setting => $"{setting.Key}={setting.Value}\n"));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
