using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Byon.Tests.Infra.Tests.Rig;

public enum PublicAddressSource
{
    Instance,
    LoadBalancer,
    ResourceManager,
    Nobody,
}

/// <summary>
/// What a machine talks to when it starts, on one loopback port: instance metadata, resource manager, vault and registry, with
/// the paths and forms of their documentation. Whoever comes without the header or token that Azure demands is refused.
/// </summary>
internal sealed class FakeAzure : IAsyncDisposable
{
    public const string MachineName = "vmss-byon-prod_1a2b3c";
    public const string PrivateAddress = "10.40.0.4";
    public const string PublicAddress = "198.51.100.1";
    public const string RegistryToken = "registry-refresh-token";
    public const string Certificate = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\nBBBB\n-----END CERTIFICATE-----";
    public const string Authorities = "-----BEGIN CERTIFICATE-----\nCCCC\n-----END CERTIFICATE-----";
    public const string PoolKey = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    private const string Group = "/subscriptions/11111111-0000-0000-0000-000000000000/resourceGroups/rg-byon-prod-media";

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, (string Type, string Resource)> _events = new();
    private readonly ConcurrentQueue<string> _approved = new();

    private FakeAzure(WebApplication app) => _app = app;

    public PublicAddressSource PublicAddressKnownTo { get; set; }

    /// <summary>Events that the machine said Azure may start.</summary>
    public IReadOnlyCollection<string> Approved => _approved;

    public static async Task<FakeAzure> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var azure = new FakeAzure(app);
        azure.MapMetadata();
        azure.MapServices();
        await app.StartAsync();
        return azure;
    }

    /// <summary>What a line of deploy.env says, here.</summary>
    public string UrlFor(string line)
    {
        var host = _app.Urls.First();
        return line.Contains("/secrets/", StringComparison.Ordinal) ? host + new Uri(line.Split('=', 2)[1]).AbsolutePath : host;
    }

    public string Announce(string type, string resource)
    {
        var id = Guid.NewGuid().ToString();
        _events[id] = (type, resource);
        return id;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private void MapMetadata()
    {
        var metadata = _app.MapGroup("/metadata").AddEndpointFilter(async (context, next) =>
            context.HttpContext.Request.Headers["Metadata"] == "true" ? await next(context) : Results.BadRequest());
        metadata.MapGet("/instance/compute", () => Results.Json(new
        {
            name = MachineName,
            resourceGroupName = "rg-byon-prod-media",
            subscriptionId = "11111111-0000-0000-0000-000000000000",
        }));
        metadata.MapGet("/instance/compute/name", () => Results.Text(MachineName));
        metadata.MapGet("/instance/network/interface/0/ipv4/ipAddress/0/privateIpAddress", () => Results.Text(PrivateAddress));
        metadata.MapGet("/instance/network/interface/0/ipv4/ipAddress/0/publicIpAddress", () =>
            Results.Text(PublicAddressKnownTo == PublicAddressSource.Instance ? PublicAddress : ""));
        metadata.MapGet("/loadbalancer", () => PublicAddressKnownTo == PublicAddressSource.LoadBalancer
            ? Results.Json(new { loadbalancer = new { publicIpAddresses = new[] { new { frontendIpAddress = PublicAddress, privateIpAddress = PrivateAddress } } } })
            : Results.NotFound());
        metadata.MapGet("/identity/oauth2/token", (HttpRequest request) => request.Query["client_id"] == SampleConfiguration.ClientId
            ? Results.Json(new { access_token = TokenFor(request.Query["resource"]!) })
            : Results.BadRequest());
        metadata.MapGet("/scheduledevents", () => Results.Json(
            new { DocumentIncarnation = 1, Events = _events.Select(it => new { EventId = it.Key, EventType = it.Value.Type, Resources = new[] { it.Value.Resource } }) },
            new System.Text.Json.JsonSerializerOptions()));
        metadata.MapPost("/scheduledevents", async (HttpRequest request) =>
        {
            var body = await request.ReadFromJsonAsync<System.Text.Json.Nodes.JsonObject>();
            foreach (var started in body!["StartRequests"]!.AsArray())
            {
                var id = (string)started!["EventId"]!;
                _events.TryRemove(id, out _);
                _approved.Enqueue(id);
            }
        });
    }

    private void MapServices()
    {
        var nic = $"{Group}/providers/Microsoft.Network/networkInterfaces/nic-1";
        var isKnown = () => PublicAddressKnownTo == PublicAddressSource.ResourceManager;
        _app.MapGet($"{Group}/providers/Microsoft.Compute/virtualMachines/{MachineName}", (HttpRequest request) => With(request, "https://management.azure.com/", () =>
            new { properties = new { networkProfile = new { networkInterfaces = new[] { new { id = nic } } } } }));
        _app.MapGet($"{Group}/providers/Microsoft.Network/publicIPAddresses", (HttpRequest request) => With(request, "https://management.azure.com/", () => new
        {
            value = new object[]
            {
                new { properties = new { ipAddress = "198.51.100.9" } },
                new { properties = new { ipAddress = "198.51.100.8", ipConfiguration = new { id = $"{nic}0/ipConfigurations/one" } } },
                new { properties = new { ipAddress = PublicAddress, ipConfiguration = new { id = $"{(isKnown() ? nic.ToUpperInvariant() : "elsewhere")}/ipConfigurations/one" } } },
            },
        }));
        foreach (var (name, secret) in new[] { ("pool-key", PoolKey), ("sip-tls", Certificate), ("sip-authorities", Authorities) })
            _app.MapGet($"/secrets/{name}", (HttpRequest request) => With(request, "https://vault.azure.net", () => new { value = secret }));
        _app.MapPost("/oauth2/exchange", async (HttpRequest request) =>
        {
            var form = await request.ReadFormAsync();
            return form["grant_type"] == "access_token" && form["access_token"] == TokenFor("https://management.azure.com/") && form["service"] == "byonprodacme1.azurecr.io"
                ? Results.Json(new { refresh_token = RegistryToken })
                : Results.Unauthorized();
        });
    }

    private static string TokenFor(string resource) => $"token-for-{resource}";

    private static IResult With(HttpRequest request, string resource, Func<object> answer) =>
        request.Headers.Authorization == $"Bearer {TokenFor(resource)}" ? Results.Json(answer()) : Results.Unauthorized();
}
