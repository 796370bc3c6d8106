using System.Text;
using System.Xml;
using Byon.Infra.Model;
using Byon.Infra.Model.Nodes;
using Byon.Platform.Control;
using Pulumi;
using Pulumi.AzureNative.Compute;
using Pulumi.AzureNative.Compute.Inputs;
using HealthExtension = Pulumi.AzureNative.Compute.Inputs.VirtualMachineScaleSetExtensionArgs;
using ResourceGroup = Pulumi.AzureNative.Resources.ResourceGroup;
using SshKey = Pulumi.AzureNative.Compute.Inputs.SshPublicKeyArgs;

namespace Byon.Infra.Components;

/// <summary>The media nodes: a scale set of single machines, each with a public address of its own from one prefix.</summary>
public sealed class MediaPool : ComponentResource
{
    /// <param name="first">What the nodes need before they start.</param>
    public MediaPool(ServicePlan plan, ResourceGroup group, Identities identities, Network network, NodeAddresses addresses, Resource[] first)
        : base("byon:infra:MediaPool", "media-pool")
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(identities);
        Machines = new VirtualMachineScaleSet("nodes", new VirtualMachineScaleSetArgs
        {
            VmScaleSetName = plan.Names.NodePool,
            ResourceGroupName = group.Name,
            Location = plan.Configuration.Location,
            OrchestrationMode = OrchestrationMode.Flexible,
            PlatformFaultDomainCount = 1,
            SinglePlacementGroup = false,
            Zones = plan.Configuration.Nodes.Zones.ToInputList(),
            Sku = new SkuArgs { Name = plan.Configuration.Nodes.Size.Name, Tier = "Standard", Capacity = plan.Scale.Count },
            Identity = new VirtualMachineScaleSetIdentityArgs
            {
                Type = ResourceIdentityType.UserAssigned,
                UserAssignedIdentities = { identities.Nodes.Id },
            },
            // A new model is for new machines: those with calls are replaced one by one, after they have drained.
            UpgradePolicy = new UpgradePolicyArgs { Mode = UpgradeMode.Manual },
            AutomaticRepairsPolicy = new AutomaticRepairsPolicyArgs { Enabled = true, GracePeriod = "PT30M" },
            VirtualMachineProfile = Profile(plan, identities, network, addresses),
            Tags = plan.Tags.ToInputMap(),
        }, new CustomResourceOptions { Parent = this, DependsOn = first, IgnoreChanges = { "sku.capacity" } });
        RegisterOutputs();
    }

    public VirtualMachineScaleSet Machines { get; }

    private static VirtualMachineScaleSetVMProfileArgs Profile(ServicePlan plan, Identities identities, Network network, NodeAddresses addresses) => new()
    {
        OsProfile = new VirtualMachineScaleSetOSProfileArgs
        {
            ComputerNamePrefix = "node",
            AdminUsername = "operator",
            CustomData = identities.Nodes.ClientId.Apply(id => Convert.ToBase64String(Encoding.UTF8.GetBytes(CloudInit.Write(plan, id)))),
            LinuxConfiguration = new LinuxConfigurationArgs
            {
                DisablePasswordAuthentication = true,
                Ssh = new SshConfigurationArgs
                {
                    PublicKeys = { new SshKey { KeyData = plan.Configuration.Nodes.SshPublicKey, Path = "/home/operator/.ssh/authorized_keys" } },
                },
            },
        },
        StorageProfile = new VirtualMachineScaleSetStorageProfileArgs
        {
            ImageReference = new ImageReferenceArgs { Publisher = "Debian", Offer = "debian-12", Sku = "12-gen2", Version = "latest" },
            OsDisk = new VirtualMachineScaleSetOSDiskArgs
            {
                CreateOption = DiskCreateOptionTypes.FromImage,
                DeleteOption = DiskDeleteOptionTypes.Delete,
                ManagedDisk = new VirtualMachineScaleSetManagedDiskParametersArgs { StorageAccountType = StorageAccountTypes.StandardSSD_LRS },
            },
        },
        SecurityProfile = new SecurityProfileArgs
        {
            SecurityType = SecurityTypes.TrustedLaunch,
            UefiSettings = new UefiSettingsArgs { SecureBootEnabled = true, VTpmEnabled = true },
        },
        NetworkProfile = Interfaces(network, addresses),
        ScheduledEventsProfile = new ScheduledEventsProfileArgs
        {
            TerminateNotificationProfile = new TerminateNotificationProfileArgs
            {
                Enable = true,
                NotBeforeTimeout = XmlConvert.ToString(TimeSpan.FromMinutes(plan.Configuration.Nodes.DrainMinutes)),
            },
        },
        ExtensionProfile = new VirtualMachineScaleSetExtensionProfileArgs { Extensions = { Health(plan) } },
    };

    private static VirtualMachineScaleSetNetworkProfileArgs Interfaces(Network network, NodeAddresses addresses) => new()
    {
        // Without a version Azure refuses interfaces in Flexible orchestration.
        NetworkApiVersion = NetworkApiVersion.NetworkApiVersion_2020_11_01,
        NetworkInterfaceConfigurations =
        {
            new VirtualMachineScaleSetNetworkConfigurationArgs
            {
                Name = "media",
                Primary = true,
                EnableAcceleratedNetworking = true,
                DeleteOption = DeleteOptions.Delete,
                IpConfigurations =
                {
                    new VirtualMachineScaleSetIPConfigurationArgs
                    {
                        Name = "media",
                        Primary = true,
                        Subnet = new ApiEntityReferenceArgs { Id = network.Media.Id },
                        PublicIPAddressConfiguration = new VirtualMachineScaleSetPublicIPAddressConfigurationArgs
                        {
                            Name = "media",
                            DeleteOption = DeleteOptions.Delete,
                            PublicIPPrefix = new SubResourceArgs { Id = addresses.Prefix.Id },
                            Sku = new PublicIPAddressSkuArgs { Name = PublicIPAddressSkuName.Standard, Tier = PublicIPAddressSkuTier.Regional },
                        },
                    },
                },
            },
        },
    };

    /// <summary>Asks the node itself, over loopback; a machine that stays without a healthy node is replaced.</summary>
    private static HealthExtension Health(ServicePlan plan) => new()
    {
        Name = "health",
        Publisher = "Microsoft.ManagedServices",
        Type = "ApplicationHealthLinux",
        TypeHandlerVersion = "1.0",
        AutoUpgradeMinorVersion = true,
        Settings = new Dictionary<string, object>
        {
            ["protocol"] = "http",
            ["port"] = plan.Configuration.Network.Ports.Control,
            ["requestPath"] = NodeControlRoutes.Health,
        },
    };
}
