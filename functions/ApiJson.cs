using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Byon.Functions.Surfaces.ByonV1;
using Byon.Functions.Surfaces.Camara;
using Byon.Functions.Surfaces.CamaraR22;
using Byon.Functions.Surfaces.Extensions;

namespace Byon.Functions;

/// <summary>What this API writes. Requests are read member by member (<see cref="Http.JsonFields"/>), so that errors can name the member.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ErrorInfo))]
[JsonSerializable(typeof(HealthReport))]
[JsonSerializable(typeof(RegSessionResponse))]
[JsonSerializable(typeof(IReadOnlyList<RegSessionResponse>))]
[JsonSerializable(typeof(MediaSessionResponse))]
[JsonSerializable(typeof(MediaSessionInformation))]
[JsonSerializable(typeof(IReadOnlyList<PhoneSession>))]
[JsonSerializable(typeof(RacmResponse))]
[JsonSerializable(typeof(VvoipSessionInformation))]
[JsonSerializable(typeof(ReceiverSessionStatus))]
[JsonSerializable(typeof(SubscriptionResponse))]
[JsonSerializable(typeof(IReadOnlyList<SubscriptionResponse>))]
[JsonSerializable(typeof(NotificationChannel))]
[JsonSerializable(typeof(NotificationChannelList))]
internal sealed partial class ApiJson : JsonSerializerContext;

internal static class Bodies
{
    /// <summary>A number is written +34…, not \u002B34…: the bodies are application/json and never part of a page.</summary>
    public static ApiJson Json { get; } =
        new(new JsonSerializerOptions(ApiJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
