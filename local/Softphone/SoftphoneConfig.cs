using System.Text.Json.Serialization;

namespace Byon.Local.Softphone;

/// <summary>What the page needs to know: <c>config.json</c> next to it.</summary>
/// <param name="ApiBase">Address of the REST API, without a slash at the end.</param>
/// <param name="Issuer">OIDC issuer; the page reads its discovery document.</param>
/// <param name="Scope">Asked for at sign-in.</param>
/// <param name="DemoNumbers">Phones of the IMS simulator; empty with a real IMS.</param>
/// <param name="PhonesCanCall">Whether <c>POST ims/call</c> makes a phone call the subscriber.</param>
public sealed record SoftphoneConfig(
    string ApiBase, string Issuer, string ClientId, string Scope,
    IReadOnlyList<SoftphoneContact> DemoNumbers, IReadOnlyList<SoftphoneContact> Subscribers, bool PhonesCanCall);

public sealed record SoftphoneContact(string Number, string Name, string? Description = null);

/// <summary>Body of <c>POST ims/call</c>: the subscriber's number, E.164 with plus.</summary>
public sealed record PhoneCallRequest(string To);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SoftphoneConfig))]
[JsonSerializable(typeof(PhoneCallRequest))]
internal sealed partial class SoftphoneJson : JsonSerializerContext;
