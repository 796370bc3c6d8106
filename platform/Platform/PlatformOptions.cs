namespace Byon.Platform;

/// <summary>
/// Section <c>Storage</c>. With a connection string (a desk, tests), or with the services' addresses and the managed identity.
/// </summary>
public sealed class StorageOptions
{
    public const string Section = "Storage";

    /// <summary>With an account key, for a desk and tests. Not set: the addresses and the managed identity.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>For example https://account.table.core.windows.net.</summary>
    public Uri? TableServiceUri { get; set; }

    /// <summary>For example https://account.queue.core.windows.net.</summary>
    public Uri? QueueServiceUri { get; set; }

    internal string? Fault() => string.IsNullOrWhiteSpace(ConnectionString) && (TableServiceUri is null || QueueServiceUri is null)
        ? "Storage__ConnectionString is not set (nor Storage__TableServiceUri and Storage__QueueServiceUri, for a managed identity)."
        : null;
}

/// <summary>Section <c>WebPubSub</c>. With a connection string, or with the endpoint and the managed identity.</summary>
public sealed class WebPubSubOptions
{
    public const string Section = "WebPubSub";

    private const string AccessKeyPart = "AccessKey=";

    /// <summary>With an access key, for a desk and tests. Not set: the endpoint and the managed identity.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>For example https://name.webpubsub.azure.com.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>The hub that devices connect to.</summary>
    public string Hub { get; set; } = "byon";

    /// <summary>The connection string's AccessKey; null with a managed identity. The service signs its own calls with it.</summary>
    public string? AccessKey => ConnectionString?.Split(';', StringSplitOptions.TrimEntries)
        .Where(part => part.StartsWith(AccessKeyPart, StringComparison.OrdinalIgnoreCase))
        .Select(part => part[AccessKeyPart.Length..])
        .FirstOrDefault();

    internal string? Fault() => string.IsNullOrWhiteSpace(ConnectionString) && Endpoint is null
        ? "WebPubSub__ConnectionString is not set (nor WebPubSub__Endpoint, for a managed identity)."
        : string.IsNullOrWhiteSpace(Hub) ? "WebPubSub__Hub is empty." : null;
}

/// <summary>Section <c>Control</c>: the key shared by the functions and the nodes of a pool.</summary>
public sealed class ControlOptions
{
    public const string Section = "Control";
    public const int KeySize = 32;

    /// <summary>32 bytes in base64. Signs control tokens and seals secrets at rest.</summary>
    public string PoolKey { get; set; } = "";

    public byte[] PoolKeyBytes => Convert.FromBase64String(PoolKey);

    internal string? Fault()
    {
        Span<byte> key = stackalloc byte[KeySize + 1];
        return Convert.TryFromBase64String(PoolKey, key, out var length) && length == KeySize
            ? null
            : $"Control__PoolKey is to be {KeySize} bytes in base64.";
    }
}
