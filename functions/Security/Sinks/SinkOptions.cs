namespace Byon.Functions.Security.Sinks;

/// <summary>Section "Sinks": how addresses that clients give us are called.</summary>
internal sealed class SinkOptions
{
    /// <summary>For development: sinks on this machine are called, over http as well. Never set it where others reach the API.</summary>
    public bool AllowLoopback { get; set; }

    /// <summary>Until a sink takes the connection.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>From the start of a request to the last byte of its answer.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    public bool IsConsistent => ConnectTimeout > TimeSpan.Zero && Timeout >= ConnectTimeout && Timeout <= TimeSpan.FromMinutes(2);
}
