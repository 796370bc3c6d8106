using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Byon.MediaNode;
using Byon.Platform;

namespace Byon.Infra.Reference;

/// <summary>
/// Every setting of the programs, from their options classes: functions' and the platform's by their properties, the node's by
/// the settings its records' parameters name.
/// </summary>
public static partial class SettingsCatalog
{
    public static IReadOnlyList<Setting> All { get; } =
    [
        .. Sections(SettingProgram.Both, typeof(StorageOptions).Assembly),
        // An options class within another one is found twice.
        .. Sections(SettingProgram.Functions, Assembly.Load("byon-functions")).DistinctBy(setting => setting.Name),
        // Some records look at one setting from several sides.
        .. NodeSettings().GroupBy(setting => setting.Name).Select(same => same.First() with { Meaning = string.Join(" ", same.Select(setting => setting.Meaning)) })
            .OrderBy(setting => setting.Name, StringComparer.Ordinal),
    ];

    /// <summary>Options classes with a section, which their summary or their constant Section names.</summary>
    private static IEnumerable<Setting> Sections(SettingProgram program, Assembly assembly)
    {
        var docs = XmlDocs.Of(assembly);
        var sections = assembly.GetTypes().Where(IsOptions).Select(type => (Type: type, Section: SectionOf(type, docs))).Where(found => found.Section is not null);
        foreach (var (type, section) in sections.OrderBy(found => found.Section, StringComparer.Ordinal))
        {
            foreach (var setting in Properties(program, docs, type, Activator.CreateInstance(type)!, section!))
                yield return setting;
        }
    }

    private static bool IsOptions(Type type) =>
        type is { IsClass: true, IsAbstract: false } && type.Name.EndsWith("Options", StringComparison.Ordinal) && type.GetConstructor(Type.EmptyTypes) is not null;

    private static string? SectionOf(Type type, XmlDocs docs) =>
        type.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() as string
        ?? (SectionForm().Match(docs.Summary(type)) is { Success: true } match ? match.Groups[1].Value.Replace(":", "__", StringComparison.Ordinal) : null);

    private static IEnumerable<Setting> Properties(SettingProgram program, XmlDocs docs, Type type, object instance, string prefix)
    {
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite))
        {
            var name = $"{prefix}__{property.Name}";
            var value = property.GetValue(instance);
            var element = ElementOf(property.PropertyType);
            if (element is not null && IsNested(element))
            {
                foreach (var setting in Properties(program, docs, element, Activator.CreateInstance(element)!, $"{name}__0"))
                    yield return setting;
            }
            else if (IsNested(property.PropertyType))
            {
                foreach (var setting in Properties(program, docs, property.PropertyType, value ?? Activator.CreateInstance(property.PropertyType)!, name))
                    yield return setting;
            }
            else
            {
                yield return new Setting(program, element is null ? name : $"{name}__0", Text(value), docs.Summary(property));
            }
        }
    }

    private static IEnumerable<Setting> NodeSettings()
    {
        var assembly = typeof(NodeOptions).Assembly;
        var docs = XmlDocs.Of(assembly);
        var types = assembly.GetTypes().Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal));
        foreach (var text in types.OrderBy(type => type.FullName, StringComparer.Ordinal).SelectMany(docs.Parameters))
        {
            foreach (Match match in NodeSettingForm().Matches(text))
                yield return new Setting(SettingProgram.MediaNode, match.Groups[1].Value, match.Groups[2].Value is "required" ? "" : match.Groups[2].Value, Meaning(text));
        }
    }

    /// <summary>What stands behind the names; a text about several settings keeps them.</summary>
    private static string Meaning(string text) =>
        NodeSettingForm().Count(text) == 1 && LeadingNameForm().Match(text) is { Success: true } lead ? text[lead.Length..] : text;

    private static Type? ElementOf(Type type) =>
        type == typeof(string) ? null
        : type.IsArray ? type.GetElementType()
        : type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type) ? type.GetGenericArguments()[^1] : null;

    private static bool IsNested(Type type) =>
        type is { IsClass: true } && type.Namespace?.StartsWith("Byon.", StringComparison.Ordinal) == true && type.GetConstructor(Type.EmptyTypes) is not null;

    private static string Text(object? value) => value switch
    {
        null or "" => "",
        TimeSpan span => span.ToString("c", CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        IEnumerable list and not string => string.Join(", ", list.Cast<object>()),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    [GeneratedRegex("^Section [\"`]([A-Za-z:]+)[\"`]")]
    private static partial Regex SectionForm();

    [GeneratedRegex(@"`((?:Node|Storage|WebPubSub)(?:__[A-Za-z0-9]+)+)`(?: \(([^)]*)\))?")]
    private static partial Regex NodeSettingForm();

    [GeneratedRegex(@"^`[A-Za-z0-9_]+`(?: \([^)]*\))?: ")]
    private static partial Regex LeadingNameForm();
}
