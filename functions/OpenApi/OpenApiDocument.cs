using System.Globalization;
using System.Text.Json.Nodes;
using Byon.Functions.Http;
using Byon.Functions.Surfaces;

namespace Byon.Functions.OpenApi;

/// <summary>The OpenAPI 3.0.3 document of a surface, made from the table that routes it.</summary>
internal sealed class OpenApiDocument
{
    private static readonly Schema CorrelatorSchema = Schema.Text(256, Correlator.PatternText) with { Name = "XCorrelator" };

    private static readonly Schema ErrorInfoSchema = Schema.Object(
        "ErrorInfo",
        new("status", new Schema("integer") { Format = "int32", Minimum = 100, Maximum = 599 }, Required: true),
        new("code", Schema.Text(96), Required: true),
        new("message", Schema.Text(512), Required: true));

    private readonly SchemaJson _schemas = new();
    private readonly Surface _surface;
    private readonly string _authority;

    private OpenApiDocument(Surface surface, string authority)
    {
        _surface = surface;
        _authority = authority;
    }

    /// <param name="authority">The issuer of access tokens.</param>
    public static JsonObject Of(Surface surface, string authority) => new OpenApiDocument(surface, authority).Write();

    public static string NameOf(Surface surface) => $"{surface.Version.Name}-{surface.Version.Version}";

    private bool IsByon => _surface.Publication == Publication.Byon;

    private JsonObject Write()
    {
        var paths = new JsonObject();
        foreach (var operation in _surface.Operations)
        {
            var path = _surface.Version.BelowVersion + operation.Path;
            if (paths[path] is not JsonObject item)
            {
                paths[path] = item = [];
            }

            item[operation.Method.ToLowerInvariant()] = WriteOperation(operation);
        }

        return new JsonObject
        {
            ["openapi"] = "3.0.3",
            ["info"] = new JsonObject { ["title"] = _surface.Title, ["version"] = _surface.Version.Version },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = $"/{_surface.Version.Name}/{_surface.Version.Version}" }),
            ["paths"] = paths,
            ["components"] = new JsonObject { ["securitySchemes"] = SecuritySchemes(), ["schemas"] = _schemas.Components },
        };
    }

    private JsonObject WriteOperation(ServedOperation operation)
    {
        var json = new JsonObject
        {
            ["summary"] = operation.Summary,
            ["operationId"] = operation.OperationId,
            ["parameters"] = Parameters(operation),
            ["security"] = Security(operation),
        };
        if (operation.RequestBody is { } body)
        {
            json["requestBody"] = new JsonObject { ["content"] = Content(_schemas.Write(body)) };
        }

        IEnumerable<string> older = [.. operation.Aliases, .. _surface.IsStrict ? [] : operation.LenientAliases];
        if (older.Any())
        {
            json["x-older-paths"] = SchemaJson.Texts(older.Select(path => _surface.Version.BelowVersion + path));
        }

        var responses = new JsonObject();
        foreach (var success in operation.Successes)
        {
            responses[Text(success.Status)] = Success(success);
        }

        foreach (var error in CommonErrors.AndOwn(operation))
        {
            responses[Text(error.Status)] = Error(error);
        }

        json["responses"] = responses;
        return json;
    }

    private JsonArray Parameters(ServedOperation operation)
    {
        var correlator = new ServedParameter(ParameterPlace.Header, Correlator.HeaderName, CorrelatorSchema, Required: false);
        return new JsonArray(
        [
            .. operation.Parameters.Prepend(correlator).Select(parameter => new JsonObject
            {
                ["name"] = parameter.Name,
                ["in"] = parameter.In switch { ParameterPlace.Path => "path", ParameterPlace.Query => "query", _ => "header" },
                ["required"] = parameter.Required,
                ["schema"] = _schemas.Write(parameter.Schema),
            }),
        ]);
    }

    /// <summary>One of the scopes is enough, which in OpenAPI is a choice of requirements; plain bearer tokens have none there.</summary>
    private JsonArray Security(ServedOperation operation) => IsByon
        ? new JsonArray(new JsonObject { ["BearerAuth"] = new JsonArray() })
        : new JsonArray([.. operation.Scopes.Select(scope => new JsonObject { ["openId"] = SchemaJson.Texts([scope]) })]);

    private JsonObject SecuritySchemes() => IsByon
        ? new JsonObject { ["BearerAuth"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" } }
        : new JsonObject
        {
            ["openId"] = new JsonObject
            {
                ["type"] = "openIdConnect",
                ["openIdConnectUrl"] = $"{_authority.TrimEnd('/')}/.well-known/openid-configuration",
            },
        };

    private JsonObject Success(ServedResponse success)
    {
        var json = Response(success.Status);
        if (success.Body is { } body)
        {
            json["content"] = Content(_schemas.Write(body));
        }

        return json;
    }

    private JsonObject Error(ServedError error)
    {
        var json = Response(error.Status);
        var kind = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["status"] = new JsonObject { ["enum"] = new JsonArray(JsonValue.Create(error.Status)) },
                ["code"] = new JsonObject { ["enum"] = SchemaJson.Texts(error.Codes) },
            },
        };
        json["content"] = Content(new JsonObject { ["allOf"] = new JsonArray(_schemas.Write(ErrorInfoSchema), kind) });
        return json;
    }

    private JsonObject Response(int status)
    {
        var headers = new JsonObject { [Correlator.HeaderName] = new JsonObject { ["schema"] = _schemas.Write(CorrelatorSchema) } };
        if (status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            headers["Retry-After"] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "integer" } };
        }

        return new JsonObject { ["description"] = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status), ["headers"] = headers };
    }

    private static JsonObject Content(JsonObject schema) =>
        new() { ["application/json"] = new JsonObject { ["schema"] = schema } };

    private static string Text(int status) => status.ToString(CultureInfo.InvariantCulture);
}
