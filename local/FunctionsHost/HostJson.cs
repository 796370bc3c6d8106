using System.Text.Json.Serialization;

namespace Byon.Local.FunctionsHost;

[JsonSerializable(typeof(string))]
internal sealed partial class HostJson : JsonSerializerContext;
