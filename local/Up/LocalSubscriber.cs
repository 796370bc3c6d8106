using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Byon.Local.Up;

/// <summary>A subscriber of the local stack: may sign in on the page, and is provisioned in the IMS.</summary>
/// <param name="Number">E.164 with plus.</param>
/// <param name="Identity">IMPU, for example sip:+34600111222@ims.example.</param>
/// <param name="User">IMPI: the digest user name.</param>
/// <param name="Domain">Home network domain; the identity's host where not given.</param>
public sealed partial record LocalSubscriber(
    string Number, string Identity, string User, string Password, string? Domain = null, string? Name = null)
{
    public const string DemoDomain = "ims.example";

    [JsonIgnore]
    public string HomeDomain => Domain ?? Identity[(Identity.IndexOf('@', StringComparison.Ordinal) + 1)..];

    [JsonIgnore]
    public string DisplayName => Name ?? Number;

    /// <summary>Three people of the simulator's network; their passwords are made anew at every start.</summary>
    public static IReadOnlyList<LocalSubscriber> Demo() =>
    [
        DemoOf("+34600111222", "Ana García"),
        DemoOf("+34600111333", "Bruno Díaz"),
        DemoOf("+34600111444", "Carla Ruiz"),
    ];

    /// <summary>Reads a subscribers file; null and a sentence that names the entry and what is wrong with it, where it cannot be used.</summary>
    public static (IReadOnlyList<LocalSubscriber>? Subscribers, string? Problem) Read(string path)
    {
        if (!File.Exists(path))
        {
            return (null, $"{path} does not exist.");
        }

        List<LocalSubscriber>? subscribers;
        try
        {
            using var file = File.OpenRead(path);
            subscribers = JsonSerializer.Deserialize(file, LocalSubscriberJson.Default.ListLocalSubscriber);
        }
        catch (JsonException fault)
        {
            return (null, $"{path} is not a list of subscribers: {fault.Message}");
        }

        if (subscribers is not { Count: > 0 })
        {
            return (null, $"{path} holds no subscriber.");
        }

        for (var i = 0; i < subscribers.Count; i++)
        {
            if (ProblemOf(subscribers[i]) is { } problem)
            {
                return (null, $"{path}, entry {i + 1}: {problem}");
            }
        }

        return subscribers.Select(each => each.HomeDomain).Distinct(StringComparer.OrdinalIgnoreCase).Count() > 1
            ? (null, $"{path}: all subscribers must have the same domain.")
            : (subscribers, null);
    }

    private static string? ProblemOf(LocalSubscriber subscriber)
    {
        if (!E164().IsMatch(subscriber.Number ?? ""))
        {
            return "number must be E.164 with plus, such as +34600111222.";
        }

        if (!(subscriber.Identity ?? "").StartsWith("sip:", StringComparison.Ordinal) || !subscriber.Identity!.Contains('@', StringComparison.Ordinal))
        {
            return "identity must be a SIP URI, such as sip:+34600111222@ims.example.";
        }

        return string.IsNullOrEmpty(subscriber.User) || string.IsNullOrEmpty(subscriber.Password) ? "user and password are needed." : null;
    }

    private static LocalSubscriber DemoOf(string number, string name) =>
        new(number, $"sip:{number}@{DemoDomain}", $"{number}@{DemoDomain}", RandomNumberGenerator.GetHexString(24), DemoDomain, name);

    [GeneratedRegex(@"^\+[1-9][0-9]{4,14}$")]
    private static partial Regex E164();
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(List<LocalSubscriber>))]
internal sealed partial class LocalSubscriberJson : JsonSerializerContext;
