namespace Byon.Platform.Stores;

/// <summary>Names of every table, in one place for programs, infrastructure and tests. Keys and rows: see each store.</summary>
public static class TableNames
{
    public const string Registrations = "registrations";
    public const string Calls = "calls";
    public const string Channels = "channels";
    public const string Correlators = "correlators";
    public const string Events = "events";
    public const string Lines = "lines";
    public const string Nodes = "nodes";
    public const string Readers = "readers";
    public const string Subscribers = "subscribers";
    public const string Undelivered = "undelivered";

    public static IReadOnlyList<string> All { get; } =
        [Registrations, Calls, Channels, Correlators, Events, Lines, Nodes, Readers, Subscribers, Undelivered];
}
