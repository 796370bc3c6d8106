using Byon.Infra.Model;
using Byon.Infra.Model.Configuration;
using Byon.Infra.Model.Nodes;
using Byon.Infra.Model.Settings;
using Byon.Tests.Infra.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.Infra.Tests.Nodes;

/// <summary>The scripts of a node's machine, run for real against a double of what Azure tells a machine.</summary>
public sealed class MachineScriptTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private ServicePlan _plan = SampleConfiguration.Plan();
    private FakeAzure _azure = null!;

    public async Task InitializeAsync() => _azure = await FakeAzure.StartAsync();

    public async Task DisposeAsync()
    {
        await _azure.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(PublicAddressSource.Instance)]
    [InlineData(PublicAddressSource.LoadBalancer)]
    [InlineData(PublicAddressSource.ResourceManager)]
    public async Task A_machine_writes_its_own_settings_and_fetches_the_image(PublicAddressSource known)
    {
        _azure.PublicAddressKnownTo = known;
        Assert.Equal(0, await RunPrepareAsync());
        var settings = (await File.ReadAllLinesAsync(RunFile("machine.env"))).Select(line => line.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1]);
        Assert.Equal(NodeSettings.OfMachine(_plan.Configuration).Order(), settings.Keys.Order());
        Assert.Equal(FakeAzure.MachineName, settings["Node__Id"]);
        Assert.Equal($"http://{FakeAzure.PrivateAddress}:8090", settings["Node__Control__Url"]);
        Assert.Equal(FakeAzure.PrivateAddress, settings["Node__Sip__Address"]);
        Assert.Equal(FakeAzure.PublicAddress, settings["Node__Sip__Advertised"]);
        Assert.Equal(FakeAzure.PublicAddress, settings["Node__Media__Advertised"]);
        Assert.Equal(FakeAzure.PoolKey, settings["Control__PoolKey"]);
        var image = SampleConfiguration.Plan().Names.ImageReference("0.1.0");
        Assert.Equal(
            [$"login --username 00000000-0000-0000-0000-000000000000 --password-stdin {image.Split('/')[0]}", $"stdin {FakeAzure.RegistryToken}", $"pull --quiet {image}"],
            await File.ReadAllLinesAsync(RunFile("docker.log")));
    }

    [Fact]
    public async Task A_certificate_reaches_the_node_as_a_file()
    {
        _plan = SampleConfiguration.Plan("prod", (ConfigurationKeys.SipCertificate, "sip-tls"), (ConfigurationKeys.SipAuthorities, "sip-authorities"));
        Assert.Equal(0, await RunPrepareAsync());
        var settings = (await File.ReadAllLinesAsync(RunFile("machine.env"))).Select(line => line.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1]);
        Assert.Equal(NodeSettings.OfMachine(_plan.Configuration).Order(), settings.Keys.Order());
        Assert.Equal(FakeAzure.Certificate, (await File.ReadAllTextAsync(settings["Node__Sip__Tls__Certificate"])).TrimEnd('\n'));
        Assert.Equal(settings["Node__Sip__Tls__Certificate"], settings["Node__Sip__Tls__Key"]);
        Assert.Equal(FakeAzure.Authorities, (await File.ReadAllTextAsync(settings["Node__Sip__Tls__Authorities"])).TrimEnd('\n'));
    }

    [Fact]
    public async Task Secrets_are_readable_by_nobody_else()
    {
        _plan = SampleConfiguration.Plan("prod", (ConfigurationKeys.SipCertificate, "sip-tls"));
        await RunPrepareAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(RunFile("machine.env")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(RunFile("tls/certificate.pem")));
    }

    [Fact]
    public async Task A_machine_without_a_public_address_does_not_start_a_node()
    {
        _azure.PublicAddressKnownTo = PublicAddressSource.Nobody;
        Assert.NotEqual(0, await RunPrepareAsync());
        Assert.False(File.Exists(RunFile("machine.env")));
    }

    [Fact]
    public async Task A_termination_drains_the_node_and_only_then_lets_azure_go_on()
    {
        await using var drain = await StartDrainAsync();
        _azure.Announce("Freeze", FakeAzure.MachineName);
        _azure.Announce("Terminate", "another-machine");
        var mine = _azure.Announce("Terminate", FakeAzure.MachineName);
        await WaitFor.TrueAsync(() => _azure.Approved.Count > 0, otherwise: drain.Tail);
        Assert.Equal([mine], _azure.Approved);
        Assert.Equal(["stop byon-medianode.service"], await File.ReadAllLinesAsync(RunFile("systemctl.log")));
    }

    private string RunFile(string name) => Path.Combine(_folder.Path, "run", name);

    private async Task<int> RunPrepareAsync()
    {
        await using var prepare = await StartAsync("prepare");
        return await prepare.WaitForExitAsync();
    }

    private Task<ChildProcess> StartDrainAsync() => StartAsync("drain");

    private async Task<ChildProcess> StartAsync(string script)
    {
        var etc = Directory.CreateDirectory(Path.Combine(_folder.Path, "etc")).FullName;
        var bin = Directory.CreateDirectory(Path.Combine(_folder.Path, "bin")).FullName;
        Directory.CreateDirectory(Path.Combine(_folder.Path, "run"));
        var deploy = CloudInit.Files(_plan, SampleConfiguration.ClientId).Single(file => file.Path == "/etc/byon/deploy.env").Content;
        foreach (var line in deploy.Split('\n').Where(line => line.Split('=') is [var name, { Length: > 0 }] && name.EndsWith("_URL", StringComparison.Ordinal)))
            deploy = deploy.Replace(line, $"{line.Split('=')[0]}={_azure.UrlFor(line)}", StringComparison.Ordinal);
        // The files are the node's: here that is whoever runs the test.
        deploy = deploy.Replace($"NODE_USER={CloudInit.NodeUser}", $"NODE_USER={Environment.UserName}", StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(etc, "deploy.env"), deploy);
        await WriteProgramAsync(bin, script, MachineFile.Embedded(script));
        await WriteProgramAsync(bin, "docker", $"#!/bin/bash\necho \"$*\" >>{RunFile("docker.log")}\n[[ $* != *--password-stdin* ]] || echo \"stdin $(cat)\" >>{RunFile("docker.log")}\n");
        await WriteProgramAsync(bin, "systemctl", $"#!/bin/bash\necho \"$*\" >>{RunFile("systemctl.log")}\n");
        return ChildProcess.Start("/bin/bash", [Path.Combine(bin, script)], environment: new Dictionary<string, string>
        {
            ["PATH"] = $"{bin}:{Environment.GetEnvironmentVariable("PATH")}",
            ["BYON_ETC"] = etc,
            ["BYON_RUN"] = Path.Combine(_folder.Path, "run"),
            ["NO_PROXY"] = "127.0.0.1",
        });
    }

    private static async Task WriteProgramAsync(string folder, string name, string text)
    {
        var file = Path.Combine(folder, name);
        await File.WriteAllTextAsync(file, text);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
