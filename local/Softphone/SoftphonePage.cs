namespace Byon.Local.Softphone;

/// <summary>The page's files, embedded: what is not listed does not exist.</summary>
internal static class SoftphonePage
{
    private const string Prefix = "softphone/";

    private static readonly Dictionary<string, string> ContentTypes = new()
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    };

    public static IReadOnlyDictionary<string, PageFile> Files { get; } = ReadAll();

    private static Dictionary<string, PageFile> ReadAll()
    {
        var assembly = typeof(SoftphonePage).Assembly;
        var files = new Dictionary<string, PageFile>(StringComparer.Ordinal);
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var content = assembly.GetManifestResourceStream(resource)!;
            using var bytes = new MemoryStream();
            content.CopyTo(bytes);
            files["/" + resource[Prefix.Length..]] = new PageFile(ContentTypes[Path.GetExtension(resource)], bytes.ToArray());
        }

        return files;
    }
}

internal sealed record PageFile(string ContentType, ReadOnlyMemory<byte> Content);
