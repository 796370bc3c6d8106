using System.Text.Json.Nodes;
using Byon.Functions.Surfaces;
using Byon.Local.Identity;
using Byon.Tests.Functions.Tests.Rig;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Byon.Tests.Functions.Tests.Security;

/// <summary>What belongs to somebody else does not exist; generated over every route, so that no new route is forgotten.</summary>
public sealed class IsolationTests(ApiRig rig) : ApiTest(rig)
{
    /// <summary>A body each operation accepts, so that an answer other than 404 cannot hide behind a bad request.</summary>
    private static readonly Dictionary<string, JsonObject> Bodies = new()
    {
        ["PUT /webrtc-registration/v0.4/sessions/{registrationId}"] = [],
        ["PUT /webrtc-call-handling/v0.4/sessions/{mediaSessionId}/status"] = new() { ["status"] = "Hold" },
    };

    private sealed record Route(string Method, string Pattern, string Scope);

    [Fact]
    public async Task SomebodyElsesIdsAreNotFoundOnAnyRoute()
    {
        var owner = NewCaller();
        var owned = new Dictionary<string, string>
        {
            ["{mediaSessionId}"] = await owner.CallAsync(),
            ["{registrationId}"] = (string)(await owner.GetAsync($"{RegistrationSessions}?deviceId={owner.DeviceId}")).Json[0]!["registrationId"]!,
            ["{deviceId}"] = owner.DeviceId,
            ["{channelId}"] = await owner.OpenChannelAsync(),
        };
        var before = Rig.Node.Commands.Count + Rig.OtherNode.Commands.Count;
        var routes = RoutesWithIds();
        Assert.Equal(8, routes.Count);
        foreach (var route in routes)
        {
            var path = owned.Aggregate(route.Pattern, (text, id) => text.Replace(id.Key, id.Value, StringComparison.Ordinal));
            Assert.DoesNotContain('{', path);
            var body = Bodies.GetValueOrDefault($"{route.Method} {route.Pattern}")?.ToJsonString();
            foreach (var stranger in new[] { NewCaller(), owner.ThroughOtherClient() })
                (await stranger.SendAsync(HttpMethod.Parse(route.Method), path, body)).ShouldBe(404, "NOT_FOUND");

            var withoutNumber = await Rig.SendAsync(HttpMethod.Parse(route.Method), path, new TokenSpec { ClientId = DevClients.Asp }, body);
            withoutNumber.ShouldBe(404, "NOT_FOUND");
        }

        Assert.Equal(before, Rig.Node.Commands.Count + Rig.OtherNode.Commands.Count);
    }

    [Fact]
    public async Task AnIdThatIsNoneIsNotFoundOnAnyRoute()
    {
        var caller = NewCaller();
        foreach (var route in RoutesWithIds())
        {
            foreach (var id in new[] { "x", "a%2Fb", "%23", "..%2f..", "device:" + caller.DeviceId, new string('a', 300), Guid.NewGuid().ToString() })
            {
                var path = System.Text.RegularExpressions.Regex.Replace(route.Pattern.Replace("{deviceId}", caller.DeviceId, StringComparison.Ordinal), @"\{\w+\}", _ => id);
                var body = Bodies.GetValueOrDefault($"{route.Method} {route.Pattern}")?.ToJsonString();
                (await caller.SendAsync(HttpMethod.Parse(route.Method), path, body)).ShouldBe(404, "NOT_FOUND");
            }
        }
    }

    [Fact]
    public async Task SomebodyElsesRegistrationPlacesNoCall()
    {
        var owner = NewCaller();
        var registrationId = await owner.RegisterAsync();
        var stranger = NewCaller();
        (await stranger.PostAsync(CallSessions, stranger.CallTo("tel:+34999000001"), registrationId)).ShouldBe(404, "NOT_FOUND");
        var otherClient = owner.ThroughOtherClient();
        (await otherClient.PostAsync(CallSessions, otherClient.CallTo("tel:+34999000001"), registrationId)).ShouldBe(404, "NOT_FOUND");
    }

    [Fact]
    public async Task SomebodyElsesDeviceIdListsNothing()
    {
        var owner = NewCaller();
        await owner.RegisterAsync();
        foreach (var stranger in new[] { NewCaller(), owner.ThroughOtherClient() })
        {
            var list = await stranger.GetAsync($"{RegistrationSessions}?deviceId={owner.DeviceId}");
            list.ShouldBe(200);
            Assert.Equal("[]", list.Text);
        }
    }

    [Fact]
    public async Task EveryRouteButHealthAsksForItsScope()
    {
        var routes = Routes();
        Assert.Equal(12, routes.Count);
        foreach (var route in routes)
        {
            var path = System.Text.RegularExpressions.Regex.Replace(route.Pattern, @"\{\w+\}", _ => Guid.NewGuid().ToString());
            (await Rig.SendAsync(HttpMethod.Parse(route.Method), path, authorization: null)).ShouldBe(401, "UNAUTHENTICATED");
            var allOthers = string.Join(' ', DevClients.ApiScopes.Where(scope => scope != route.Scope));
            var answer = await Rig.SendAsync(HttpMethod.Parse(route.Method), path, new TokenSpec { PhoneNumber = ApiRig.NewNumber(), Scope = allOthers });
            answer.ShouldBe(403, "PERMISSION_DENIED", route.Scope);
        }
    }

    [Fact]
    public void TheDevIssuerKnowsEveryScope() =>
        Assert.Equal(Routes().Select(route => route.Scope).Distinct().Order(), DevClients.ApiScopes.Order());

    private List<Route> RoutesWithIds() =>
        [.. Routes().Where(route => route.Pattern.EndsWith('}') || route.Pattern.Contains("}/status", StringComparison.Ordinal))];

    private List<Route> Routes() =>
    [
        .. Rig.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<ServedEndpoint>() is not null)
            .Select(endpoint => new Route(
                endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0], endpoint.RoutePattern.RawText!, endpoint.Metadata.GetMetadata<ServedEndpoint>()!.Operation.Scopes[0])),
    ];
}
