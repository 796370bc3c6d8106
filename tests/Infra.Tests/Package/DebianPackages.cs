using System.Diagnostics;

namespace Byon.Tests.Infra.Tests.Package;

/// <summary>Installed Debian packages: what one needs, and which files it brings.</summary>
internal static class DebianPackages
{
    private static readonly Lazy<IReadOnlyDictionary<string, Installed>> All = new(Read);

    private sealed record Installed(string Name, string Depends, bool IsEssential, string Provides);

    /// <summary>The smallest Debian there is: what is marked essential, and what that needs.</summary>
    public static IEnumerable<string> Essential => All.Value.Values.Where(package => package.IsEssential).Select(package => package.Name);

    /// <summary>These packages and, all the way down, what they depend on.</summary>
    public static IReadOnlyCollection<string> Closure(IEnumerable<string> names)
    {
        var found = new HashSet<string>();
        var open = new Stack<string>(names);
        while (open.TryPop(out var name))
        {
            if (!All.Value.TryGetValue(name, out var package)) throw new InvalidOperationException($"{name} is not installed here.");
            if (!found.Add(package.Name)) continue;
            foreach (var dependency in package.Depends.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                // The first alternative that is there is the one apt has taken.
                var taken = dependency.Split('|').Select(Bare).FirstOrDefault(All.Value.ContainsKey);
                if (taken is not null) open.Push(taken);
            }
        }

        return found;
    }

    public static IEnumerable<string> FilesOf(IEnumerable<string> names) =>
        Run("dpkg-query", ["--listfiles", .. names]).Where(path => path.StartsWith('/') && path != "/.").Distinct();

    private static string Bare(string dependency) => dependency.Trim().Split(' ', ':')[0];

    private static Dictionary<string, Installed> Read()
    {
        var packages = new Dictionary<string, Installed>();
        foreach (var line in Run("dpkg-query", ["--show", "--showformat", "${Package}\t${Pre-Depends}, ${Depends}\t${Essential}\t${Provides}\t${db:Status-Status}\n"]))
        {
            var cells = line.Split('\t');
            if (cells[4] != "installed") continue;
            var package = new Installed(cells[0], cells[1], cells[2] == "yes", cells[3]);
            packages[package.Name] = package;
            foreach (var provided in package.Provides.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Bare)) packages.TryAdd(provided, package);
        }

        return packages;
    }

    private static List<string> Run(string program, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, Environment = { ["LC_ALL"] = "C" } })!;
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).ToList();
        process.WaitForExit();
        return process.ExitCode == 0 ? lines : throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
    }
}
