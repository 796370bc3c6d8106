namespace Byon.Infra.Model.Nodes;

/// <summary>A file on a node's machine.</summary>
/// <param name="Permissions">Octal, as chmod takes it.</param>
public sealed record MachineFile(string Path, string Permissions, string Content)
{
    /// <summary>One of <c>Nodes/Machine</c>, as it lies there.</summary>
    public static string Embedded(string name)
    {
        using var stream = typeof(MachineFile).Assembly.GetManifestResourceStream($"machine/{name}")
            ?? throw new InvalidOperationException($"There is no Nodes/Machine/{name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
