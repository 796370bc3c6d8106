using System.Text.Json.Serialization;
using Byon.Platform.Records;

namespace Byon.Platform.Events;

/// <summary>The form in which the event log stores an event's data: ours, and not that of any API.</summary>
[JsonSourceGenerationOptions(UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CallEventData))]
[JsonSerializable(typeof(CallLocation))]
[JsonSerializable(typeof(CallQuality))]
[JsonSerializable(typeof(RegistrationEndedData))]
internal sealed partial class DeviceEventJson : JsonSerializerContext;
