using Azure.Storage.Queues;
using Byon.Platform;
using Byon.Platform.Events;
using Byon.Platform.Stores;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Byon.Tests.Platform.Tests;

public class PlatformServicesTests
{
    private static readonly string Key = Convert.ToBase64String(new byte[32]);

    [Fact]
    public async Task With_its_settings_everything_can_be_asked_for()
    {
        using var host = Host(Settings());
        await host.StartAsync();

        foreach (var service in new[] { typeof(RegistrationStore), typeof(CallStore), typeof(ChannelStore), typeof(NodeStore), typeof(SubscriberStore), typeof(EventLog), typeof(EventPublisher), typeof(QueueServiceClient) })
            Assert.NotNull(host.Services.GetRequiredService(service));
        await host.StopAsync();
    }

    [Theory]
    [InlineData("Storage:ConnectionString", null, "Storage__ConnectionString")]
    [InlineData("WebPubSub:ConnectionString", " ", "WebPubSub__ConnectionString")]
    [InlineData("WebPubSub:Hub", "", "WebPubSub__Hub")]
    [InlineData("Control:PoolKey", null, "Control__PoolKey")]
    [InlineData("Control:PoolKey", "AAAA", "Control__PoolKey")]
    [InlineData("Control:PoolKey", "not base64", "Control__PoolKey")]
    public async Task A_missing_or_wrong_setting_stops_the_start_and_is_named(string setting, string? value, string named)
    {
        var settings = Settings();
        settings[setting] = value;
        using var host = Host(settings);

        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains(named, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Addresses_and_a_managed_identity_do_without_connection_strings()
    {
        var settings = Settings();
        settings.Remove("Storage:ConnectionString");
        settings.Remove("WebPubSub:ConnectionString");
        settings["Storage:TableServiceUri"] = "https://account.table.core.windows.net";
        settings["Storage:QueueServiceUri"] = "https://account.queue.core.windows.net";
        settings["WebPubSub:Endpoint"] = "https://name.webpubsub.azure.com";
        using var host = Host(settings);

        Assert.NotNull(host.Services.GetRequiredService<RegistrationStore>());
        Assert.NotNull(host.Services.GetRequiredService<EventPublisher>());
    }

    private static Dictionary<string, string?> Settings() => new()
    {
        ["Storage:ConnectionString"] = "UseDevelopmentStorage=true",
        ["WebPubSub:ConnectionString"] = "Endpoint=http://127.0.0.1:8082;AccessKey=key;Version=1.0;",
        ["Control:PoolKey"] = Key,
    };

    private static IHost Host(Dictionary<string, string?> settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddPlatform(builder.Configuration);
        return builder.Build();
    }
}
