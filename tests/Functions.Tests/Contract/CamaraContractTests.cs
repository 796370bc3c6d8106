using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Byon.Functions.CallHandling;
using Byon.Functions.Surfaces;
using Byon.Platform;
using Byon.Tests.Functions.Tests.Rig;
using Byon.Tests.TestKit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using YamlDotNet.RepresentationModel;

namespace Byon.Tests.Functions.Tests.Contract;

/// <summary>The API against the published CAMARA definitions, where they lie beside the repository.</summary>
public sealed class CamaraContractTests(ApiRig rig) : ApiTest(rig)
{
    private static readonly string Folder = Path.GetFullPath(RepositoryRoot.Combine("..", "shared", "camara", "v0.4"));

    public static TheoryData<string, string> Definitions => new()
    {
        { "webrtc-registration.yaml", ApiVersions.Registration.BasePath },
        { "webrtc-call-handling.yaml", ApiVersions.CallHandling.BasePath },
    };

    [Theory]
    [MemberData(nameof(Definitions))]
    public void EveryOperationIsServedWithItsScopeAndNoOther(string file, string basePath)
    {
        if (!Directory.Exists(Folder))
            return;

        var published =
            from path in Map(Load(file)["paths"])
            from operation in Map(path.Value).Where(member => member.Key is "get" or "post" or "put" or "delete" or "patch")
            from scope in ((YamlSequenceNode)operation.Value["security"][0]["openId"]).Select(scope => scope.ToString())
            select $"{operation.Key.ToUpperInvariant()} {basePath}{path.Key} {scope}";
        var served =
            from endpoint in Rig.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            where endpoint.RoutePattern.RawText!.StartsWith(basePath, StringComparison.Ordinal)
            select $"{endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]} {endpoint.RoutePattern.RawText} {endpoint.Metadata.GetMetadata<ServedEndpoint>()!.Operation.Scopes[0]}";
        Assert.Equal(published.Order(), served.Order());
    }

    [Fact]
    public async Task EverySuccessHasAPublishedStatusAndBody()
    {
        if (!Directory.Exists(Folder))
            return;

        var registration = Load("webrtc-registration.yaml");
        var calls = Load("webrtc-call-handling.yaml");
        var caller = NewCaller();
        var created = await caller.PostAsync(RegistrationSessions, new JsonObject { ["deviceId"] = caller.DeviceId });
        Conforms(registration, "/sessions", "post", created, "RegSessionResponse");
        var registrationId = (string)created.Json["registrationId"]!;
        Conforms(registration, "/sessions/{registrationId}", "get", await caller.GetAsync($"{RegistrationSessions}/{registrationId}"), "RegSessionResponse");
        Conforms(registration, "/sessions/{registrationId}", "put", await caller.PutAsync($"{RegistrationSessions}/{registrationId}", null), "RegSessionResponse");
        Conforms(registration, "/sessions", "get", await caller.GetAsync($"{RegistrationSessions}?deviceId={caller.DeviceId}"), null);

        var call = await caller.PostAsync(CallSessions, caller.CallTo("tel:+34999000001"), registrationId);
        Conforms(calls, "/sessions", "post", call, "MediaSessionResponse");
        var path = $"{CallSessions}/{(string)call.Json["mediaSessionId"]!}";
        Conforms(calls, "/sessions/{mediaSessionId}", "get", await caller.GetAsync(path), "MediaSessionResponse");
        Conforms(calls, "/sessions/{mediaSessionId}/status", "put", await caller.PutAsync($"{path}/status", new JsonObject { ["status"] = "Hold" }), "MediaSessionResponse");
        Conforms(calls, "/sessions/{mediaSessionId}", "delete", await caller.DeleteAsync(path), null);
        Conforms(registration, "/sessions/{registrationId}", "delete", await caller.DeleteAsync($"{RegistrationSessions}/{registrationId}"), null);
    }

    [Fact]
    public void PublishedAddressesAreAccepted()
    {
        if (!Directory.Exists(Folder))
            return;

        var addresses = AllTexts(Load("webrtc-call-handling.yaml")["components"]["examples"]).Where(text => text.Name is "originatorAddress" or "receiverAddress").ToList();
        Assert.NotEmpty(addresses);
        Assert.All(addresses, address => Assert.True(CallAddress.IsValid(address.Value), address.Value));
    }

    [Fact]
    public void OurPatternOfAnAddressIsThePublishedOne()
    {
        if (!Directory.Exists(Folder))
            return;

        var published = new Regex(Load("webrtc-call-handling.yaml")["components"]["schemas"]["Address"]["pattern"].ToString().TrimEnd('$') + @"\z");
        string[] samples =
        [
            "tel:+34600111222", "tel:+0123456", "tel:112", "tel:112;phone-context=+34", "tel:112;phone-context=op", "tel:*31#6;phone-context=a.b-c.d",
            "sip:a@b.cc", "sip:a@b.c", "sip:a@b.cc;user=phone", "sip:1;phone-context=+1@b.cc;user=phone", "urn:service:sos", "urn:service:sos.a-b",
            "urn:service:sos.-", "urn:service:SOS", "sip:anonymous@anonymous.invalid", "sips:a@b.cc", "", "tel:+34600111222\n",
        ];
        Assert.All(samples, sample => Assert.Equal(published.IsMatch(sample), CallAddress.IsValid(sample)));
    }

    private static void Conforms(YamlNode definition, string path, string method, Answer answer, string? schema)
    {
        var responses = Map(definition["paths"][path][method]["responses"]);
        Assert.True(responses.ContainsKey(answer.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)), $"{method} {path} answered {answer.Status}: {answer.Text}");
        Assert.InRange(answer.Status, 200, 299);
        if (schema is null)
            return;

        var members = answer.Json.AsObject().Select(member => member.Key).ToList();
        var type = definition["components"]["schemas"][schema];
        var required = ((YamlSequenceNode)type["required"]).Select(name => name.ToString());
        Assert.Empty(required.Except(members));
        Assert.Empty(members.Except(PropertiesOf(definition, type)));
    }

    private static IEnumerable<string> PropertiesOf(YamlNode definition, YamlNode type)
    {
        var members = Map(type);
        if (members.TryGetValue("$ref", out var reference))
            return PropertiesOf(definition, definition["components"]["schemas"][reference.ToString().Split('/')[^1]]);

        var own = members.TryGetValue("properties", out var properties) ? Map(properties).Keys : Enumerable.Empty<string>();
        return members.TryGetValue("allOf", out var parts) ? own.Concat(((YamlSequenceNode)parts).SelectMany(part => PropertiesOf(definition, part))) : own;
    }

    private static IEnumerable<(string Name, string Value)> AllTexts(YamlNode node) => node switch
    {
        YamlMappingNode map => map.Children.SelectMany(child => child.Value is YamlScalarNode text ? [(child.Key.ToString(), text.Value!)] : AllTexts(child.Value)),
        YamlSequenceNode list => list.SelectMany(AllTexts),
        _ => [],
    };

    private static Dictionary<string, YamlNode> Map(YamlNode node) => ((YamlMappingNode)node).Children.ToDictionary(child => child.Key.ToString(), child => child.Value);

    private static YamlNode Load(string file)
    {
        var stream = new YamlStream();
        using var reader = File.OpenText(Path.Combine(Folder, file));
        stream.Load(reader);
        return stream.Documents[0].RootNode;
    }
}
