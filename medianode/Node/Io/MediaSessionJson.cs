using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Byon.MediaNode.Core.Media.Moving;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Io;

/// <summary>A saved session as it travels: UTF-8 JSON with a version, since the node that reads it may be older or newer.</summary>
public static class MediaSessionJson
{
    /// <summary>Goes up with every change that an older node would read wrongly.</summary>
    public const int Version = 1;

    public static byte[] Write(MediaSessionState state) =>
        JsonSerializer.SerializeToUtf8Bytes(new SavedMedia(Version, state), SavedMediaJson.Default.SavedMedia);

    /// <summary>False for another version and for anything that is not a whole state.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, [NotNullWhen(true)] out MediaSessionState? state)
    {
        state = null;
        try
        {
            if (JsonSerializer.Deserialize(json, SavedMediaJson.Default.SavedMedia) is not { Version: Version } saved) return false;
            if (!AllKeys(saved.Media).All(HasKeys)) return false;
            state = saved.Media;
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static IEnumerable<(SrtpProfile Profile, SrtpMasterKey Master)> AllKeys(MediaSessionState media)
    {
        yield return (media.Peer.Send.Profile, media.Peer.Send.Master);
        yield return (media.Peer.Receive.Profile, media.Peer.Receive.Master);
        if (media.ImsSrtp is { } contexts)
        {
            yield return (contexts.Send.Profile, contexts.Send.Master);
            yield return (contexts.Receive.Profile, contexts.Receive.Master);
        }

        if (media.Plan.Ims?.Srtp is not { } keys) yield break;
        yield return (keys.Profile, keys.Send);
        yield return (keys.Profile, keys.Receive);
    }

    private static bool HasKeys((SrtpProfile Profile, SrtpMasterKey Master) keys) =>
        Enum.IsDefined(keys.Profile)
        && keys.Master.Key.Length == SrtpProfiles.MasterKeyLength && keys.Master.Salt.Length == keys.Profile.MasterSaltLength();
}

internal sealed record SavedMedia(int Version, MediaSessionState Media);

[JsonSourceGenerationOptions(
    IgnoreReadOnlyProperties = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, UseStringEnumConverter = true,
    Converters = [typeof(EndPointJsonConverter)])]
[JsonSerializable(typeof(SavedMedia))]
internal sealed partial class SavedMediaJson : JsonSerializerContext;

/// <summary>Reads "192.0.2.1:5060" or "[2001:db8::1]:5060".</summary>
internal sealed class EndPointJsonConverter : JsonConverter<IPEndPoint>
{
    public override IPEndPoint Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && IPEndPoint.TryParse(reader.GetString()!, out var read) ? read : throw new JsonException("Not an address and port.");

    public override void Write(Utf8JsonWriter writer, IPEndPoint value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
