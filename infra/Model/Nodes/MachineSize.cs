namespace Byon.Infra.Model.Nodes;

/// <summary>A machine size that media nodes may have. No burstable ones: when their credits end, every call on them stutters.</summary>
/// <param name="Name">Azure's name.</param>
public sealed record MachineSize(string Name, int Processors)
{
    /// <summary>Calls per processor with margin, all of them transcoding Opus to AMR-WB, the dearest pair.</summary>
    public const int CallsPerProcessor = 50;

    public static IReadOnlyList<MachineSize> All { get; } =
    [
        new("Standard_D2as_v5", 2), new("Standard_D4as_v5", 4), new("Standard_D8as_v5", 8),
        new("Standard_D2s_v5", 2), new("Standard_D4s_v5", 4), new("Standard_D8s_v5", 8),
        new("Standard_F2s_v2", 2), new("Standard_F4s_v2", 4), new("Standard_F8s_v2", 8),
    ];

    public int Capacity => Processors * CallsPerProcessor;
}
