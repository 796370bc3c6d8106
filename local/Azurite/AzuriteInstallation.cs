using System.Diagnostics;
using System.Text.Json;

namespace Byon.Local.Azurite;

/// <summary>
/// Puts the pinned Azurite into a folder with <c>npm ci</c>. An installation that is already there needs no network, and
/// several processes may ask at once.
/// </summary>
public static class AzuriteInstallation
{
    public const string Version = "3.37.0";

    // npm unpacks package by package: without the mark, an interrupted run would pass for an installation.
    private const string CompletedMark = "installed";

    /// <summary>The folder used by <c>byon up</c> and the tests: <c>.byon/azurite</c> in the repository that holds this program.</summary>
    /// <exception cref="InvalidOperationException">The program does not run from inside the repository.</exception>
    public static string DefaultFolder
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "ByonServerless.sln")))
                {
                    return Path.Combine(folder.FullName, ".byon", "azurite");
                }
            }

            throw new InvalidOperationException("ByonServerless.sln lies in no folder above " + AppContext.BaseDirectory + ".");
        }
    }

    public static bool IsInstalled(string folder)
    {
        var manifest = Path.Combine(folder, "node_modules", "azurite", "package.json");
        if (!File.Exists(manifest) || !File.Exists(Path.Combine(folder, CompletedMark)))
        {
            return false;
        }

        using var json = JsonDocument.Parse(File.ReadAllBytes(manifest));
        return json.RootElement.GetProperty("version").GetString() == Version;
    }

    /// <exception cref="InvalidOperationException">npm is missing or failed; the message holds the end of its output.</exception>
    public static async Task EnsureInstalledAsync(string folder, CancellationToken cancel)
    {
        if (IsInstalled(folder))
        {
            return;
        }

        Directory.CreateDirectory(folder);
        using var onlyInstaller = await LockAsync(Path.Combine(folder, "install.lock"), cancel);
        if (IsInstalled(folder))
        {
            return;
        }

        await UnpackManifestAsync("package.json", folder, cancel);
        await UnpackManifestAsync("package-lock.json", folder, cancel);
        await RunNpmAsync(folder, cancel);
        await File.WriteAllTextAsync(Path.Combine(folder, CompletedMark), Version, cancel);
    }

    private static async Task<FileStream> LockAsync(string path, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), cancel);
            }
        }
    }

    private static async Task UnpackManifestAsync(string name, string folder, CancellationToken cancel)
    {
        await using var resource = typeof(AzuriteInstallation).Assembly.GetManifestResourceStream("azurite/" + name)
            ?? throw new InvalidOperationException($"The resource azurite/{name} is not part of this assembly.");
        await using var file = File.Create(Path.Combine(folder, name));
        await resource.CopyToAsync(file, cancel);
    }

    private static async Task RunNpmAsync(string folder, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--omit=dev", "--loglevel=error"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        using var npm = ChildProcess.Start(start);
        await npm.WaitForExitAsync(cancel);
        if (npm.ExitCode != 0)
        {
            throw new InvalidOperationException($"npm ci of azurite {Version} in {folder} failed ({npm.ExitCode}): {npm.LastOutput}");
        }
    }
}
