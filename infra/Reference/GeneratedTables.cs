using System.Globalization;
using System.Reflection;
using System.Text;
using Byon.Infra.Model.Access;
using Byon.Infra.Model.Alerts;
using Byon.Infra.Model.Configuration;

namespace Byon.Infra.Reference;

/// <summary>The tables of docs/ that follow from the sources, each between two marks: <c>&lt;!-- generated: NAME --&gt;</c> and <c>&lt;!-- end --&gt;</c>.</summary>
public static class GeneratedTables
{
    private const string End = "<!-- end -->";

    public static IReadOnlyDictionary<string, Func<string>> All { get; } = new Dictionary<string, Func<string>>
    {
        ["settings"] = Settings,
        ["configuration"] = Configuration,
        ["roles"] = Roles,
        ["alerts"] = Alerts,
    };

    /// <summary>The page with all its generated tables as they are to be now.</summary>
    /// <exception cref="InvalidDataException">A mark has no end, or names no table.</exception>
    public static string Refresh(string page)
    {
        ArgumentNullException.ThrowIfNull(page);
        var text = new StringBuilder();
        var lines = new Queue<string>(page.Split('\n'));
        while (lines.TryDequeue(out var line))
        {
            text.Append(line).Append('\n');
            if (NameIn(line) is not { } name) continue;
            var table = All.TryGetValue(name, out var write) ? write() : throw new InvalidDataException($"There is no table named '{name}'.");
            while (lines.TryPeek(out var old) && old != End) lines.Dequeue();
            if (lines.Count == 0) throw new InvalidDataException($"The table '{name}' has no {End}.");
            text.Append('\n').Append(table).Append('\n');
        }

        return text.ToString()[..^1];
    }

    private static string? NameIn(string line) =>
        line.StartsWith("<!-- generated: ", StringComparison.Ordinal) ? line["<!-- generated: ".Length..^" -->".Length] : null;

    private static string Settings() => Table(
        ["setting", "of", "default", "meaning"],
        SettingsCatalog.All.Select(setting => new[] { $"`{setting.Name}`", Of(setting.Program), Code(setting.Default), setting.Meaning }));

    private static string Configuration()
    {
        var docs = XmlDocs.Of(typeof(ConfigurationKeys).Assembly);
        var keys = typeof(ConfigurationKeys).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.Name != nameof(ConfigurationKeys.Namespace));
        return Table(["key", "meaning"], keys.Select(key => new[] { $"`{ConfigurationKeys.Namespace}:{key.GetRawConstantValue()}`", docs.Summary(key) }));
    }

    private static string Roles() => Table(
        ["identity", "role", "on", "for"],
        AccessPlan.Grants.Select(grant => new[] { grant.Identity.ToString().ToLowerInvariant(), grant.Role.Name, Words(grant.Scope.ToString()), grant.Why }));

    private static string Alerts() => Table(
        ["alert", "severity", "meaning, and what to do"],
        AlertPlan.All.Select(alert => new[] { $"`{alert.Name}`", alert.Severity.ToString().ToLowerInvariant(), alert.Meaning }));

    private static string Table(IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows)
    {
        var text = new StringBuilder();
        Row(heads);
        Row([.. heads.Select(_ => "---")]);
        foreach (var row in rows) Row(row);
        return text.ToString();

        void Row(IReadOnlyList<string> cells) =>
            text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))} |\n");
    }

    private static string Of(SettingProgram program) => program switch
    {
        SettingProgram.Both => "both",
        SettingProgram.Functions => "functions",
        _ => "medianode",
    };

    private static string Code(string text) => text.Length == 0 ? "" : $"`{text}`";

    private static string Words(string name) =>
        string.Concat(name.Select((letter, i) => char.IsUpper(letter) ? (i > 0 ? " " : "") + char.ToLowerInvariant(letter) : letter.ToString()));
}
