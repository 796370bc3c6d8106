using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Byon.Functions.Surfaces;
using Byon.Local.Identity;
using Byon.Tests.Functions.Tests.Rig;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Byon.Tests.Functions.Tests.Security;

/// <summary>
/// What belongs to somebody else does not exist; generated over every route of every surface, older paths included. A route
/// with an id or a body this test does not know makes it fail.
/// </summary>
public sealed class IsolationTests(ApiRig rig) : ApiTest(rig)
{
    /// <summary>A body each changing operation accepts, so that an answer other than 404 cannot hide behind a bad request.</summary>
    private static readonly Dictionary<string, JsonObject> Bodies = new()
    {
        ["updateRegistrationById"] = [],
        ["updateNotificationChannelSubscription"] = new() { ["config"] = new JsonObject { ["subscriptionExpireTime"] = "2099-01-01T00:00:00Z" } },
        ["updateSessionStatus"] = new() { ["status"] = "Hold" },
        ["postSessionStatus"] = new() { ["status"] = "Hold" },
        ["pressKeys"] = new() { ["keys"] = "1" },
        ["retrievePhoneSession"] = new() { ["offer"] = new JsonObject { ["sdp"] = "v=0\r\ns=offer\r\n" } },
    };

    /// <summary>A client chooses it for itself: somebody else's names a device of the caller's own.</summary>
    private const string DeviceId = "deviceId";

    private sealed record Route(string Method, string Pattern, ServedOperation Operation)
    {
        public IEnumerable<string> Ids => IdPattern().Matches(Pattern).Select(match => match.Groups[1].Value);

        public bool NamesSomething => Ids.Any(id => id != DeviceId);

        /// <summary>In a header that a token without a number has none for.</summary>
        public bool NamesRegistration => Operation.Parameters.Any(parameter => parameter is { In: ParameterPlace.Header, Name: "registrationId", Required: true });

        public string Path(Dictionary<string, string> ids)
        {
            var own = TestCaller.OwnedOn(Pattern, ids);
            return IdPattern().Replace(Pattern, match => own[match.Groups[1].Value]);
        }

        public string? Body => Operation.RequestBody is null ? null : Bodies[Operation.OperationId].ToJsonString();

        private static Regex IdPattern() => new(@"\{(\w+)\}");
    }

    [Fact]
    public async Task SomebodyElsesIdsAreNotFoundOnAnyRoute()
    {
        var owner = NewCaller();
        var owned = await owner.OwnEverythingAsync();
        var before = Rig.Node.Commands.Count + Rig.OtherNode.Commands.Count;
        var routes = Routes().Where(route => route.NamesSomething).ToList();
        Assert.NotEmpty(routes);
        foreach (var route in routes)
        {
            var path = route.Path(owned);
            foreach (var stranger in new[] { NewCaller(), owner.ThroughOtherClient() })
                (await stranger.SendAsync(HttpMethod.Parse(route.Method), path, route.Body, owned["registrationId"])).ShouldBe(404, "NOT_FOUND");

            if (route.NamesRegistration)
                continue;
            var withoutNumber = await Rig.SendAsync(HttpMethod.Parse(route.Method), path, new TokenSpec { ClientId = DevClients.Asp }, route.Body);
            withoutNumber.ShouldBe(404, "NOT_FOUND");
        }

        Assert.Equal(before, Rig.Node.Commands.Count + Rig.OtherNode.Commands.Count);
    }

    [Fact]
    public async Task TheOwnerIsServedOnEveryRouteThatIsNotFoundForOthers()
    {
        foreach (var route in Routes().Where(route => route.NamesSomething))
        {
            var owner = NewCaller();
            var owned = await owner.OwnEverythingAsync();
            var answer = await owner.SendAsync(HttpMethod.Parse(route.Method), route.Path(owned), route.Body, owned["registrationId"]);
            Assert.True(answer.Status is >= 200 and < 300 or 409 or 501, $"{route.Method} {route.Pattern}: {answer.Status} {answer.Text}");
        }
    }

    [Fact]
    public async Task AnIdThatIsNoneIsNotFoundOnAnyRoute()
    {
        foreach (var route in Routes().Where(route => route.NamesSomething))
        {
            var caller = NewCaller();
            string[] ids = ["x", "a%2Fb", "%23", "..%2f..", "device:" + caller.DeviceId, new string('a', 300), Guid.NewGuid().ToString()];
            foreach (var id in ids)
            {
                var path = route.Path(route.Ids.Distinct().ToDictionary(name => name, name => name == DeviceId ? caller.DeviceId : id));
                (await caller.SendAsync(HttpMethod.Parse(route.Method), path, route.Body, Guid.NewGuid().ToString())).ShouldBe(404, "NOT_FOUND");
            }
        }
    }

    [Fact]
    public async Task SomebodyElsesIdsAreInNoList()
    {
        var owner = NewCaller();
        var owned = await owner.OwnEverythingAsync();
        foreach (var route in Routes().Where(route => route.Method == "GET" && !route.NamesSomething))
        {
            var query = string.Join('&', route.Operation.Parameters.Where(parameter => parameter.In == ParameterPlace.Query).Select(parameter => $"{parameter.Name}={owned[parameter.Name]}"));
            foreach (var stranger in new[] { NewCaller(), owner.ThroughOtherClient() })
            {
                var list = await stranger.GetAsync($"{route.Path(owned)}?{query}");
                list.ShouldBe(200);
                Assert.Equal("[]", list.Text);
            }
        }
    }

    [Fact]
    public async Task SomebodyElsesRegistrationPlacesNoCall()
    {
        var owner = NewCaller();
        var registrationId = await owner.RegisterAsync();
        var creations = Routes().Where(route => route.Method == "POST" && !route.NamesSomething && route.Operation.Parameters.Any(parameter => parameter is { In: ParameterPlace.Header, Name: "registrationId" or "clientId", Required: true })).ToList();
        Assert.Equal(4, creations.Count);
        foreach (var route in creations)
        {
            foreach (var stranger in new[] { NewCaller(), owner.ThroughOtherClient() })
                (await stranger.PostAsync(route.Pattern, stranger.CallTo("tel:+34999000001"), registrationId)).ShouldBe(404, "NOT_FOUND");
        }
    }

    [Fact]
    public async Task EveryRouteButHealthAsksForItsScope()
    {
        foreach (var route in Routes())
        {
            var path = Regex.Replace(route.Pattern, @"\{\w+\}", _ => Guid.NewGuid().ToString());
            (await Rig.SendAsync(HttpMethod.Parse(route.Method), path, authorization: null)).ShouldBe(401, "UNAUTHENTICATED");
            var allOthers = string.Join(' ', DevClients.ApiScopes.Except(route.Operation.Scopes));
            var answer = await Rig.SendAsync(HttpMethod.Parse(route.Method), path, new TokenSpec { PhoneNumber = ApiRig.NewNumber(), Scope = allOthers });
            answer.ShouldBe(403, "PERMISSION_DENIED", route.Operation.Scopes[0]);
        }
    }

    [Fact]
    public void TheDevIssuerKnowsEveryScope() =>
        Assert.Equal(Routes().SelectMany(route => route.Operation.Scopes).Distinct().Order(), DevClients.ApiScopes.Order());

    private List<Route> Routes() =>
    [
        .. Rig.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<ServedEndpoint>() is not null)
            .Select(endpoint => new Route(
                endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0], endpoint.RoutePattern.RawText!,
                endpoint.Metadata.GetMetadata<ServedEndpoint>()!.Operation)),
    ];
}
