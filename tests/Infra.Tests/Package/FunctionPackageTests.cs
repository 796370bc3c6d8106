using System.IO.Compression;
using System.Net;
using System.Text.Json.Nodes;
using Byon.Infra.Model.Settings;
using Byon.Local.FunctionsHost;
using Byon.Tests.Infra.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.Infra.Tests.Package;

/// <summary>The zip that <c>./byon package</c> makes, as the Functions host will find it.</summary>
[Collection(StorageTests.Name)]
public sealed class FunctionPackageTests(StorageFixture storage) : IDisposable
{
    private const int OwnerMayExecute = 0x40;

    private static readonly string Zip = BuiltPackage.Path("functions.zip");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_holds_the_host_file_and_every_function()
    {
        using var zip = ZipFile.OpenRead(Zip);
        Assert.NotNull(zip.GetEntry("host.json"));
        var functions = Directory.EnumerateFiles(RepositoryRoot.Combine("functions", "Triggers"), "function.json", SearchOption.AllDirectories)
            .Select(file => $"{Path.GetFileName(Path.GetDirectoryName(file))}/function.json");
        Assert.Equal(functions.Order(), zip.Entries.Where(entry => entry.Name == "function.json").Select(entry => entry.FullName).Order());
    }

    [Fact]
    public void The_program_that_the_host_starts_may_be_executed()
    {
        using var zip = ZipFile.OpenRead(Zip);
        var host = JsonNode.Parse(zip.GetEntry("host.json")!.Open())!;
        var program = zip.GetEntry((string)host["customHandler"]!["description"]!["defaultExecutablePath"]!);
        Assert.NotNull(program);
        Assert.NotEqual(0, (program.ExternalAttributes >> 16) & OwnerMayExecute);
    }

    [Fact]
    public void Nothing_is_in_it_that_is_not_deployed()
    {
        using var zip = ZipFile.OpenRead(Zip);
        Assert.DoesNotContain(zip.Entries, entry =>
            entry.Name is ".stamp" or "local.settings.json" or "appsettings.Development.json" || Path.GetExtension(entry.Name) is ".pdb" or ".xml" or ".cs");
    }

    [Fact]
    public async Task Unpacked_it_starts_behind_a_functions_host_with_the_deployed_settings()
    {
        await ZipFile.ExtractToDirectoryAsync(Zip, _folder.Path);
        var settings = FunctionSettings.Write(SampleConfiguration.Plan().Configuration, new FunctionAddresses(SampleConfiguration.ClientId, ""))
            .ToDictionary(setting => setting.Key, setting => setting.Value.StartsWith('@') ? Convert.ToBase64String(new byte[32]) : setting.Value);
        // Azurite knows no identities.
        settings["Storage__ConnectionString"] = storage.Connection;
        await using var host = await MiniFunctionsHost.StartAsync(new MiniFunctionsHostOptions
        {
            PackageRoot = _folder.Path,
            Port = FreePorts.Next(),
            AllowedOrigins = [],
            Settings = settings,
            Log = (_, _) => { },
        });
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(host.Url, "/health"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
