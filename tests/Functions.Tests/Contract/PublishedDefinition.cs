using System.Globalization;
using System.Text.Json.Nodes;
using Byon.Functions.Surfaces;
using Byon.Tests.TestKit;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Byon.Tests.Functions.Tests.Contract;

/// <summary>The published API definitions, where they lie beside the repository.</summary>
internal static class PublishedDefinition
{
    private static readonly string Root = Path.GetFullPath(RepositoryRoot.Combine("..", "shared", "camara"));

    public static bool IsPresent => Directory.Exists(Root);

    /// <summary>The definition a surface follows; null for one that is not published there.</summary>
    public static JsonNode? Of(Surface surface)
    {
        if (surface.Publication == Publication.Extension)
            return null;
        var file = surface.Publication switch
        {
            Publication.Camara => Path.Combine("v0.4", surface.Version.Name + ".yaml"),
            Publication.CamaraR22 => Path.Combine("r2.2", surface.Version.Name + ".yaml"),
            _ => Path.Combine("byon-v0.1.2", surface.Version.Name switch
            {
                "racm" => "BYON-RACM-Service.yaml",
                "notificationchannel" => "BYON-Notification-Channel.yaml",
                _ => "BYON-CallHandling-Service.yaml",
            }),
        };
        return File.Exists(Path.Combine(Root, file)) ? Load(file) : null;
    }

    public static JsonNode Load(string file)
    {
        var stream = new YamlStream();
        using var reader = File.OpenText(Path.Combine(Root, file));
        stream.Load(reader);
        return ToJson(stream.Documents[0].RootNode)!;
    }

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(child => KeyValuePair.Create(((YamlScalarNode)child.Key).Value!, ToJson(child.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Select(ToJson)]),
        YamlScalarNode { Style: ScalarStyle.Plain } plain => PlainScalar(plain.Value ?? ""),
        _ => JsonValue.Create(((YamlScalarNode)node).Value),
    };

    private static JsonValue? PlainScalar(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number)
        : bool.TryParse(text, out var truth) ? JsonValue.Create(truth)
        : JsonValue.Create(text);
}
