using System.Globalization;
using System.Net;
using Byon.Infra.Model.Nodes;
using Byon.Platform.Control;
using Byon.Tests.Infra.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.Infra.Tests.Package;

/// <summary>
/// The media node's image without Docker: its Dockerfile's steps are replayed into a plain tree, and the node runs in it. What
/// its package list lacks, the node lacks.
/// </summary>
[Collection(StorageTests.Name)]
public sealed class NodeImageTests(StorageFixture storage, ImageTree tree) : IClassFixture<ImageTree>
{
    private static readonly Dockerfile Image = Dockerfile.Read();
    private readonly int _controlPort = FreePorts.Next();
    [Fact]
    public async Task The_node_runs_from_its_packages_alone_and_stops_cleanly()
    {
        await using var node = Start(Entrypoint);
        using var http = new HttpClient();
        await WaitFor.TrueAsync(() => IsReadyAsync(http), otherwise: node.Tail);

        var loaded = LibrariesOf(node.Id);
        foreach (var library in new[] { "libssl.so.3", "libcrypto.so.3", "libopus.so.0", "libopencore-amrnb.so.0", "libopencore-amrwb.so.0", "libvo-amrwbenc.so.0" })
            Assert.Contains(loaded, path => Path.GetFileName(path).StartsWith(library, StringComparison.Ordinal));
        Assert.DoesNotContain(node.Lines, line => line.Contains("not installed", StringComparison.Ordinal));

        await using var check = Start(Words(Image["HEALTHCHECK"][Image["HEALTHCHECK"].IndexOf('[', StringComparison.Ordinal)..]));
        Assert.Equal(0, await check.WaitForExitAsync());

        ProcessSignal.Terminate(node.Id);
        Assert.Equal(0, await node.WaitForExitAsync());
    }

    [Fact]
    public async Task Of_two_builds_of_a_codec_the_node_takes_the_image_s_own_and_says_so()
    {
        await using var node = Start(Entrypoint);
        using var http = new HttpClient();
        await WaitFor.TrueAsync(() => IsReadyAsync(http), TimeSpan.FromSeconds(60), node.Tail);

        var path = Image.All("ENV").Single(set => set.StartsWith("LD_LIBRARY_PATH=", StringComparison.Ordinal)).Split('=')[1];
        var folder = Path.Combine(path, ImageTree.CodecFolder);
        var codecs = LibrariesOf(node.Id).Where(ImageTree.IsCodec).ToList();
        Assert.Equal(4, codecs.Count);
        Assert.All(codecs, codec => Assert.EndsWith(folder, Path.GetDirectoryName(codec), StringComparison.Ordinal));
        Assert.Contains(node.Lines, line => line.Contains($"Codec libraries: {folder}/libopus.so.0 (libopus ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_health_check_fails_where_no_node_answers()
    {
        await using var check = Start(["/opt/byon/healthcheck"]);
        Assert.NotEqual(0, await check.WaitForExitAsync());
    }

    [Fact]
    public void It_is_no_root_and_is_stopped_by_the_signal_that_drains()
    {
        Assert.Equal("debian:12-slim", Image["FROM"]);
        Assert.Equal(CloudInit.NodeUser, Image["USER"]);
        Assert.DoesNotContain("0", Image["USER"].Split(':'));
        Assert.NotEqual("root", Image["USER"]);
        Assert.Equal("SIGTERM", Image["STOPSIGNAL"]);
        Assert.Contains(NodeControlRoutes.Health, File.ReadAllText(Path.Combine(BuiltPackage.Path("medianode"), "healthcheck")), StringComparison.Ordinal);
    }

    private static string[] Entrypoint => Words(Image["ENTRYPOINT"]);

    /// <summary>An instruction's JSON array.</summary>
    private static string[] Words(string array) => System.Text.Json.JsonSerializer.Deserialize<string[]>(array)!;

    private static HashSet<string> LibrariesOf(int processId) =>
        [.. File.ReadLines($"/proc/{processId}/maps").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1]).Where(path => path.Contains(".so", StringComparison.Ordinal))];

    private ChildProcess Start(params string[] command)
    {
        var (program, arguments) = tree.Command(Image["USER"], command);
        var environment = new Dictionary<string, string>(Settings());
        foreach (var set in Image.All("ENV").Select(line => line.Split('=', 2))) environment[set[0]] = set[1];
        return ChildProcess.Start(program, arguments, environment: environment);
    }

    private Dictionary<string, string> Settings() => new()
    {
        ["Node__Id"] = "image-1",
        ["Node__Control__Port"] = _controlPort.ToString(CultureInfo.InvariantCulture),
        ["Node__Sip__Port"] = FreePorts.Next().ToString(CultureInfo.InvariantCulture),
        ["Node__Ims__NextHop"] = "sip:127.0.0.1:9",
        ["Node__Ims__Domain"] = "ims.example",
        ["Node__Media__WebRtcPort"] = FreePorts.Next().ToString(CultureInfo.InvariantCulture),
        ["Node__Media__Workers"] = "1",
        ["Node__Media__ImsPortFirst"] = FreePorts.Next(4).ToString(CultureInfo.InvariantCulture),
        ["Node__Media__ImsPortCount"] = "4",
        ["Storage__ConnectionString"] = storage.Connection,
        ["WebPubSub__ConnectionString"] = "Endpoint=http://127.0.0.1:9;AccessKey=c2VjcmV0LW9mLXRoZS10ZXN0cw==;Version=1.0;",
        ["Control__PoolKey"] = Convert.ToBase64String(new byte[32]),
    };

    private async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{_controlPort}{NodeControlRoutes.Health}"));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
