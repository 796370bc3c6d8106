using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using Byon.Functions.Surfaces;

namespace Byon.Functions.Http;

/// <summary>Reads a JSON body as untrusted input: bounded, well-formed UTF-8, no duplicate member, no deep nesting.</summary>
internal static class RequestBody
{
    /// <summary>Two SDPs of 65,536 characters with every line end escaped fit several times.</summary>
    public const int MaximumSize = 512 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    /// <summary>The members of the body, read as strictly as the surface of the endpoint says. An absent body has none, so that the operation names what it misses.</summary>
    public static async Task<JsonFields> ReadFieldsAsync(HttpRequest request, CancellationToken cancel)
    {
        var bytes = await ReadAsync(request, cancel);
        var isStrict = request.HttpContext.GetEndpoint()?.Metadata.GetMetadata<ServedEndpoint>()?.Surface.IsStrict ?? true;
        if (bytes.Length == 0)
        {
            return JsonFields.None;
        }

        if (!IsJson(request.ContentType))
        {
            return JsonFields.Unreadable(Problems.UnsupportedMediaType());
        }

        try
        {
            RequireReadableText(bytes);
            using var document = JsonDocument.Parse(bytes, Strict);
            return JsonFields.OfBody(document.RootElement.Clone(), isStrict);
        }
        catch (JsonException malformed)
        {
            var where = malformed is { LineNumber: { } line, BytePositionInLine: { } position } ? $" at line {line + 1}, byte {position + 1}" : "";
            return JsonFields.Unreadable(Problems.InvalidArgument($"The request body is not well-formed JSON{where}."));
        }
    }

    /// <summary>
    /// The parser checks neither UTF-8 nor surrogate pairs of strings; reading such a string later would throw. All are read
    /// once here.
    /// </summary>
    private static void RequireReadableText(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Strict.MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
            {
                continue;
            }

            try
            {
                _ = reader.GetString();
            }
            catch (InvalidOperationException)
            {
                throw new JsonException("A string is not valid Unicode.");
            }
        }
    }

    private static async Task<byte[]> ReadAsync(HttpRequest request, CancellationToken cancel)
    {
        var body = new ArrayBufferWriter<byte>();
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancel);
            foreach (var part in read.Buffer)
            {
                body.Write(part.Span);
            }

            request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return body.WrittenSpan.ToArray();
            }
        }
    }

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && string.Equals(type.MediaType, "application/json", StringComparison.OrdinalIgnoreCase)
        && (type.CharSet is null || string.Equals(type.CharSet.Trim('"'), "utf-8", StringComparison.OrdinalIgnoreCase));
}
