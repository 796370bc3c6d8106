using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Byon.Functions.Http;

/// <summary>
/// Reads the members of a JSON object one by one against the API definition and keeps the first violation, which names the
/// member by its path. After a violation the values read are meaningless; ask <see cref="Violation"/> before using them.
/// </summary>
internal sealed partial class JsonFields
{
    private readonly Dictionary<string, JsonElement> _members;
    private readonly HashSet<string> _known = [];
    private readonly string _path;
    private readonly Findings _findings;
    private readonly List<JsonFields> _children = [];

    private JsonFields(Dictionary<string, JsonElement> members, string path, Findings findings)
    {
        _members = members;
        _path = path;
        _findings = findings;
    }

    /// <summary>An absent body: no members.</summary>
    public static JsonFields None => new([], "", new Findings()) { IsAbsent = true };

    /// <summary>The request had no body at all.</summary>
    public bool IsAbsent { get; private init; }

    /// <param name="isStrict">A member that nobody asks for is a violation; otherwise it is passed over.</param>
    public static JsonFields OfBody(JsonElement body, bool isStrict)
    {
        var findings = new Findings { PassesOverUnknown = !isStrict };
        if (body.ValueKind == JsonValueKind.Object)
        {
            return Open(body, "", findings);
        }

        findings.Add(Problems.InvalidArgument("The request body is not a JSON object."));
        return new JsonFields([], "", findings);
    }

    /// <summary>A body that could not be read at all.</summary>
    public static JsonFields Unreadable(Problem why)
    {
        var findings = new Findings();
        findings.Add(why);
        return new JsonFields([], "", findings);
    }

    /// <summary>The first thing wrong with the body, unknown members last: complete once every member was asked for.</summary>
    public Problem? Violation
    {
        get
        {
            if (!_findings.PassesOverUnknown)
            {
                RejectUnknown();
            }

            return _findings.First;
        }
    }

    public string? Text(string name, int maximumLength)
    {
        if (!TryGet(name, JsonValueKind.String, "a string", out var value))
        {
            return null;
        }

        var text = value.GetString()!;
        if (text.Length > maximumLength)
        {
            _findings.Add($"{PathOf(name)} is longer than {maximumLength} characters.");
        }

        return text;
    }

    /// <summary>Checks several texts whose values are of no interest.</summary>
    public void Texts(int maximumLength, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            Text(name, maximumLength);
        }
    }

    /// <summary>Members that the definition has and this request may carry for nothing.</summary>
    public void PassOver(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            _known.Add(name);
        }
    }

    public string RequiredText(string name, int maximumLength)
    {
        Require(name);
        return Text(name, maximumLength) ?? "";
    }

    /// <summary>A UUID (RFC 9562), in its canonical lower-case form.</summary>
    public string RequiredUuid(string name)
    {
        var text = RequiredText(name, 36);
        if (Guid.TryParseExact(text, "D", out var uuid))
        {
            return uuid.ToString("D");
        }

        _findings.Add($"{PathOf(name)} is not a UUID.");
        return "";
    }

    /// <summary>A date-time of RFC 3339, with its offset.</summary>
    public DateTimeOffset? Time(string name)
    {
        if (Text(name, 64) is not { } text)
        {
            return null;
        }

        if (Rfc3339().IsMatch(text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time))
        {
            return time;
        }

        _findings.Add($"{PathOf(name)} is not a date-time of RFC 3339 with an offset.");
        return null;
    }

    /// <summary>E.164 with plus.</summary>
    public string? PhoneNumber(string name)
    {
        if (Text(name, 128) is not { } text)
        {
            return null;
        }

        if (!E164().IsMatch(text))
        {
            _findings.Add($"{PathOf(name)} is not a phone number of E.164 with its plus.");
        }

        return text;
    }

    public double? Number(string name, double minimum = double.MinValue, double maximum = double.MaxValue)
    {
        if (!TryGet(name, JsonValueKind.Number, "a number", out var value))
        {
            return null;
        }

        if (!value.TryGetDouble(out var number) || number < minimum || number > maximum)
        {
            _findings.Add($"{PathOf(name)} is out of range.");
        }

        return number;
    }

    /// <summary>One of the names of an enumeration of the API, spelled as in the definition.</summary>
    public string? OneOf(string name, params ReadOnlySpan<string> names)
    {
        if (Text(name, 64) is not { } text)
        {
            return null;
        }

        if (!names.Contains(text))
        {
            _findings.Add($"{PathOf(name)} must be one of {string.Join(", ", names!)}.");
        }

        return text;
    }

    /// <summary>A list of names of an enumeration of the API, each once.</summary>
    public IReadOnlyList<string> RequiredChoices(string name, params ReadOnlySpan<string> names)
    {
        Require(name);
        List<string> chosen = [];
        if (!TryGet(name, JsonValueKind.Array, "an array", out var value))
        {
            return chosen;
        }

        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String || !names.Contains(item.GetString()))
            {
                _findings.Add($"{PathOf(name)} must hold {string.Join(", ", names!)} only.");
                return chosen;
            }

            chosen.Add(item.GetString()!);
        }

        if (chosen.Count == 0)
        {
            _findings.Add($"{PathOf(name)} is empty.");
        }

        return [.. chosen.Distinct()];
    }

    public bool? Boolean(string name)
    {
        _known.Add(name);
        if (!_members.TryGetValue(name, out var value))
        {
            return null;
        }

        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            _findings.Add($"{PathOf(name)} is not a boolean.");
        }

        return value.ValueKind == JsonValueKind.True;
    }

    public int? Integer(string name, int minimum, int maximum)
    {
        if (!TryGet(name, JsonValueKind.Number, "a number", out var value))
        {
            return null;
        }

        if (!value.TryGetInt32(out var number) || number < minimum || number > maximum)
        {
            _findings.Add($"{PathOf(name)} is not an integer from {minimum} to {maximum}.");
        }

        return number;
    }

    public JsonFields? Object(string name)
    {
        if (!TryGet(name, JsonValueKind.Object, "an object", out var value))
        {
            return null;
        }

        var child = Open(value, PathOf(name), _findings);
        _children.Add(child);
        return child;
    }

    public JsonFields? RequiredObject(string name)
    {
        Require(name);
        return Object(name);
    }

    public bool Has(string name) => _members.ContainsKey(name);

    public void Require(string name)
    {
        if (!Has(name))
        {
            _known.Add(name);
            _findings.Add($"Expected property is missing: {PathOf(name)}.");
        }
    }

    /// <summary>Marks a member that the definition has but this request must not carry.</summary>
    public void Forbid(string name, string why)
    {
        _known.Add(name);
        if (Has(name))
        {
            _findings.Add($"{PathOf(name)} {why}");
        }
    }

    public void Reject(string name, string why) => _findings.Add($"{PathOf(name)} {why}");

    /// <summary>For what the API has a code of its own for.</summary>
    public void Reject(Problem problem) => _findings.Add(problem);

    private static JsonFields Open(JsonElement element, string path, Findings findings)
    {
        var members = new Dictionary<string, JsonElement>();
        foreach (var property in element.EnumerateObject())
        {
            members[property.Name] = property.Value;
        }

        return new JsonFields(members, path, findings);
    }

    private bool TryGet(string name, JsonValueKind kind, string kindName, out JsonElement value)
    {
        _known.Add(name);
        if (!_members.TryGetValue(name, out value))
        {
            return false;
        }

        if (value.ValueKind == kind)
        {
            return true;
        }

        _findings.Add($"{PathOf(name)} is not {kindName}.");
        return false;
    }

    private void RejectUnknown()
    {
        foreach (var name in _members.Keys.Where(name => !_known.Contains(name)))
        {
            _findings.Add($"Unknown property: {PathOf(Shown(name))}.");
        }

        foreach (var child in _children)
        {
            child.RejectUnknown();
        }
    }

    private string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    /// <summary>A name the client made up: short and printable in our answer.</summary>
    private static string Shown(string name)
    {
        var printable = new string([.. name.Take(64).Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' ? c : '?')]);
        return printable.Length == 0 ? "(empty name)" : printable;
    }

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Rfc3339();

    [GeneratedRegex(@"^\+[1-9][0-9]{4,14}\z", RegexOptions.CultureInvariant)]
    private static partial Regex E164();

    /// <summary>Shared by all objects of one body: only the first violation is told.</summary>
    private sealed class Findings
    {
        public bool PassesOverUnknown { get; init; }

        public Problem? First { get; private set; }

        public void Add(Problem problem) => First ??= problem;

        public void Add(string detail) => Add(Problems.InvalidArgument(detail));
    }
}
