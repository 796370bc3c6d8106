using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Byon.Platform.Records;

namespace Byon.Infra.Provision;

/// <summary>A subscriber as an operator writes it: the form of <c>./byon up --subscribers</c>.</summary>
/// <param name="Number">E.164 with plus.</param>
/// <param name="Identity">IMPU, for example sip:+34600111222@ims.example.</param>
/// <param name="User">IMPI: the digest user name.</param>
/// <param name="EmergencyAddress">Whether the subscriber's address is on file for calls to emergency services.</param>
public sealed partial record SubscriberEntry(string Number, string Identity, string User, string Password, bool EmergencyAddress = false)
{
    /// <summary>Records end in messages: the password stays out.</summary>
    public override string ToString() => nameof(SubscriberEntry);

    public SubscriberRecord ToRecord() => new(Number, Identity, User, Password) { HasEmergencyAddress = EmergencyAddress };

    /// <summary>All entries, or none and a sentence that names the first that cannot be used and why.</summary>
    public static (IReadOnlyList<SubscriberEntry> Entries, string? Problem) Read(string json)
    {
        List<SubscriberEntry>? entries;
        try
        {
            entries = JsonSerializer.Deserialize(json, SubscriberJson.Default.ListSubscriberEntry);
        }
        catch (JsonException fault)
        {
            return ([], $"This is not a list of subscribers (line {fault.LineNumber + 1}).");
        }

        if (entries is not { Count: > 0 }) return ([], "The list holds no subscriber.");
        for (var i = 0; i < entries.Count; i++)
        {
            if (ProblemOf(entries[i]) is { } problem) return ([], $"Entry {i + 1}: {problem}");
        }

        return (entries, null);
    }

    private static string? ProblemOf(SubscriberEntry? entry) => entry switch
    {
        null => "is empty.",
        _ when entry.Number is null || !NumberForm().IsMatch(entry.Number) => "number is not of the form +34600111222.",
        _ when entry.Identity is null || !entry.Identity.StartsWith("sip:", StringComparison.Ordinal) || !entry.Identity.Contains('@', StringComparison.Ordinal) => "identity is not of the form sip:USER@DOMAIN.",
        _ when string.IsNullOrEmpty(entry.User) => "user is missing.",
        _ when string.IsNullOrEmpty(entry.Password) => "password is missing.",
        _ => null,
    };

    [GeneratedRegex(@"^\+[1-9][0-9]{4,14}$")]
    private static partial Regex NumberForm();
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(List<SubscriberEntry>))]
internal sealed partial class SubscriberJson : JsonSerializerContext;
