namespace Byon.Local.Up;

/// <summary>Where things lie in the repository this program runs from.</summary>
public sealed record Repository(string Root)
{
    /// <exception cref="InvalidOperationException">The program does not run from inside the repository.</exception>
    public static Repository Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ByonServerless.sln")))
            {
                return new Repository(folder.FullName);
            }
        }

        throw new InvalidOperationException("ByonServerless.sln lies in no folder above " + AppContext.BaseDirectory + ".");
    }

    /// <summary>The published functions: a package root as the Functions host expects it.</summary>
    public string FunctionsPackage => Path.Combine(Root, "out", "functions");

    public string MediaNodeExecutable => Path.Combine(Root, "out", "medianode", "byon-medianode");

    public string LogFolder => Path.Combine(Root, ".byon", "log");

    /// <summary>A sentence that says how to build what is missing; null where all is there.</summary>
    public string? MissingBuild =>
        File.Exists(Path.Combine(FunctionsPackage, "host.json")) && File.Exists(MediaNodeExecutable)
            ? null
            : $"out/functions or out/medianode is missing: run ./byon build in {Root}.";
}
