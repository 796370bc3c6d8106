namespace Azure.Core;

/// <summary>A storage connection string, <c>Name=Value</c> pairs split by semicolons; values may hold '=' (keys are base64).</summary>
internal sealed class StorageConnectionString
{
    private const string EmulatorAccount = "devstoreaccount1";
    private const string EmulatorKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="FormatException">A part is no pair, or the account or its key is missing.</exception>
    public StorageConnectionString(string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        foreach (var part in connectionString.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var split = part.IndexOf('=', StringComparison.Ordinal);
            if (split <= 0)
                throw new FormatException("A storage connection string consists of Name=Value pairs.");
            _values[part[..split]] = part[(split + 1)..];
        }

        IsEmulator = Find("UseDevelopmentStorage") == "true";
        AccountName = IsEmulator ? EmulatorAccount : Require("AccountName");
        AccountKey = IsEmulator ? EmulatorKey : Require("AccountKey");
    }

    public string AccountName { get; }

    public string AccountKey { get; }

    private bool IsEmulator { get; }

    /// <summary>The address of a service: named by itself, else built from the account and the endpoint suffix.</summary>
    /// <param name="service">"table" or "queue".</param>
    public Uri EndpointOf(string service, int emulatorPort)
    {
        if (IsEmulator)
            return new Uri($"http://127.0.0.1:{emulatorPort}/{EmulatorAccount}");
        if (Find(service + "Endpoint") is { } endpoint)
            return new Uri(endpoint.TrimEnd('/'));
        return new Uri($"{Find("DefaultEndpointsProtocol") ?? "https"}://{AccountName}.{service}.{Find("EndpointSuffix") ?? "core.windows.net"}");
    }

    private string? Find(string name) => _values.GetValueOrDefault(name);

    private string Require(string name) => Find(name) ?? throw new FormatException($"The storage connection string has no {name}.");
}
