using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Storage.Queues;

/// <summary>The queue service of a storage account. The subset of the official client that this project uses.</summary>
public class QueueServiceClient
{
    private const int EmulatorPort = 10001;

    private readonly HttpPipeline _pipeline;
    private readonly QueueMessageEncoding _encoding;

    public QueueServiceClient(string connectionString)
        : this(connectionString, new QueueClientOptions())
    {
    }

    public QueueServiceClient(string connectionString, QueueClientOptions options)
    {
        var parsed = new StorageConnectionString(connectionString);
        Uri = parsed.EndpointOf("queue", EmulatorPort);
        _encoding = options.MessageEncoding;
        _pipeline = Pipeline(new QueueSharedKeyPolicy(parsed.AccountName, parsed.AccountKey), options);
    }

    public QueueServiceClient(Uri serviceUri, TokenCredential credential, QueueClientOptions? options = null)
    {
        options ??= new QueueClientOptions();
        Uri = serviceUri;
        _encoding = options.MessageEncoding;
        _pipeline = Pipeline(new BearerTokenAuthenticationPolicy(credential, QueueClientOptions.Scope), options);
    }

    public virtual Uri Uri { get; }

    public virtual QueueClient GetQueueClient(string queueName)
    {
        ArgumentException.ThrowIfNullOrEmpty(queueName);
        return new QueueClient(new Uri($"{Uri.AbsoluteUri.TrimEnd('/')}/{queueName}"), queueName, _pipeline, _encoding);
    }

    private static HttpPipeline Pipeline(HttpPipelinePolicy authentication, QueueClientOptions options)
    {
        var pipeline = new HttpPipelineOptions(options) { RequestFailedDetailsParser = new QueueFaultParser() };
        pipeline.PerRetryPolicies.Add(authentication);
        return HttpPipelineBuilder.Build(pipeline);
    }
}
