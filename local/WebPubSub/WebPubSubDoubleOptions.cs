namespace Byon.Local.WebPubSub;

/// <summary>How to start the double of Azure Web PubSub.</summary>
/// <param name="Port">On 127.0.0.1; 0 lets the system choose.</param>
/// <param name="AccessKey">Signs the tokens of servers and clients; at least 32 characters.</param>
public sealed record WebPubSubDoubleOptions(int Port, string AccessKey)
{
    /// <summary>Who is told what clients do; null for a hub without event handlers.</summary>
    public UpstreamHandler? Handler { get; init; }

    /// <summary>How long a lost reliable connection can be taken up again.</summary>
    public TimeSpan RecoveryWindow { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Frames kept for a client that does not read or does not acknowledge; beyond it the connection ends for good.</summary>
    public int BufferedFrames { get; init; } = 1_000;

    /// <summary>The same limit in bytes.</summary>
    public int BufferedBytes { get; init; } = 16 * 1024 * 1024;
}
