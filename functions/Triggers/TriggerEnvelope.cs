using System.Globalization;
using System.Text.Json;

namespace Byon.Functions.Triggers;

/// <summary>
/// What the Functions host posts to a function of a queue or timer: <c>{"Data": {binding: value}, "Metadata": {…}}</c>. Any
/// value that is no object arrives as JSON text in a string, so a text arrives encoded twice.
/// </summary>
internal sealed record TriggerEnvelope(string? Message, string MessageId, int DequeueCount)
{
    /// <param name="binding">Name of the trigger's binding in function.json.</param>
    /// <returns>Null where the body is no envelope.</returns>
    public static async Task<TriggerEnvelope?> ReadAsync(Stream body, string binding, CancellationToken cancel)
    {
        try
        {
            using var json = await JsonDocument.ParseAsync(body, default, cancel);
            return json.RootElement is { ValueKind: JsonValueKind.Object } root ? Read(root, binding) : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // The parser checks the Unicode of a string only when it is read, and then throws the latter.
            return null;
        }
    }

    private static TriggerEnvelope Read(JsonElement root, string binding)
    {
        var message = Member(Member(root, "Data"), binding);
        var metadata = Member(root, "Metadata");
        return new TriggerEnvelope(
            message is { ValueKind: JsonValueKind.Object } value ? value.GetRawText() : TextOf(message),
            TextOf(Member(metadata, "Id")) ?? "",
            int.TryParse(TextOf(Member(metadata, "DequeueCount")), CultureInfo.InvariantCulture, out var count) ? count : 1);
    }

    private static JsonElement? Member(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty(name, out var value) ? value : null;

    /// <summary>A string that holds a JSON string is that string; one that holds anything else is what it says.</summary>
    private static string? TextOf(JsonElement? value)
    {
        if (value is not { } json)
        {
            return null;
        }

        if (json.ValueKind != JsonValueKind.String)
        {
            return json.GetRawText();
        }

        var text = json.GetString()!;
        try
        {
            using var inner = JsonDocument.Parse(text);
            return inner.RootElement.ValueKind == JsonValueKind.String ? inner.RootElement.GetString() : text;
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
