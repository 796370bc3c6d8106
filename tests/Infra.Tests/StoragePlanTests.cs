using System.Text.Json.Nodes;
using Byon.Functions.Channels;
using Byon.Infra.Model;
using Byon.Infra.Model.Settings;
using Byon.Platform;
using Byon.Platform.Stores;
using Byon.Tests.Infra.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.Infra.Tests;

/// <summary>Every table, queue and hub that the programs use is created, and host.json is what the host takes.</summary>
public class StoragePlanTests
{
    /// <summary>What the Functions host appends to a queue's name for messages that failed too often.</summary>
    private const string PoisonSuffix = "-poison";

    private static readonly IReadOnlyList<string> Files =
        [.. Directory.EnumerateFiles(RepositoryRoot.Combine("functions", "Triggers"), "function.json", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(RepositoryRoot.Path, file))];

    public static TheoryData<string> FunctionFiles => [.. Files];

    private static readonly IReadOnlyDictionary<string, string> Settings =
        FunctionSettings.Write(SampleConfiguration.Plan().Configuration, new FunctionAddresses(SampleConfiguration.ClientId, ""));

    [Fact]
    public void Every_queue_is_created_with_its_poison_twin()
    {
        Assert.Equal(QueueNames.All.Order(), StoragePlan.Queues.Order());
        Assert.All(StoragePlan.Queues.Where(name => !name.EndsWith(PoisonSuffix, StringComparison.Ordinal)), name => Assert.Contains(name + PoisonSuffix, StoragePlan.Queues));
    }

    [Fact]
    public void Every_table_is_created() => Assert.Equal(TableNames.All.Order(), StoragePlan.Tables.Order());

    [Theory]
    [MemberData(nameof(FunctionFiles))]
    public void Every_queue_of_a_trigger_exists_and_its_connection_is_one_of_an_identity(string file)
    {
        foreach (var trigger in Bindings(file).Where(binding => (string?)binding["type"] == "queueTrigger"))
        {
            Assert.Contains((string)trigger["queueName"]!, StoragePlan.Queues);
            var connection = (string)trigger["connection"]!;
            foreach (var part in new[] { "queueServiceUri", "credential", "clientId" })
                Assert.Contains($"{connection}__{part}", Settings.Keys, StringComparer.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [MemberData(nameof(FunctionFiles))]
    public void No_route_of_a_function_is_open_to_everything(string file)
    {
        foreach (var trigger in Bindings(file).Where(binding => (string?)binding["type"] == "httpTrigger"))
        {
            var route = (string)trigger["route"]!;
            Assert.False(route.StartsWith('{'), $"{file}: '{route}' would let callers reach the queue and timer functions");
            Assert.False(route.StartsWith("admin", StringComparison.Ordinal) || route.StartsWith("runtime", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_hub_tells_functions_where_they_listen() => Assert.Equal(WebPubSubHook.Path, ServicePlan.HubHook);

    [Fact]
    public void The_hub_is_the_one_the_programs_use() => Assert.Equal(ServicePlan.Hub, new WebPubSubOptions().Hub);

    [Fact]
    public void Host_json_is_one_of_a_custom_handler()
    {
        var host = JsonNode.Parse(File.ReadAllText(RepositoryRoot.Combine("host.json")))!;
        Assert.Equal("2.0", (string?)host["version"]);
        Assert.Equal("byon-functions", (string?)host["customHandler"]!["description"]!["defaultExecutablePath"]);
        Assert.True((bool?)host["customHandler"]!["enableProxyingHttpRequest"]);
        // customHandler.http.routes excludes function.json files, and with them queue and timer triggers.
        Assert.Null(host["customHandler"]!["http"]);
        Assert.Equal("", (string?)host["extensions"]!["http"]!["routePrefix"]);
        if (!Files.Any(file => Bindings(file).Any(binding => (string?)binding["type"] == "queueTrigger"))) return;
        // The bundle holds the queue trigger; our messages are not base64, which the host expects unless told otherwise.
        Assert.StartsWith("Microsoft.Azure.Functions.ExtensionBundle", (string?)host["extensionBundle"]!["id"], StringComparison.Ordinal);
        Assert.Equal("none", (string?)host["extensions"]!["queues"]!["messageEncoding"]);
    }

    private static IEnumerable<JsonObject> Bindings(string file) =>
        JsonNode.Parse(File.ReadAllText(RepositoryRoot.Combine(file)))!["bindings"]!.AsArray().Select(binding => binding!.AsObject());
}
