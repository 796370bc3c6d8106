using Byon.Tests.TestKit;

namespace Byon.Tests.Bench.Media.Servers;

/// <summary>Whose builds of the codec libraries a server is given.</summary>
internal enum CodecBuild
{
    Debian,

    /// <summary>Those of <c>./byon codecs</c>.</summary>
    Own,
}

internal static class CodecBuilds
{
    public static string Folder { get; } = RepositoryRoot.Combine(".byon", "codecs");

    public static bool HasOwn => Directory.Exists(Path.Combine(Folder, "glibc-hwcaps"));
}
