using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Byon.Infra.Model.Nodes;
using Byon.Infra.Model.Settings;
using Byon.Tests.Infra.Tests.Rig;
using Byon.Tests.TestKit;
using YamlDotNet.Serialization;

namespace Byon.Tests.Infra.Tests.Nodes;

/// <summary>What a new machine is told is well-formed: YAML, scripts, units, and Docker's own file.</summary>
public sealed class CloudInitTests : IDisposable
{
    private static readonly string[] KnownKeys = ["package_update", "package_upgrade", "packages", "write_files", "runcmd"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public void The_text_is_cloud_config_and_fits(string stack)
    {
        var text = CloudInit.Write(SampleConfiguration.Plan(stack), SampleConfiguration.ClientId);
        Assert.StartsWith("#cloud-config\n", text, StringComparison.Ordinal);
        Assert.True(text.Length <= CloudInit.LargestSize);
        var document = new Deserializer().Deserialize<Dictionary<string, object>>(text);
        Assert.Empty(document.Keys.Except(KnownKeys));
        Assert.All(Items(document["packages"]), package => Assert.IsType<string>(package));
        Assert.All(Items(document["runcmd"]), command => Assert.All(Items(command), part => Assert.IsType<string>(part)));
    }

    [Fact]
    public void Every_file_is_written_as_the_model_has_it()
    {
        var plan = SampleConfiguration.Plan();
        var document = new Deserializer().Deserialize<Dictionary<string, object>>(CloudInit.Write(plan, SampleConfiguration.ClientId));
        var written = Items(document["write_files"]).Cast<Dictionary<object, object>>().ToDictionary(file => (string)file["path"]);
        Assert.Equal(CloudInit.Files(plan, SampleConfiguration.ClientId).Count, written.Count);
        foreach (var file in CloudInit.Files(plan, SampleConfiguration.ClientId))
        {
            Assert.Equal("b64", written[file.Path]["encoding"]);
            Assert.Equal(file.Permissions, written[file.Path]["permissions"]);
            Assert.Equal(file.Content, Encoding.UTF8.GetString(Convert.FromBase64String((string)written[file.Path]["content"])));
        }
    }

    [Fact]
    public void The_machine_gets_the_nodes_settings_and_keeps_its_media_ports()
    {
        var plan = SampleConfiguration.Plan();
        var settings = NodeSettings.OfPool(plan.Configuration, SampleConfiguration.ClientId);
        Assert.Equal(settings.Select(setting => $"{setting.Key}={setting.Value}"), Content("/etc/byon/node.env").TrimEnd('\n').Split('\n'));
        var ports = plan.Configuration.Network.Ports;
        Assert.Contains($"net.ipv4.ip_local_reserved_ports={ports.Sip},{ports.Control},{ports.OpenMedia}\n", Content("/etc/sysctl.d/60-byon.conf"), StringComparison.Ordinal);
    }

    [Fact]
    public void No_secret_is_in_it()
    {
        var poolKey = Convert.ToBase64String(new byte[32]);
        Assert.All(CloudInit.Files(SampleConfiguration.Plan(), SampleConfiguration.ClientId), file => Assert.DoesNotContain(poolKey, file.Content, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("prepare")]
    [InlineData("drain")]
    public async Task Scripts_are_ones_that_bash_understands(string script)
    {
        var file = Path.Combine(_folder.Path, script);
        await File.WriteAllTextAsync(file, MachineFile.Embedded(script));
        Assert.StartsWith("#!/bin/bash\n", MachineFile.Embedded(script), StringComparison.Ordinal);
        Assert.DoesNotContain('\r', MachineFile.Embedded(script));
        using var bash = Process.Start("bash", ["-n", file]);
        await bash.WaitForExitAsync();
        Assert.Equal(0, bash.ExitCode);
    }

    [Theory]
    [InlineData("byon-medianode.service")]
    [InlineData("byon-drain.service")]
    public void Units_have_their_sections_and_only_variables_that_exist(string unit)
    {
        var lines = MachineFile.Embedded(unit).Split('\n').Where(line => line.Length > 0 && line[0] != '#').ToList();
        Assert.Equal(["[Unit]", "[Service]", "[Install]"], lines.Where(line => line[0] == '['));
        Assert.All(lines.Where(line => line[0] != '['), line => Assert.Matches(@"^[A-Z][A-Za-z]+=.*\S$", line));
        var deploy = Content("/etc/byon/deploy.env");
        foreach (var variable in lines.SelectMany(line => line.Split('$').Skip(1)).Select(rest => rest[1..rest.IndexOf('}', StringComparison.Ordinal)]))
            Assert.Contains($"{variable}=", deploy, StringComparison.Ordinal);
    }

    [Fact]
    public void The_node_may_take_its_time_to_drain_and_is_through_before_azure_is()
    {
        var plan = SampleConfiguration.Plan();
        var stop = int.Parse(Content("/etc/byon/deploy.env").Split('\n').Single(line => line.StartsWith("STOP_SECONDS=", StringComparison.Ordinal))["STOP_SECONDS=".Length..]);
        Assert.True(stop > NodeSettings.DrainSeconds(plan.Configuration));
        Assert.True(stop < plan.Configuration.Nodes.DrainMinutes * 60);
    }

    [Fact]
    public void Dockers_file_is_JSON() => Assert.Equal(false, (bool?)JsonNode.Parse(Content("/etc/docker/daemon.json"))!["iptables"]);

    private static string Content(string path) =>
        CloudInit.Files(SampleConfiguration.Plan(), SampleConfiguration.ClientId).Single(file => file.Path == path).Content;

    private static IEnumerable<object> Items(object list) => (List<object>)list;
}
