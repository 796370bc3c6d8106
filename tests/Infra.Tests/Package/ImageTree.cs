using System.Diagnostics;
using System.Runtime.Intrinsics.X86;
using Byon.Tests.TestKit;

namespace Byon.Tests.Infra.Tests.Package;

/// <summary>
/// The image's file system without Docker: the files of an essential Debian, of the packages its Dockerfile installs, and what it
/// copies. A program started in it sees nothing else.
/// </summary>
public sealed class ImageTree : IDisposable
{
    private static readonly string[] Unneeded = ["/usr/share/doc/", "/usr/share/man/", "/usr/share/locale/", "/usr/share/info/", "/var/"];

    private readonly TemporaryFolder _folder = new();

    public ImageTree()
    {
        // The image's user is not the one who makes the tree.
        File.SetUnixFileMode(_folder.Path, File.GetUnixFileMode(_folder.Path) | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        foreach (var link in new[] { "bin", "lib", "lib64", "sbin" })
        {
            Directory.CreateDirectory(At($"usr/{link}"));
            File.CreateSymbolicLink(At(link), $"usr/{link}");
        }

        foreach (var folder in new[] { "proc", "tmp", "dev" }) Directory.CreateDirectory(At(folder));
        var dockerfile = Dockerfile.Read();
        var packages = DebianPackages.Closure([.. DebianPackages.Essential, .. dockerfile.Packages]);
        CopyAll(DebianPackages.FilesOf(packages).Where(file => !Unneeded.Any(file.StartsWith)));
        foreach (var copy in dockerfile.All("COPY"))
        {
            var words = copy.Split(' ').Where(word => !word.StartsWith("--", StringComparison.Ordinal)).ToArray();
            if (copy.Contains("--from=codecs", StringComparison.Ordinal)) StandInForCodecs(words[1]);
            else Copy(Path.Combine(BuiltPackage.Path("medianode"), words[0]), words[1]);
        }
    }

    /// <summary>Of the processors for which the image has codec libraries of its own, see medianode/CodecLibraries/build.</summary>
    public static string CodecFolder => Avx2.IsSupported ? "glibc-hwcaps/x86-64-v3" : "";

    /// <summary>Whether a file is one of the codec libraries.</summary>
    public static bool IsCodec(string library) => Path.GetFileName(library) is var name
        && (name.StartsWith("libopus.", StringComparison.Ordinal) || name.StartsWith("libopencore-", StringComparison.Ordinal) || name.StartsWith("libvo-", StringComparison.Ordinal));

    /// <summary>Building the codec libraries takes minutes. Where they would lie, Debian's own do as well.</summary>
    private void StandInForCodecs(string target)
    {
        var folder = At(Path.Combine(target, CodecFolder));
        Directory.CreateDirectory(folder);
        foreach (var library in Directory.GetFiles(At("usr/lib/x86_64-linux-gnu"), "lib*.so.0").Where(IsCodec)) File.Copy(library, Path.Combine(folder, Path.GetFileName(library)));
    }


    /// <summary>
    /// What it takes to run a command of the image with this root, as its user where this process may change that, otherwise as
    /// a root who is nobody outside. The process keeps its id.
    /// </summary>
    public (string Program, string[] Arguments) Command(string user, params string[] command)
    {
        const string mounts = "root=$1; shift; mount --rbind /proc \"$root/proc\" && mount --rbind /dev \"$root/dev\" && exec chroot \"$@\"";
        string[] space = Environment.IsPrivilegedProcess ? ["--mount"] : ["--map-root-user", "--mount"];
        string[] identity = Environment.IsPrivilegedProcess ? [$"--userspec={user}"] : [];
        return ("unshare", [.. space, "sh", "-c", mounts, "sh", _folder.Path, .. identity, _folder.Path, .. command]);
    }

    public void Dispose() => _folder.Dispose();

    private string At(string path) => Path.Combine(_folder.Path, path.TrimStart('/'));

    /// <summary>Under usr as well where Debian's merged folders are named: bin, lib and lib64 are links.</summary>
    private static string Merged(string path) =>
        path.Split('/')[1] is "bin" or "lib" or "lib64" or "sbin" ? "/usr" + path : path;

    private void CopyAll(IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            var target = At(Merged(path));
            var info = new FileInfo(path);
            if (info.LinkTarget is { } link && !Path.Exists(target))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.CreateSymbolicLink(target, link);
            }
            else if (info.LinkTarget is null && info.Exists)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(path, target, overwrite: true);
            }
        }
    }

    private void Copy(string from, string to)
    {
        var target = At(to);
        Directory.CreateDirectory(Path.GetDirectoryName(target.TrimEnd('/'))!);
        // With its modes: an execute bit is part of what is deployed.
        using var cp = Process.Start("cp", Directory.Exists(from) ? ["-RT", from.TrimEnd('/'), target.TrimEnd('/')] : [from, target]);
        cp.WaitForExit();
        Assert.Equal(0, cp.ExitCode);
    }
}
