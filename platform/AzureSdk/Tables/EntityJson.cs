using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Azure.Data.Tables;

/// <summary>
/// Entities as JSON with minimal metadata: string, Int32, Double and Boolean are bare; the other types travel as strings
/// with an annotation <c>"Name@odata.type": "Edm.…"</c>.
/// </summary>
internal static class EntityJson
{
    private const string TypeSuffix = "@odata.type";

    public static BinaryData Write(ITableEntity entity)
    {
        var properties = entity as TableEntity
            ?? throw new NotSupportedException($"Entities are written from {nameof(TableEntity)} only; {entity.GetType().Name} would need reflection.");
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (name, value) in properties)
            {
                if (name is not (TableEntity.TimestampName or TableEntity.ETagName))
                    WriteProperty(json, name, value);
            }

            json.WriteEndObject();
        }

        return BinaryData.FromBytes(buffer.WrittenMemory);
    }

    public static TableEntity Read(JsonElement json)
    {
        var entity = new TableEntity();
        foreach (var property in json.EnumerateObject())
        {
            if (property.Name == TableEntity.TimestampName)
                entity[property.Name] = property.Value.GetDateTimeOffset();
            else if (property.Name == TableEntity.ETagName || !IsMetadata(property.Name))
                entity[property.Name] = ReadValue(property.Value, TypeOf(json, property.Name))!;
        }

        return entity;
    }

    private static bool IsMetadata(string name) =>
        name.StartsWith("odata.", StringComparison.Ordinal) || name.Contains("@odata.", StringComparison.Ordinal);

    private static string? TypeOf(JsonElement json, string name) =>
        json.TryGetProperty(name + TypeSuffix, out var type) ? type.GetString() : null;

    private static object? ReadValue(JsonElement value, string? type) => type switch
    {
        "Edm.Int64" => long.Parse(value.GetString()!, CultureInfo.InvariantCulture),
        "Edm.DateTime" => value.GetDateTimeOffset(),
        "Edm.Guid" => value.GetGuid(),
        "Edm.Binary" => value.GetBytesFromBase64(),
        "Edm.Double" when value.ValueKind == JsonValueKind.String => double.Parse(value.GetString()!, CultureInfo.InvariantCulture),
        "Edm.Double" => value.GetDouble(),
        _ => value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number => value.TryGetInt32(out var whole) ? (object)whole : value.GetDouble(),
            _ => null,
        },
    };

    private static void WriteProperty(Utf8JsonWriter json, string name, object value)
    {
        switch (value)
        {
            case string text:
                json.WriteString(name, text);
                break;
            case int number:
                json.WriteNumber(name, number);
                break;
            case bool flag:
                json.WriteBoolean(name, flag);
                break;
            case double number when double.IsFinite(number):
                json.WriteString(name + TypeSuffix, "Edm.Double");
                json.WriteNumber(name, number);
                break;
            case double number:
                WriteAnnotated(json, name, "Edm.Double", number.ToString(CultureInfo.InvariantCulture));
                break;
            case long number:
                WriteAnnotated(json, name, "Edm.Int64", number.ToString(CultureInfo.InvariantCulture));
                break;
            case DateTimeOffset time:
                WriteAnnotated(json, name, "Edm.DateTime", TimeText(time));
                break;
            case DateTime time:
                WriteAnnotated(json, name, "Edm.DateTime", TimeText(new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc))));
                break;
            case Guid guid:
                WriteAnnotated(json, name, "Edm.Guid", guid.ToString());
                break;
            case byte[] bytes:
                WriteAnnotated(json, name, "Edm.Binary", Convert.ToBase64String(bytes));
                break;
            case BinaryData data:
                WriteAnnotated(json, name, "Edm.Binary", Convert.ToBase64String(data.ToMemory().Span));
                break;
            default:
                throw new NotSupportedException($"Property {name}: a table holds no {value.GetType().Name}.");
        }
    }

    internal static string TimeText(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture);

    private static void WriteAnnotated(Utf8JsonWriter json, string name, string type, string value)
    {
        json.WriteString(name + TypeSuffix, type);
        json.WriteString(name, value);
    }
}
