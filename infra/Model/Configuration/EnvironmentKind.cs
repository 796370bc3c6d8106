namespace Byon.Infra.Model.Configuration;

/// <summary>What an environment is for decides its defaults, each of which a key can change.</summary>
public sealed record EnvironmentKind
{
    /// <summary>The least that runs: cheap when idle.</summary>
    public static EnvironmentKind Dev { get; } = new()
    {
        Name = "dev",
        NodeSize = "Standard_D2as_v5",
        NodeCount = 1,
        NodeMaximum = 1,
        Zones = "",
        PublicPrefixLength = 31,
        DrainMinutes = 5,
        FunctionsMaximum = 40,
        FunctionsAlwaysReady = 0,
        PrivateEndpoints = false,
        LogDays = 30,
    };

    /// <summary>Survives the loss of a node or zone, and keeps the stores off the Internet.</summary>
    public static EnvironmentKind Prod { get; } = new()
    {
        Name = "prod",
        NodeSize = "Standard_D4as_v5",
        NodeCount = 2,
        NodeMaximum = 8,
        Zones = "1,2,3",
        PublicPrefixLength = 28,
        DrainMinutes = 15,
        FunctionsMaximum = 100,
        FunctionsAlwaysReady = 1,
        PrivateEndpoints = true,
        LogDays = 90,
        IsProduction = true,
    };

    public static IReadOnlyList<EnvironmentKind> All { get; } = [Dev, Prod];

    public required string Name { get; init; }
    public required string NodeSize { get; init; }
    public required int NodeCount { get; init; }
    public required int NodeMaximum { get; init; }
    public required string Zones { get; init; }
    public required int PublicPrefixLength { get; init; }
    public required int DrainMinutes { get; init; }
    public required int FunctionsMaximum { get; init; }
    public required int FunctionsAlwaysReady { get; init; }
    public required bool PrivateEndpoints { get; init; }
    public required int LogDays { get; init; }

    /// <summary>Alerts need somebody who gets them, and data is protected from deletion.</summary>
    public bool IsProduction { get; init; }
}
