using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Byon.Local.Identity;
using Byon.Tests.Functions.Tests.Rig;
using Microsoft.AspNetCore.Builder;

namespace Byon.Tests.Functions.Tests.Businesses;

/// <summary>Two instances of an API that knows two businesses: "shop", which draws its numbers, and "bank", which names them.</summary>
internal sealed class BusinessRig : IAsyncDisposable
{
    public const string Called = "+34900000001";

    private readonly ApiRig _rig;
    private readonly List<WebApplication> _apps = [];
    private readonly List<HttpClient> _clients = [];

    private BusinessRig(ApiRig rig) => _rig = rig;

    /// <summary>Different for each test: lines are kept by client.</summary>
    public string Shop { get; } = "shop-" + Guid.NewGuid().ToString("N");

    public string Bank { get; } = "bank-" + Guid.NewGuid().ToString("N");

    public IReadOnlyList<string> ShopNumbers { get; private init; } = [];

    public string BankNumber { get; } = ApiRig.NewNumber();

    public IReadOnlyList<HttpClient> Instances => _clients;

    public static async Task<BusinessRig> StartAsync(ApiRig rig, int poolSize, int instances = 1)
    {
        var businesses = new BusinessRig(rig) { ShopNumbers = [.. Enumerable.Range(0, poolSize).Select(_ => ApiRig.NewNumber())] };
        for (var i = 0; i < instances; i++)
        {
            var (app, address) = await rig.StartApiAsync(
                $"--Businesses:Clients:0:ClientId={businesses.Shop}",
                $"--Businesses:Clients:0:Numbers={string.Join(',', businesses.ShopNumbers)}",
                "--Businesses:Clients:0:DrawsNumbers=true",
                $"--Businesses:Clients:0:CalledNumbers={Called}",
                $"--Businesses:Clients:1:ClientId={businesses.Bank}",
                $"--Businesses:Clients:1:Numbers={businesses.BankNumber}");
            businesses._apps.Add(app);
            businesses._clients.Add(new HttpClient { BaseAddress = address });
        }

        return businesses;
    }

    public Task<Answer> RegisterAsync(string client, string deviceId, string? number = null, int instance = 0)
    {
        var body = new JsonObject { ["deviceId"] = deviceId };
        if (number is not null)
            body["phoneNumber"] = number;
        return SendAsync(client, HttpMethod.Post, "/webrtc-registration/v0.4/sessions", body, instance: instance);
    }

    public Task<Answer> CallAsync(string client, string registrationId, string from, string to = Called)
    {
        var body = new JsonObject
        {
            ["originatorAddress"] = $"tel:{from}",
            ["receiverAddress"] = $"tel:{to}",
            ["offer"] = new JsonObject { ["sdp"] = "v=0\r\ns=offer\r\n" },
        };
        return SendAsync(client, HttpMethod.Post, "/webrtc-call-handling/v0.4/sessions", body, registrationId);
    }

    public async Task<Answer> SendAsync(
        string client, HttpMethod method, string path, JsonObject? body = null, string? registrationId = null, int instance = 0, string? number = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _rig.Identity.Mint(new TokenSpec { ClientId = client, PhoneNumber = number }));
        if (registrationId is not null)
            request.Headers.Add("registrationId", registrationId);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        return await Answer.ReadAsync(await _clients[instance].SendAsync(request));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            client.Dispose();
        foreach (var app in _apps)
            await app.DisposeAsync();
    }
}
