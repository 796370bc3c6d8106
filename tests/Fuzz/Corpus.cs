using System.Text;
using Byon.Tests.TestKit;

namespace Byon.Tests.Fuzz;

/// <summary>
/// The inputs in folders: <c>corpus/TARGET</c> to begin with, <c>regressions/TARGET</c> of what once failed. A file *.hex is bytes
/// in hexadecimal (line ends and # comments are skipped), every other one is text whose line ends become CRLF.
/// </summary>
public static class Corpus
{
    public static string Folder { get; } = RepositoryRoot.Combine("tests", "Fuzz");

    public static IReadOnlyList<byte[]> Of(FuzzTarget target) =>
        [.. Files("corpus", target).Concat(Shared(target)).Concat(Files("regressions", target)).Select(Read)];

    public static IReadOnlyList<string> Files(string kind, FuzzTarget target)
    {
        var folder = Path.Combine(Folder, kind, target.Name);
        return Directory.Exists(folder) ? [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal)] : [];
    }

    private static IEnumerable<string> Shared(FuzzTarget target) => target.SharedCorpus is { } folder
        ? Directory.GetFiles(RepositoryRoot.Combine(folder), "*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".cs", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        : [];

    public static byte[] Read(string file)
    {
        var bytes = File.ReadAllBytes(file);
        if (Path.GetExtension(file) == ".raw") return bytes;
        var text = Encoding.Latin1.GetString(bytes);
        if (Path.GetExtension(file) != ".hex") return Encoding.Latin1.GetBytes(text.ReplaceLineEndings("\r\n"));
        var digits = text.Split('\n').Where(line => !line.StartsWith('#')).SelectMany(line => line).Where(char.IsAsciiHexDigit);
        return Convert.FromHexString(string.Concat(digits));
    }

    /// <summary>Keeps the input of a fault, as it lies, where <c>byon fuzz</c> says.</summary>
    public static string Keep(string folder, FuzzTarget target, FuzzFault fault)
    {
        Directory.CreateDirectory(folder);
        var name = string.Concat(fault.Place.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
        var file = Path.Combine(folder, $"{target.Name}.{name[..Math.Min(name.Length, 60)]}.raw");
        File.WriteAllBytes(file, fault.Input);
        return file;
    }
}
