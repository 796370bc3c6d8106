namespace Azure.Messaging.WebPubSub;

public class WebPubSubServiceClient
{
    public WebPubSubServiceClient(string connectionString, string hub)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        ArgumentNullException.ThrowIfNull(hub);
    }
}
