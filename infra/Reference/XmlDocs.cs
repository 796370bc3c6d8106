using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Byon.Infra.Reference;

/// <summary>An assembly's documentation comments, as Markdown that fits a cell of a table.</summary>
public sealed partial class XmlDocs
{
    private readonly Dictionary<string, XElement> _members;

    private XmlDocs(Dictionary<string, XElement> members) => _members = members;

    /// <summary>From the file the compiler writes next to the assembly.</summary>
    public static XmlDocs Of(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        var file = Path.ChangeExtension(Path.Combine(AppContext.BaseDirectory, Path.GetFileName(assembly.Location)), ".xml");
        return new XmlDocs(XDocument.Load(file).Descendants("member").ToDictionary(member => member.Attribute("name")!.Value));
    }

    public string Summary(Type type) => Text(Find($"T:{Name(type)}")?.Element("summary"));

    public string Summary(PropertyInfo property) => Text(Find($"P:{Name(property.DeclaringType!)}.{property.Name}")?.Element("summary"));

    public string Summary(FieldInfo field) => Text(Find($"F:{Name(field.DeclaringType!)}.{field.Name}")?.Element("summary"));

    /// <summary>Of a record's parameters, in their order.</summary>
    public IReadOnlyList<string> Parameters(Type type) => [.. (Find($"T:{Name(type)}")?.Elements("param") ?? []).Select(Text)];

    private XElement? Find(string member) => _members.GetValueOrDefault(member);

    private static string Name(Type type) => type.FullName!.Replace('+', '.');

    private static string Text(XElement? element)
    {
        if (element is null) return "";
        var text = string.Concat(element.Nodes().Select(node => node switch
        {
            XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
            XElement { Name.LocalName: "see" or "paramref" } reference =>
                $"`{(reference.Attribute("cref") ?? reference.Attribute("name") ?? reference.Attribute("langword"))!.Value.Split('.', ':')[^1]}`",
            XElement other => other.Value,
            _ => node.ToString(),
        }));
        return Blanks().Replace(System.Net.WebUtility.HtmlDecode(text), " ").Trim();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
