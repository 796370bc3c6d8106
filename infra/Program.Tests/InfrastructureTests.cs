using System.Collections;
using System.Text;
using Byon.Infra;
using Byon.Infra.Model;
using Byon.Infra.Model.Access;
using Byon.Infra.Model.Alerts;
using Byon.Infra.Model.Nodes;
using Byon.Infra.Model.Settings;
using Pulumi;
using Pulumi.Testing;

namespace Byon.Tests.Infra.Program;

/// <summary>What the program asks the cloud for, per environment: the rules of security and wiring.</summary>
public class InfrastructureTests
{
    private const string PoolKey = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    private static readonly Dictionary<string, string> Values = new()
    {
        ["location"] = "westeurope",
        ["suffix"] = "acme1",
        ["imsNextHop"] = "sip:192.0.2.10:5060",
        ["imsDomain"] = "ims.example",
        ["imsPeers"] = "192.0.2.0/28",
        ["authority"] = "https://issuer.example",
        ["poolKey"] = PoolKey,
        ["sshPublicKey"] = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExample operator",
        ["alertEmail"] = "noc@operator.example",
        ["imageTag"] = "0.1.0",
        ["functionsSecrets"] = """{"Push__Apns__Key":"apns-key"}""",
    };

    [Fact]
    public async Task Storage_has_no_usable_keys_and_shows_nothing_to_the_public()
    {
        var account = Single(await ProdAsync(), "StorageAccount");
        Assert.Equal(false, account["allowSharedKeyAccess"]);
        Assert.Equal(false, account["allowBlobPublicAccess"]);
        Assert.Equal(true, account["enableHttpsTrafficOnly"]);
        Assert.Equal("TLS1_2", account["minimumTlsVersion"]);
        Assert.Equal("Deny", account["networkRuleSet.defaultAction"]);
        Assert.Equal("Disabled", account["publicNetworkAccess"]);
    }

    [Fact]
    public async Task Every_table_and_queue_of_the_programs_is_created()
    {
        var cloud = await ProdAsync();
        Assert.Equal(StoragePlan.Tables.Order(), cloud.Where(it => it.Kind == "Table").Select(it => (string)it["tableName"]!).Order());
        Assert.Equal(StoragePlan.Queues.Order(), cloud.Where(it => it.Kind == "Queue").Select(it => (string)it["queueName"]!).Order());
    }

    [Fact]
    public async Task Web_PubSub_takes_identities_only_and_no_anonymous_client()
    {
        var cloud = await ProdAsync();
        Assert.Equal(true, Single(cloud, "WebPubSub")["disableLocalAuth"]);
        Assert.Equal(ServicePlan.Hub, Single(cloud, "WebPubSubHub")["hubName"]);
        Assert.Equal("deny", Single(cloud, "WebPubSubHub")["properties.anonymousConnectPolicy"]);
        Assert.Equal("https://api.example/hooks/webpubsub", Single(cloud, "WebPubSubHub")["properties.eventHandlers.0.urlTemplate"]);
        Assert.Contains("ServerConnection", Single(cloud, "WebPubSub").List("networkACLs.publicNetwork.deny"));
    }

    [Fact]
    public async Task The_registry_and_the_telemetry_know_no_passwords()
    {
        var cloud = await ProdAsync();
        Assert.Equal(false, Single(cloud, "Registry")["adminUserEnabled"]);
        Assert.Equal(true, Single(cloud, "Component")["disableLocalAuth"]);
    }

    [Fact]
    public async Task The_pools_key_is_in_the_vault_and_nowhere_else()
    {
        var cloud = await ProdAsync();
        Assert.Equal(PoolKey, Single(cloud, "Secret")["properties.value"]);
        Assert.DoesNotContain(cloud.Where(it => it.Kind != "Secret").SelectMany(it => Texts(it.Inputs)), text => text.Contains(PoolKey, StringComparison.Ordinal));
        Assert.Equal(true, Single(cloud, "Vault")["properties.enableRbacAuthorization"]);
        Assert.Equal(true, Single(cloud, "Vault")["properties.enablePurgeProtection"]);
    }

    [Fact]
    public async Task Identities_hold_the_listed_roles_and_no_other()
    {
        var cloud = await ProdAsync();
        var given = cloud.Where(it => it.Kind == "RoleAssignment").Select(it => $"{it["principalId"]} {it["roleDefinitionId"]}");
        var listed = AccessPlan.Grants.Select(grant =>
            $"principal-of-{grant.Identity.ToString().ToLowerInvariant()}-identity /subscriptions/{MockCloud.SubscriptionId}/providers/Microsoft.Authorization/roleDefinitions/{grant.Role.Id}");
        var secret = $"principal-of-functions-identity /subscriptions/{MockCloud.SubscriptionId}/providers/Microsoft.Authorization/roleDefinitions/{Role.KeyVaultSecretsUser.Id}";
        Assert.Equal(listed.Append(secret).Order(), given.Order());
        Assert.Contains(cloud, it => it.Kind == "RoleAssignment" && ((string)it["scope"]!).EndsWith("/keys/secrets/apns-key", StringComparison.Ordinal));
        Assert.All(cloud.Where(it => it.Kind == "RoleAssignment"), it => Assert.NotEqual($"/subscriptions/{MockCloud.SubscriptionId}", it["scope"]));
    }

    [Fact]
    public async Task The_firewall_is_the_models()
    {
        var plan = Plan("prod");
        var firewall = Assert.Single(await ProdAsync(), it => it["networkSecurityGroupName"] as string == plan.Names.MediaFirewall);
        var rules = firewall.List("securityRules").Select(rule => $"{Of(rule, "name")} {Of(rule, "access")} {Of(rule, "protocol")} {Of(rule, "destinationPortRange")}");
        Assert.Equal(plan.MediaRules.Select(rule =>
            $"{rule.Name} {(rule.Allow ? "Allow" : "Deny")} {(rule.Protocol == Byon.Infra.Model.Network.RuleProtocol.Any ? "*" : rule.Protocol.ToString())} {rule.Ports?.ToString() ?? "*"}"), rules);
        var webRtc = firewall.List("securityRules").Single(rule => (string?)Of(rule, "name") == "webrtc");
        Assert.Equal("Internet", Of(webRtc, "sourceAddressPrefix"));
    }

    [Theory]
    [InlineData("dev", 0)]
    [InlineData("prod", 1)]
    public async Task The_function_app_runs_a_custom_handler_on_flex_consumption(string stack, int alwaysReady)
    {
        var cloud = await CreateAsync(stack);
        var app = Single(cloud, "WebApp");
        Assert.Equal("FC1", Single(cloud, "AppServicePlan")["sku.name"]);
        Assert.Equal("custom", app["functionAppConfig.runtime.name"]);
        Assert.Equal("1.0", app["functionAppConfig.runtime.version"]);
        Assert.Equal("blobContainer", app["functionAppConfig.deployment.storage.type"]);
        Assert.Equal($"https://byon{stack}acme1.blob.core.windows.net/packages", app["functionAppConfig.deployment.storage.value"]);
        Assert.Equal("UserAssignedIdentity", app["functionAppConfig.deployment.storage.authentication.type"]);
        Assert.Equal(alwaysReady, app.List("functionAppConfig.scaleAndConcurrency.alwaysReady").Count);
        Assert.Equal(true, app["httpsOnly"]);
        Assert.Equal(["https://page.example"], app.List("siteConfig.cors.allowedOrigins"));
        Assert.NotNull(app["virtualNetworkSubnetId"]);
        Assert.NotNull(app["keyVaultReferenceIdentity"]);
    }

    [Fact]
    public async Task The_function_app_gets_the_models_settings_and_none_that_flex_refuses()
    {
        var app = Single(await ProdAsync(), "WebApp");
        var settings = app.List("siteConfig.appSettings").ToDictionary(it => (string)Of(it, "name")!, it => (string)Of(it, "value")!);
        Assert.Equal(FunctionSettings.Write(Plan("prod").Configuration, new FunctionAddresses("client-of-functions-identity", "InstrumentationKey=none")), settings);
        Assert.DoesNotContain(settings.Keys, name => name is "FUNCTIONS_WORKER_RUNTIME" or "FUNCTIONS_EXTENSION_VERSION" or "AzureWebJobsStorage" or "WEBSITE_RUN_FROM_PACKAGE");
    }

    [Theory]
    [InlineData("dev", "PT5M")]
    [InlineData("prod", "PT15M")]
    public async Task Nodes_are_single_machines_with_their_own_address_and_time_to_drain(string stack, string delay)
    {
        var machines = Single(await CreateAsync(stack), "VirtualMachineScaleSet");
        Assert.Equal("Flexible", machines["orchestrationMode"]);
        Assert.Equal(1.0, machines["platformFaultDomainCount"]);
        const string profile = "virtualMachineProfile";
        Assert.Equal(true, machines[$"{profile}.scheduledEventsProfile.terminateNotificationProfile.enable"]);
        Assert.Equal(delay, machines[$"{profile}.scheduledEventsProfile.terminateNotificationProfile.notBeforeTimeout"]);
        const string address = $"{profile}.networkProfile.networkInterfaceConfigurations.0.ipConfigurations.0.publicIPAddressConfiguration";
        Assert.Equal("Standard", machines[$"{address}.sku.name"]);
        Assert.Equal($"/subscriptions/{MockCloud.SubscriptionId}/addresses", machines[$"{address}.publicIPPrefix.id"]);
        Assert.Equal(true, machines[$"{profile}.osProfile.linuxConfiguration.disablePasswordAuthentication"]);
        Assert.Equal("/healthz", machines[$"{profile}.extensionProfile.extensions.0.settings.requestPath"]);
        Assert.Equal(
            CloudInit.Write(Plan(stack), MockCloud.ClientIdOfNodes),
            Encoding.UTF8.GetString(Convert.FromBase64String((string)machines[$"{profile}.osProfile.customData"]!)));
    }

    [Fact]
    public async Task The_pool_scales_out_and_never_in()
    {
        var rules = Single(await ProdAsync(), "AutoscaleSetting").List("profiles.0.rules");
        Assert.All(rules, rule => Assert.Equal("Increase", CloudResource.Step(CloudResource.Step(rule, "scaleAction"), "direction")));
        Assert.NotEmpty(rules);
    }

    [Fact]
    public async Task Production_reaches_its_stores_by_private_addresses_and_development_does_not_pay_for_them()
    {
        Assert.Equal(
            ["blob", "queue", "table", "vault", "webpubsub"],
            (await ProdAsync()).Where(it => it.Kind == "PrivateEndpoint").Select(it => (string)it["privateLinkServiceConnections.0.groupIds.0"]!).Order());
        var dev = await CreateAsync("dev");
        Assert.DoesNotContain(dev, it => it.Kind == "PrivateEndpoint");
        Assert.Equal("Allow", Single(dev, "StorageAccount")["networkRuleSet.defaultAction"]);
    }

    [Fact]
    public async Task Every_alert_of_the_model_reaches_somebody()
    {
        var cloud = await ProdAsync();
        var metrics = cloud.Where(it => it.Kind == "MetricAlert").ToList();
        var logs = cloud.Where(it => it.Kind == "ScheduledQueryRule").ToList();
        Assert.Equal(AlertPlan.Metrics.Select(alert => $"byon-prod-{alert.Name}").Order(), metrics.Select(it => (string)it["ruleName"]!).Order());
        Assert.Equal(AlertPlan.Logs.Select(alert => $"byon-prod-{alert.Name}").Order(), logs.Select(it => (string)it["ruleName"]!).Order());
        Assert.All(metrics, it => Assert.NotNull(it["actions.0.actionGroupId"]));
        Assert.All(logs, it => Assert.NotNull(it["actions.actionGroups.0"]));
    }

    [Fact]
    public async Task What_can_be_tagged_is_tagged()
    {
        string[] untagged = ["Table", "Queue", "BlobContainer", "Subnet", "RoleAssignment", "WebPubSubHub", "PrivateDnsZoneGroup", "VirtualNetworkLink", "Secret", "DiagnosticSetting"];
        Assert.All((await ProdAsync()).Where(it => !untagged.Contains(it.Kind)), it => Assert.Equal("prod", it["tags.environment"]));
    }

    [Fact]
    public async Task Outputs_tell_an_operator_where_everything_is()
    {
        var (_, outputs) = await RunAsync("prod");
        Assert.Equal(
            ["apiUrl", "coreGroup", "functionApp", "imageReference", "mediaGroup", "nodeAddresses", "nodePool", "packageUrl", "registry", "softphoneConfig", "softphoneUrl", "vault", "webPubSubEndpoint"],
            outputs.Keys.Order());
    }

    private static ServicePlan Plan(string stack) => ServicePlan.Read(key => Values.GetValueOrDefault(key), stack);

    private static Task<IReadOnlyCollection<CloudResource>> ProdAsync() => CreateAsync("prod");

    private static async Task<IReadOnlyCollection<CloudResource>> CreateAsync(string stack) => (await RunAsync(stack)).Created;

    private static async Task<(IReadOnlyCollection<CloudResource> Created, IDictionary<string, object?> Outputs)> RunAsync(string stack)
    {
        var cloud = new MockCloud();
        IDictionary<string, object?> Create() => Infrastructure.Define(Plan(stack), Output.CreateSecret(PoolKey));
        var (_, outputs) = await Deployment.TestAsync(cloud, new TestOptions { IsPreview = false, StackName = stack, ProjectName = "byon" }, Create);
        return (cloud.Created, outputs);
    }

    private static CloudResource Single(IEnumerable<CloudResource> cloud, string kind) => Assert.Single(cloud, it => it.Kind == kind);

    private static object? Of(object value, string name) => CloudResource.Step(value, name);

    private static IEnumerable<string> Texts(object value) => value switch
    {
        string text => [text],
        IReadOnlyDictionary<string, object> map => map.Values.SelectMany(Texts),
        IEnumerable list => list.Cast<object>().SelectMany(Texts),
        _ => [],
    };
}
