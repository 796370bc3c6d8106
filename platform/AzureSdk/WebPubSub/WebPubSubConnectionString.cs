namespace Azure.Messaging.WebPubSub;

/// <summary><c>Endpoint=https://…;AccessKey=…;Version=1.0;</c></summary>
internal sealed record WebPubSubConnectionString(Uri Endpoint, AzureKeyCredential Credential)
{
    /// <exception cref="FormatException">The endpoint or the key is missing.</exception>
    public static WebPubSubConnectionString Parse(string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        string? endpoint = null, key = null, port = null;
        foreach (var part in connectionString.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var split = part.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = split < 0 ? (part, "") : (part[..split], part[(split + 1)..]);
            if (name.Equals("Endpoint", StringComparison.OrdinalIgnoreCase))
                endpoint = value;
            else if (name.Equals("AccessKey", StringComparison.OrdinalIgnoreCase))
                key = value;
            else if (name.Equals("Port", StringComparison.OrdinalIgnoreCase))
                port = value;
        }

        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || string.IsNullOrEmpty(key))
            throw new FormatException("A Web PubSub connection string has an Endpoint and an AccessKey.");
        if (port is not null)
            address = new UriBuilder(address) { Port = int.Parse(port, System.Globalization.CultureInfo.InvariantCulture) }.Uri;
        return new WebPubSubConnectionString(address, new AzureKeyCredential(key));
    }
}
