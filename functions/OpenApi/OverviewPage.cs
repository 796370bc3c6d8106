using System.Net;
using System.Text;
using Byon.Functions.Surfaces;

namespace Byon.Functions.OpenApi;

/// <summary>The page at /openapi/: every operation of every surface, with its parameters, bodies, scopes and errors.</summary>
internal sealed class OverviewPage(IReadOnlyList<Surface> surfaces)
{
    private readonly StringBuilder _html = new();

    public string Write()
    {
        _html.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>BYON Serverless API</title>");
        _html.Append("<meta name=\"viewport\" content=\"width=device-width\"><style>").Append(PageStyle.Css).Append("</style></head><body>");
        _html.Append("<header><h1>BYON Serverless API</h1><p>One implementation, published as the current CAMARA line, as CAMARA r2.2 and as BYON 0.1.2, with extensions. ");
        _html.Append("Every operation takes a bearer token; any of the named scopes is enough.</p></header><nav>");
        foreach (var surface in surfaces)
        {
            Line($"<a href=\"#{Id(surface)}\">{Text(surface.Version.Name)} <b>{Text(surface.Version.Version)}</b></a>");
        }

        _html.Append("</nav><main>");
        foreach (var surface in surfaces)
        {
            Write(surface);
        }

        return _html.Append("</main></body></html>").ToString();
    }

    private static string Id(Surface surface) => Text(OpenApiDocument.NameOf(surface));

    private void Write(Surface surface)
    {
        Line($"<section id=\"{Id(surface)}\"><h2>{Text(surface.Title)} <small>{Text(Publisher(surface.Publication))}</small></h2>");
        Line($"<p><code>{Text(surface.Version.BasePath)}</code> <a href=\"/openapi/{Id(surface)}.json\">OpenAPI document</a></p>");
        foreach (var operation in surface.Operations)
        {
            Write(operation);
        }

        _html.Append("</section>");
    }

    private void Write(ServedOperation operation)
    {
        Line($"<details><summary><span class=\"{Text(operation.Method.ToLowerInvariant())}\">{Text(operation.Method)}</span><code>{Text(operation.Path)}</code><em>{Text(operation.Summary)}</em></summary>");
        _html.Append("<dl>");
        Entry("Scope", string.Join("<br>", operation.Scopes.Select(scope => $"<code>{Text(scope)}</code>")));
        Entry("Parameters", string.Join("<br>", operation.Parameters.Select(Describe)));
        Entry("Body", operation.RequestBody is { } body ? Describe(body) : "");
        Entry("Success", string.Join("<br>", operation.Successes.Select(success => $"<b>{success.Status}</b> {(success.Body is { } answer ? Describe(answer) : "no body")}")));
        Entry("Errors", string.Join("<br>", CommonErrors.AndOwn(operation).Select(error => $"<b>{error.Status}</b> {Text(string.Join(", ", error.Codes))}")));
        Entry("Older paths", string.Join("<br>", operation.Aliases.Select(path => $"<code>{Text(path)}</code>")));
        _html.Append("</dl></details>");
    }

    private void Entry(string name, string html)
    {
        if (html.Length > 0)
        {
            Line($"<dt>{name}</dt><dd>{html}</dd>");
        }
    }

    private void Line(string html) => _html.Append(html).Append('\n');

    private static string Describe(ServedParameter parameter) =>
        $"<code>{Text(parameter.Name)}</code> in {parameter.In.ToString().ToLowerInvariant()}{(parameter.Required ? "" : ", optional")}: {Describe(parameter.Schema)}";

    /// <summary>A schema in one line, or as a list of members.</summary>
    private static string Describe(Schema schema) => schema switch
    {
        { OneOf.Count: > 0 } => string.Join(" or ", schema.OneOf.Select(Describe)),
        { Items: { } items } => $"list of {(schema.MaximumItems is { } most ? $"at most {most} " : "")}{Describe(items)}",
        { Members.Count: > 0 } => $"{Text(schema.Name ?? "object")}<ul>{string.Concat(schema.Members.Select(Describe))}</ul>",
        { Enum.Count: > 0 } => Text(string.Join(" | ", schema.Enum)),
        _ => Text(schema.Format ?? schema.Name ?? schema.Type) + (schema.MaximumLength is { } most ? $", at most {most} characters" : ""),
    };

    private static string Describe(Member member) =>
        $"<li><code>{Text(member.Name)}</code>{(member.Required ? "<sup>required</sup>" : "")} {Describe(member.Schema)}</li>";

    private static string Publisher(Publication publication) => publication switch
    {
        Publication.Camara => "CAMARA",
        Publication.CamaraR22 => "CAMARA r2.2",
        Publication.Extension => "extension",
        _ => "BYON 0.1.2",
    };

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
