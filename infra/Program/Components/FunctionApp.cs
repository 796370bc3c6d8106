using Byon.Infra.Model;
using Byon.Infra.Model.Settings;
using Pulumi;
using Pulumi.AzureNative.Web;
using Pulumi.AzureNative.Web.Inputs;
using ResourceGroup = Pulumi.AzureNative.Resources.ResourceGroup;

namespace Byon.Infra.Components;

/// <summary>The REST API: a Flex Consumption app that runs our executable as a custom handler.</summary>
public sealed class FunctionApp : ComponentResource
{
    /// <param name="first">What the app needs before it starts.</param>
    public FunctionApp(
        ServicePlan plan, ResourceGroup group, Identities identities, Storage storage, Telemetry telemetry, Network network, Site site,
        Resource[] first)
        : base("byon:infra:FunctionApp", "function-app")
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(identities);
        ArgumentNullException.ThrowIfNull(network);
        var hosting = new AppServicePlan("plan", new AppServicePlanArgs
        {
            Name = plan.Names.FunctionsPlan,
            ResourceGroupName = group.Name,
            Location = plan.Configuration.Location,
            Kind = "functionapp",
            Reserved = true,
            Sku = new SkuDescriptionArgs { Name = "FC1", Tier = "FlexConsumption" },
            Tags = plan.Tags.ToInputMap(),
        }, new CustomResourceOptions { Parent = this });
        App = new WebApp("api", new WebAppArgs
        {
            Name = plan.Names.FunctionApp,
            ResourceGroupName = group.Name,
            Location = plan.Configuration.Location,
            Kind = "functionapp,linux",
            ServerFarmId = hosting.Id,
            Reserved = true,
            HttpsOnly = true,
            Identity = new ManagedServiceIdentityArgs
            {
                Type = ManagedServiceIdentityType.UserAssigned,
                UserAssignedIdentities = { identities.Functions.Id },
            },
            KeyVaultReferenceIdentity = identities.Functions.Id,
            VirtualNetworkSubnetId = network.Functions.Id,
            FunctionAppConfig = Flex(plan, identities, storage),
            SiteConfig = SiteSettings(plan, identities, telemetry, site),
            Tags = plan.Tags.ToInputMap(),
        }, new CustomResourceOptions { Parent = this, DependsOn = first });
        RegisterOutputs();
    }

    public WebApp App { get; }

    private static FunctionAppConfigArgs Flex(ServicePlan plan, Identities identities, Storage storage)
    {
        var functions = plan.Configuration.Functions;
        var scale = new FunctionsScaleAndConcurrencyArgs { InstanceMemoryMB = functions.Memory, MaximumInstanceCount = functions.Maximum };
        if (functions.AlwaysReady > 0)
            scale.AlwaysReady.Add(new FunctionsAlwaysReadyConfigArgs { Name = "http", InstanceCount = functions.AlwaysReady });
        return new FunctionAppConfigArgs
        {
            Runtime = new FunctionsRuntimeArgs { Name = "custom", Version = "1.0" },
            ScaleAndConcurrency = scale,
            Deployment = new FunctionsDeploymentArgs
            {
                Storage = new FunctionsDeploymentStorageArgs
                {
                    Type = FunctionsDeploymentStorageType.BlobContainer,
                    Value = Output.Format($"https://{storage.Account.Name}.blob.core.windows.net/{Names.PackageContainer}"),
                    Authentication = new FunctionsDeploymentStorageAuthenticationArgs
                    {
                        Type = AuthenticationType.UserAssignedIdentity,
                        UserAssignedIdentityResourceId = identities.Functions.Id,
                    },
                },
            },
        };
    }

    private static SiteConfigArgs SiteSettings(ServicePlan plan, Identities identities, Telemetry telemetry, Site site) => new()
    {
        // The one owner of the settings: whoever writes them elsewhere loses them at the next update.
        AppSettings = Output.All(identities.Functions.ClientId, telemetry.Insights.ConnectionString).Apply(known =>
            FunctionSettings.Write(plan.Configuration, new FunctionAddresses(known[0], known[1]))
                .Select(setting => new NameValuePairArgs { Name = setting.Key, Value = setting.Value }).ToList()),
        Cors = new CorsSettingsArgs
        {
            // The front end answers preflights itself, so origins are set here and not in the program.
            AllowedOrigins = site.Page.DefaultHostname.Apply(host => plan.Configuration.Api.AllowedOrigins.Prepend($"https://{host}").ToList()),
        },
        FtpsState = FtpsState.Disabled,
        Http20Enabled = true,
        MinTlsVersion = SupportedTlsVersions.SupportedTlsVersions_1_2,
    };
}
