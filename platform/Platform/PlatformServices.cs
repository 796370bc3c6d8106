using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Messaging.WebPubSub;
using Azure.Storage.Queues;
using Byon.Platform.Events;
using Byon.Platform.Stores;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Byon.Platform;

/// <summary>What functions and media nodes share, as services.</summary>
public static class PlatformServices
{
    private const int Retries = 2;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan PerTry = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Stores, event log and publisher. The settings are read when the host starts; a missing one stops it with a
    /// message that names it.
    /// </summary>
    public static IServiceCollection AddPlatform(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<StorageOptions>().Configure(options => BindStorage(options, configuration.GetSection(StorageOptions.Section))).ValidateOnStart();
        services.AddOptions<WebPubSubOptions>().Configure(options => BindWebPubSub(options, configuration.GetSection(WebPubSubOptions.Section))).ValidateOnStart();
        services.AddOptions<ControlOptions>()
            .Configure(options => options.PoolKey = configuration[$"{ControlOptions.Section}:{nameof(ControlOptions.PoolKey)}"] ?? "").ValidateOnStart();
        services.AddSingleton<IValidateOptions<StorageOptions>>(new Named<StorageOptions>(options => options.Fault()));
        services.AddSingleton<IValidateOptions<WebPubSubOptions>>(new Named<WebPubSubOptions>(options => options.Fault()));
        services.AddSingleton<IValidateOptions<ControlOptions>>(new Named<ControlOptions>(options => options.Fault()));

        services.AddSingleton(provider => CreateTables(provider.GetRequiredService<IOptions<StorageOptions>>().Value));
        services.AddSingleton(provider => CreateQueues(provider.GetRequiredService<IOptions<StorageOptions>>().Value));
        services.AddSingleton(provider => CreateWebPubSub(provider.GetRequiredService<IOptions<WebPubSubOptions>>().Value));
        services.AddSingleton<RegistrationStore>();
        services.AddSingleton<CallStore>();
        services.AddSingleton<CorrelatorStore>();
        services.AddSingleton<ChannelStore>();
        services.AddSingleton<LineStore>();
        services.AddSingleton<NodeStore>();
        services.AddSingleton<EventLog>();
        services.AddSingleton<RingingSessions>();
        services.AddSingleton<EventPublisher>();
        services.AddSingleton<UndeliveredStore>();
        services.AddSingleton(provider => new SubscriberStore(provider.GetRequiredService<TableServiceClient>(), PoolKeyOf(provider)));
        services.AddSingleton(provider => new ReaderStore(provider.GetRequiredService<TableServiceClient>(), PoolKeyOf(provider)));
        services.AddSingleton(provider => new DeliveryQueue(provider.GetRequiredService<QueueServiceClient>(), PoolKeyOf(provider)));
        return services;
    }

    private static byte[] PoolKeyOf(IServiceProvider provider) => provider.GetRequiredService<IOptions<ControlOptions>>().Value.PoolKeyBytes;

    /// <summary>
    /// A client whose retries fit a request: given up after some 3 s, so that a caller gets its 503 in time. What fails then is
    /// always a RequestFailedException, with status 0 where no answer came.
    /// </summary>
    public static TableServiceClient CreateTables(StorageOptions options) => CreateTables(options, null);

    internal static TableServiceClient CreateTables(StorageOptions options, HttpPipelineTransport? transport)
    {
        var client = RequestPath(new TableClientOptions());
        client.Transport = transport ?? client.Transport;
        return string.IsNullOrWhiteSpace(options.ConnectionString)
            ? new TableServiceClient(options.TableServiceUri!, new DefaultAzureCredential(), client)
            : new TableServiceClient(options.ConnectionString, client);
    }

    /// <summary>Messages travel as they are, which is what our host.json tells the queue triggers.</summary>
    public static QueueServiceClient CreateQueues(StorageOptions options)
    {
        var client = RequestPath(new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None });
        return string.IsNullOrWhiteSpace(options.ConnectionString)
            ? new QueueServiceClient(options.QueueServiceUri!, new DefaultAzureCredential(), client)
            : new QueueServiceClient(options.ConnectionString, client);
    }

    public static WebPubSubServiceClient CreateWebPubSub(WebPubSubOptions options)
    {
        var client = RequestPath(new WebPubSubServiceClientOptions());
        return string.IsNullOrWhiteSpace(options.ConnectionString)
            ? new WebPubSubServiceClient(options.Endpoint!, options.Hub, new DefaultAzureCredential(), client)
            : new WebPubSubServiceClient(options.ConnectionString, options.Hub, client);
    }

    private static T RequestPath<T>(T options) where T : ClientOptions
    {
        options.Retry.Mode = RetryMode.Exponential;
        options.Retry.MaxRetries = Retries;
        options.Retry.Delay = FirstPause;
        options.Retry.MaxDelay = LongestPause;
        options.Retry.NetworkTimeout = PerTry;
        options.AddPolicy(new UnreachableServicePolicy(), HttpPipelinePosition.PerCall);
        // Request addresses hold phone numbers.
        options.Diagnostics.IsLoggingEnabled = false;
        options.Diagnostics.IsDistributedTracingEnabled = false;
        options.Diagnostics.IsTelemetryEnabled = false;
        return options;
    }

    private static void BindStorage(StorageOptions options, IConfigurationSection section)
    {
        options.ConnectionString = section[nameof(options.ConnectionString)];
        options.TableServiceUri = Address(section[nameof(options.TableServiceUri)]);
        options.QueueServiceUri = Address(section[nameof(options.QueueServiceUri)]);
    }

    private static void BindWebPubSub(WebPubSubOptions options, IConfigurationSection section)
    {
        options.ConnectionString = section[nameof(options.ConnectionString)];
        options.Endpoint = Address(section[nameof(options.Endpoint)]);
        options.Hub = section[nameof(options.Hub)] ?? options.Hub;
    }

    private static Uri? Address(string? text) => string.IsNullOrWhiteSpace(text) ? null : new Uri(text, UriKind.Absolute);

    /// <summary>Validation whose message names the setting.</summary>
    private sealed class Named<T>(Func<T, string?> fault) : IValidateOptions<T> where T : class
    {
        public ValidateOptionsResult Validate(string? name, T options) =>
            fault(options) is { } message ? ValidateOptionsResult.Fail(message) : ValidateOptionsResult.Success;
    }
}
