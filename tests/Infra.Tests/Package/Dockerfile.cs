using Byon.Tests.TestKit;

namespace Byon.Tests.Infra.Tests.Package;

/// <summary>The media node's Dockerfile, read for what a test replays.</summary>
internal sealed class Dockerfile
{
    private readonly List<(string Instruction, string Text)> _steps = [];

    private Dockerfile(string text)
    {
        foreach (var line in text.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            var parts = line.Split(' ', 2);
            // Each stage starts anew; the last one is the image.
            if (parts[0] == "FROM") _steps.Clear();
            _steps.Add((parts[0], parts[1].Trim()));
        }
    }

    public static Dockerfile Read() => new(File.ReadAllText(RepositoryRoot.Combine("medianode", "Dockerfile")));

    /// <summary>What the last such instruction says.</summary>
    public string this[string instruction] => _steps.Last(step => step.Instruction == instruction).Text;

    public IEnumerable<string> All(string instruction) => _steps.Where(step => step.Instruction == instruction).Select(step => step.Text);

    /// <summary>Names given to apt-get install.</summary>
    public IReadOnlyList<string> Packages =>
        [.. this["RUN"].Split("&&").Single(step => step.Contains("apt-get install", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .SkipWhile(word => word != "install").Skip(1).Where(word => !word.StartsWith('-'))];
}
