using System.Text.RegularExpressions;
using Byon.Infra.Model;
using Byon.Infra.Model.Configuration;
using Byon.Infra.Model.Settings;
using Byon.Infra.Reference;
using Byon.MediaNode;
using Byon.Tests.Infra.Tests.Rig;
using Byon.Tests.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Byon.Tests.Infra.Tests.Settings;

/// <summary>What is deployed and what the programs read cannot drift apart: the programs themselves read the model's settings here.</summary>
public partial class SettingsTests
{
    private static readonly FunctionAddresses Addresses = new(SampleConfiguration.ClientId, "InstrumentationKey=none");

    /// <summary>For the Functions host, the Azure SDK and the platform; none of our programs reads them.</summary>
    private static readonly string[] OfThePlatform = ["AzureWebJobsStorage__", "Storage__credential", "Storage__clientId", "APPLICATIONINSIGHTS_", "AZURE_CLIENT_ID"];

    /// <summary>
    /// Settings whose defaults are what is deployed, unless byon:functionsSettings or byon:nodeSettings says otherwise. A new
    /// setting belongs here, or into infra/Model/Settings where the program could not start or work without.
    /// </summary>
    private static readonly string[] LeftAtTheirDefaults =
    [
        "Auth__AcceptOlderScopes", "Auth__Algorithms__0", "Auth__ClientIdClaim", "Auth__ClockSkew", "Auth__KeyLifetime", "Auth__KeyMaximumAge", "Auth__Mode",
        "Auth__PhoneNumberClaim", "Auth__ScopeClaim", "Auth__SubjectClaim",
        // Policies, of which each has a default that suits.
        "Businesses__*", "CallHandling__*", "Channels__*", "Delivery__*", "Events__*", "RateLimits__*", "Registration__*", "Sinks__*",
        "Subscriptions__*", "Surfaces__*",
        // Off until an operator has a client at the issuer or a push service: docs/operate.md, Secrets.
        "Auth__Introspection__*", "Push__*",
        "Node__Codecs", "Node__Ims__Authentication", "Node__Ims__RegisterSeconds", "Node__Media__ImsSrtp", "Node__Media__Pin", "Node__Media__VideoKilobits", "Node__RingSeconds", "Node__Sip__Preconditions",
        "Node__Sip__AccessNetwork", "Node__Sip__DialogEvents", "Node__Sip__NameServers", "Node__Sip__Presence", "Node__Sip__RegistersPerSecond", "Node__Sip__SessionSeconds", "Node__Sip__Telephony", "Node__Sip__Tls__Mutual",
        "Node__Calls__Busy", "Node__Calls__Decline", "Node__Calls__KeysByInfo", "Node__Calls__MoveSeconds", "Node__Calls__Referrals", "Node__Calls__Transfer", "Node__Calls__TransferSeconds",
        "Node__Media__Advertised6", "Node__Media__IdleSeconds", "Node__Media__ImsAddress", "Node__Media__ImsAdvertised", "Node__Media__ImsSource",
        // With managed identities there is no connection string.
        "Storage__ConnectionString", "WebPubSub__ConnectionString",
    ];

    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task Functions_start_with_what_is_deployed(string stack)
    {
        await using var app = Byon.Functions.Program.Build(Arguments(FunctionSettings.Write(SampleConfiguration.Plan(stack).Configuration, Addresses)));
        app.Services.GetRequiredService<IStartupValidator>().Validate();
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public void A_node_reads_the_ports_that_the_firewall_opens(string stack)
    {
        var plan = SampleConfiguration.Plan(stack);
        var node = NodeOptions.Read(Node(plan));
        var rules = plan.MediaRules.Where(rule => rule.Allow).ToDictionary(rule => rule.Name, rule => rule.Ports!.Value);
        Assert.Equal((node.Media.WebRtcPort, node.Media.WebRtcPort + node.Media.Workers - 1), (rules["webrtc"].First, rules["webrtc"].Last));
        Assert.Equal((node.Media.ImsPortFirst, node.Media.ImsPortFirst + node.Media.ImsPortCount - 1), (rules["rtp"].First, rules["rtp"].Last));
        Assert.Equal(node.SipListen.Port, rules["sip-udp"].First);
        Assert.Equal(node.SipListen.Port, rules["sip-tcp"].Last);
        Assert.Equal(node.ControlListen.Port, rules["control"].First);
        Assert.Equal(plan.Configuration.Nodes.Size.Processors, node.Media.Workers);
        Assert.True(node.DrainTime < TimeSpan.FromMinutes(plan.Configuration.Nodes.DrainMinutes));
    }

    [Fact]
    public void What_a_machine_learns_about_itself_is_what_the_node_lacks()
    {
        var complaint = Assert.Throws<NodeOptionsException>(() => NodeOptions.Read(Of(NodeSettings.OfPool(SampleConfiguration.Plan().Configuration, SampleConfiguration.ClientId))));
        Assert.Equal("Node:Id", complaint.Setting);
    }

    [Fact]
    public void Every_setting_of_the_programs_is_deployed_or_left_at_its_default_on_purpose()
    {
        var configuration = WithTls.Configuration;
        string[] functions = [.. FunctionSettings.Write(configuration, Addresses).Keys];
        string[] node = [.. NodeSettings.OfPool(configuration, SampleConfiguration.ClientId).Keys, .. NodeSettings.OfMachine(configuration)];
        var undecided = SettingsCatalog.All.Where(setting => !IsListed(setting.Name, LeftAtTheirDefaults) && !(setting.Program switch
        {
            SettingProgram.Functions => functions.Contains(setting.Name),
            SettingProgram.MediaNode => node.Contains(setting.Name),
            _ => functions.Contains(setting.Name) && node.Contains(setting.Name),
        }));
        Assert.Equal("", string.Join(", ", undecided.Select(setting => setting.Name)));
    }

    [Fact]
    public void Nothing_is_deployed_that_no_program_reads()
    {
        var configuration = WithTls.Configuration;
        var deployed = FunctionSettings.Write(configuration, Addresses).Keys
            .Concat(NodeSettings.OfPool(configuration, SampleConfiguration.ClientId).Keys).Concat(NodeSettings.OfMachine(configuration));
        var known = SettingsCatalog.All.Select(setting => setting.Name).ToHashSet();
        Assert.All(deployed.Where(name => !OfThePlatform.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))), name => Assert.Contains(name, known));
        Assert.All(LeftAtTheirDefaults, listed => Assert.Contains(known, name => IsListed(name, [listed])));
    }

    [Fact]
    public void The_catalog_names_exactly_what_a_node_asks_for()
    {
        var recording = new RecordingConfiguration(Node(SampleConfiguration.Plan()));
        NodeOptions.Read(recording);
        Assert.Equal(recording.Asked, SettingsCatalog.All.Where(setting => setting.Program == SettingProgram.MediaNode).Select(setting => setting.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_catalog_knows_every_section_that_functions_bind()
    {
        var bound = Directory.EnumerateFiles(RepositoryRoot.Combine("functions"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(file => BoundSection().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value.Replace(":", "__", StringComparison.Ordinal)));
        var known = SettingsCatalog.All.Where(setting => setting.Program == SettingProgram.Functions).Select(setting => setting.Name).ToList();
        Assert.NotEmpty(bound);
        Assert.All(bound, section => Assert.Contains(known, name => name.StartsWith(section + "__", StringComparison.Ordinal)));
    }

    [Fact]
    public void Further_settings_reach_their_program()
    {
        var configuration = SampleConfiguration.Plan("prod",
            (ConfigurationKeys.FunctionsSettings, """{"Registration__DefaultLifetime":"02:00:00"}"""),
            (ConfigurationKeys.NodeSettings, """{"Node__RingSeconds":90}""")).Configuration;
        Assert.Equal("02:00:00", FunctionSettings.Write(configuration, Addresses)["Registration__DefaultLifetime"]);
        Assert.Equal("90", NodeSettings.OfPool(configuration, SampleConfiguration.ClientId)["Node__RingSeconds"]);
    }

    [Fact]
    public void A_secret_reaches_functions_by_reference()
    {
        var configuration = SampleConfiguration.Plan("prod", (ConfigurationKeys.FunctionsSecrets, """{"Push__Apns__Key":"apns-key"}""")).Configuration;
        Assert.Equal("@Microsoft.KeyVault(SecretUri=https://byon-prod-acme1.vault.azure.net/secrets/apns-key)", FunctionSettings.Write(configuration, Addresses)["Push__Apns__Key"]);
    }

    [Fact]
    public void No_setting_holds_a_secret()
    {
        var settings = FunctionSettings.Write(SampleConfiguration.Plan().Configuration, Addresses);
        Assert.StartsWith("@Microsoft.KeyVault(SecretUri=https://", settings["Control__PoolKey"], StringComparison.Ordinal);
        Assert.DoesNotContain(settings.Keys, name => name.Contains("ConnectionString", StringComparison.Ordinal));
        Assert.DoesNotContain("Control__PoolKey", NodeSettings.OfPool(SampleConfiguration.Plan().Configuration, SampleConfiguration.ClientId).Keys);
    }

    private static ServicePlan WithTls => SampleConfiguration.Plan("prod", (ConfigurationKeys.SipCertificate, "sip-tls"), (ConfigurationKeys.SipAuthorities, "sip-authorities"));

    /// <summary>As the machine puts it together: the pool's settings, and its own.</summary>
    private static IConfiguration Node(ServicePlan plan)
    {
        var settings = new Dictionary<string, string>(NodeSettings.OfPool(plan.Configuration, SampleConfiguration.ClientId))
        {
            ["Node__Id"] = "vmss_1",
            ["Node__Control__Url"] = "http://10.40.0.4:8090",
            ["Node__Sip__Address"] = "10.40.0.4",
            ["Node__Sip__Advertised"] = "198.51.100.1",
            ["Node__Media__Address"] = "10.40.0.4",
            ["Node__Media__Advertised"] = "198.51.100.1",
        };
        return Of(settings);
    }

    private static IConfiguration Of(IEnumerable<KeyValuePair<string, string>> settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key.Replace("__", ":", StringComparison.Ordinal), (string?)setting.Value))).Build();

    /// <summary>The platform resolves references to the vault before the program starts.</summary>
    private static string[] Arguments(IReadOnlyDictionary<string, string> settings) =>
    [
        .. settings.Select(setting => $"--{setting.Key.Replace("__", ":", StringComparison.Ordinal)}="
            + (setting.Value.StartsWith("@Microsoft.KeyVault", StringComparison.Ordinal) ? Convert.ToBase64String(new byte[32]) : setting.Value)),
    ];

    private static bool IsListed(string name, IEnumerable<string> list) => list.Any(listed =>
        listed.EndsWith('*') ? name.StartsWith(listed[..^1], StringComparison.Ordinal) : name == listed);

    [GeneratedRegex(@"(?:BindConfiguration|GetSection)\(""([A-Za-z:]+)""\)")]
    private static partial Regex BoundSection();
}
