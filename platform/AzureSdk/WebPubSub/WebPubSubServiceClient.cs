namespace Azure.Messaging.WebPubSub;

public class WebPubSubServiceClient
{
    public WebPubSubServiceClient(string connectionString, string hub)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        ArgumentNullException.ThrowIfNull(hub);
    }

    public virtual Uri GetClientAccessUri(
        TimeSpan expiresAfter = default, string? userId = null, IEnumerable<string>? roles = null, IEnumerable<string>? groups = null,
        CancellationToken cancellationToken = default) => throw new NotImplementedException(userId);
}
