namespace Byon.Local.FunctionsHost;

/// <summary>What the mini host runs, and where.</summary>
public sealed record MiniFunctionsHostOptions
{
    /// <summary>The folder that would be deployed: host.json, FUNCTION/function.json, the executable.</summary>
    public required string PackageRoot { get; init; }

    /// <summary>Port on 127.0.0.1.</summary>
    public int Port { get; init; } = 7071;

    /// <summary>App settings: the environment of the executable, on top of ours.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>siteConfig.cors.allowedOrigins; "*" for any.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>The host's log: lines of the executable's standard output are information, of its standard error errors.</summary>
    public Action<LogLevel, string> Log { get; init; } = (_, _) => { };
}
