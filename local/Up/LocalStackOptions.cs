namespace Byon.Local.Up;

/// <summary>What to start. Every setting has the default of <c>./byon up</c>.</summary>
public sealed record LocalStackOptions
{
    public required Repository Repository { get; init; }

    public LocalPorts Ports { get; init; } = new();

    public int Nodes { get; init; } = 1;

    /// <summary>sip:HOST:PORT[;transport=tcp] of a real registrar; null starts the simulator.</summary>
    public string? Ims { get; init; }

    public string ImsNextHop => Ims ?? $"sip:127.0.0.1:{Ports.Ims}";

    public IReadOnlyList<LocalSubscriber> Subscribers { get; init; } = LocalSubscriber.Demo();

    /// <summary>Whether a media node that dies is started again.</summary>
    public bool RestartNodes { get; init; } = true;

    /// <summary>Settings for every media node, beside and above those the stack makes itself.</summary>
    public IReadOnlyDictionary<string, string> NodeSettings { get; init; } = new Dictionary<string, string>();

    /// <summary>Settings for functions, beside and above those the stack makes itself.</summary>
    public IReadOnlyDictionary<string, string> FunctionsSettings { get; init; } = new Dictionary<string, string>();

    /// <summary>Where the parts' log files go; in the repository where not said.</summary>
    public string LogFolder
    {
        get => field ?? Repository.LogFolder;
        init;
    }

    /// <summary>Show the log lines of all parts on the console as well.</summary>
    public bool ShowLogs { get; init; }
}
