using System.Text.RegularExpressions;
using Byon.Tests.TestKit;

namespace Byon.Tests.Infra.Tests.Package;

/// <summary>What the codec libraries' build takes from medianode/CodecLibraries: it takes minutes and the network, its parts can be looked at.</summary>
public sealed partial class CodecLibrariesTests
{
    private static readonly string Folder = RepositoryRoot.Combine("medianode", "CodecLibraries");

    private static readonly string[] Names = [.. Directory.EnumerateDirectories(Folder).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Libraries => [.. Names];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void A_library_s_patch_and_headers_include_each_header_of_ours_and_none_that_is_missing(string library)
    {
        var folder = Path.Combine(Folder, library);
        var shared = Headers(Folder);
        var own = Headers(folder);

        var byPatch = Included(File.ReadLines(Path.Combine(folder, "hooks.patch")).Where(line => line.StartsWith("+#include", StringComparison.Ordinal)));
        var byHeaders = own.Concat(shared).SelectMany(header => Included(File.ReadLines(header))).ToHashSet(StringComparer.Ordinal);

        Assert.NotEmpty(byPatch);
        Assert.Empty(byPatch.Concat(byHeaders).Except(own.Concat(shared).Select(header => Path.GetFileName(header)!)));
        Assert.Empty(own.Select(header => Path.GetFileName(header)!).Except(byPatch.Concat(byHeaders)));
    }

    [Fact]
    public void Each_folder_is_named_for_a_library_that_is_built()
    {
        var sources = SourcesLine().Match(File.ReadAllText(Path.Combine(Folder, "build"))).Groups["names"].Value.Split(' ');

        Assert.Empty(Names.Except(sources));
    }

    private static List<string> Headers(string folder) => [.. Directory.EnumerateFiles(folder, "*.h")];

    private static HashSet<string> Included(IEnumerable<string> lines) =>
        [.. lines.Select(line => OwnInclude().Match(line)).Where(match => match.Success).Select(match => match.Groups["header"].Value)];

    [GeneratedRegex("#include \"(?<header>[^\"]+)\"")]
    private static partial Regex OwnInclude();

    [GeneratedRegex(@"sources=\((?<names>[^)]+)\)")]
    private static partial Regex SourcesLine();
}
