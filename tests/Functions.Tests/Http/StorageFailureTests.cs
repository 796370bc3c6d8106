using System.Net.Http.Headers;
using Azure.Data.Tables;
using Byon.Local.Azurite;
using Byon.Local.Identity;
using Byon.Platform.Stores;
using Byon.Tests.Functions.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.Functions.Tests.Http;

/// <summary>Storage of its own that is stopped mid-way.</summary>
public sealed class StorageFailureTests(ApiRig rig) : ApiTest(rig)
{
    [Fact]
    public async Task WhileStorageIsDownTheApiIsUnavailableAndComesBackByItself()
    {
        using var folder = new TemporaryFolder();
        // Ports that nobody else is given while the service is away.
        var options = new AzuriteOptions(AzuriteInstallation.DefaultFolder, FreePorts.Next(), FreePorts.Next(), FreePorts.Next(), folder.Path);
        var storage = await AzuriteProcess.StartAsync(options, default);
        await StorageBootstrap.CreateAllAsync(new TableServiceClient(storage.ConnectionString), default);
        var (app, address) = await Rig.StartApiAsync($"--Storage:ConnectionString={storage.ConnectionString}");
        await using var running = app;
        using var http = new HttpClient { BaseAddress = address };
        (await ListAsync(http)).ShouldBe(200);

        await storage.DisposeAsync();
        var refused = await ListAsync(http);
        refused.ShouldBe(503, "UNAVAILABLE", "Storage");
        Assert.NotNull(refused.Headers.RetryAfter);
        (await Answer.ReadAsync(await http.GetAsync("/health"))).ShouldBe(503, "UNAVAILABLE");
        (await Answer.ReadAsync(await http.GetAsync("/"))).ShouldBe(200);

        await using var again = await AzuriteProcess.StartAsync(options, default);
        (await ListAsync(http)).ShouldBe(200);
    }

    private async Task<Answer> ListAsync(HttpClient http)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{RegistrationSessions}?deviceId={Guid.NewGuid()}");
        var token = Rig.Identity.Mint(new TokenSpec { PhoneNumber = ApiRig.NewNumber() });
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await Answer.ReadAsync(await http.SendAsync(request));
    }
}
