using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Byon.Functions.OpenApi;
using Byon.Functions.Surfaces;
using Byon.Tests.Functions.Tests.Rig;
using Microsoft.Extensions.DependencyInjection;

namespace Byon.Tests.Functions.Tests.Contract;

/// <summary>
/// The served OpenAPI documents against the published ones: every path, method, parameter, status, error code and constraint.
/// What differs is listed by name in <see cref="DeliberateDifferences"/>; any other difference fails, and so does a listed one
/// that no longer exists.
/// </summary>
public sealed class PublishedContractTests(ApiRig rig) : ApiTest(rig)
{
    public static TheoryData<string> Documents => new(DeliberateDifferences.Of.Keys.Order());

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task TheServedContractIsThePublishedOneButForWhatIsListed(string document)
    {
        if (!PublishedDefinition.IsPresent)
            return;

        var surface = Surfaces().Single(one => OpenApiDocument.NameOf(one) == document);
        var published = ContractFacts.Of(PublishedDefinition.Of(surface)!, "");
        var served = ContractFacts.Of(JsonNode.Parse(await Rig.Http.GetStringAsync($"/openapi/{document}.json"))!, surface.Version.BelowVersion);
        var differences = published.Except(served).Select(fact => "- " + fact).Concat(served.Except(published).Select(fact => "+ " + fact)).Order().ToList();
        var listed = DeliberateDifferences.Common.Concat(DeliberateDifferences.Of[document]).ToList();
        var unlisted = differences.Where(difference => !listed.Exists(one => one.Covers(difference))).ToList();
        Assert.True(unlisted.Count == 0, $"not listed as deliberate:\n{string.Join('\n', unlisted)}");
        var gone = DeliberateDifferences.Of[document].Where(one => !differences.Exists(one.Covers)).Select(one => one.Name).ToList();
        Assert.True(gone.Count == 0, $"listed, but there is no such difference: {string.Join("; ", gone)}");
    }

    [Fact]
    public void EverySurfaceThatIsPublishedIsCompared()
    {
        if (!PublishedDefinition.IsPresent)
            return;

        Assert.Equal(Surfaces().Where(surface => PublishedDefinition.Of(surface) is not null).Select(OpenApiDocument.NameOf).Order(), DeliberateDifferences.Of.Keys.Order());
    }

    private IReadOnlyList<Surface> Surfaces() => Rig.Services.GetRequiredService<AllSurfaces>().List;
}

/// <summary>A difference that is meant. + is served and not published, - is published and not served.</summary>
/// <param name="Facts">Regular expression over the whole fact.</param>
internal sealed record Difference(string Name, string Facts)
{
    private readonly Regex _facts = new($"^(?:{Facts})$", RegexOptions.CultureInvariant);

    public bool Covers(string fact) => _facts.IsMatch(fact);
}
