namespace Byon.Tests.TestKit;

/// <summary>The folder that holds ByonServerless.sln, found upwards from the test assembly.</summary>
public static class RepositoryRoot
{
    public static readonly string Path = Find();

    public static string Combine(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "ByonServerless.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"no ByonServerless.sln above {AppContext.BaseDirectory}");
    }
}
