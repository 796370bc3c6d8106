using System.Text.Json.Serialization;
using Byon.Platform.Records;

namespace Byon.Platform.Control;

/// <summary>JSON of the control API, the same on both sides: camelCase members, enums by name, unknown members ignored.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(RegisterCommand))]
[JsonSerializable(typeof(RefreshCommand))]
[JsonSerializable(typeof(AdoptCommand))]
[JsonSerializable(typeof(StartCallCommand))]
[JsonSerializable(typeof(ChangeStatusCommand))]
[JsonSerializable(typeof(RetrieveCallCommand))]
[JsonSerializable(typeof(PressKeysCommand))]
[JsonSerializable(typeof(RegistrationRecord))]
[JsonSerializable(typeof(CallRecord))]
[JsonSerializable(typeof(ControlProblem))]
public sealed partial class ControlJson : JsonSerializerContext;
