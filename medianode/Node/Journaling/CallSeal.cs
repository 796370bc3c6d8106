using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Byon.MediaNode.Io;
using Byon.MediaNode.Telemetry;
using Byon.Platform;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Microsoft.Extensions.Options;

namespace Byon.MediaNode.Journaling;

/// <summary>
/// Saved calls as they lie in their rows: UTF-8 JSON with a version, compressed, and sealed with the pool's key for this row and
/// no other.
/// </summary>
public sealed class CallSeal(IOptions<ControlOptions> control, ILogger<CallSeal> log)
{
    /// <summary>Goes up with every change that another version would read wrongly.</summary>
    private const int Version = 1;

    /// <summary>What a property of a row holds.</summary>
    private const int Largest = 64 * 1024;

    /// <summary>No honest call comes near; compressed bytes could claim anything.</summary>
    private const int LargestInflated = 1024 * 1024;

    private readonly byte[] _poolKey = control.Value.PoolKeyBytes;

    /// <summary>Null where the call is too large for its row: it ends with its node.</summary>
    public byte[]? TryClose(CallRecord row, SavedCall call)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new VersionedCall(Version, call), SavedCallJson.Default.VersionedCall);
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true)) brotli.Write(json);
        var box = Sealed.Seal(_poolKey, packed.GetBuffer().AsSpan(0, (int)packed.Length), Binding(row));
        if (box.Length <= Largest) return box;
        log.SnapshotTooLarge(row.CallId, box.Length);
        return null;
    }

    /// <summary>Null where there is none, or none that this node can go on with: sealed with another key, or by another version.</summary>
    public SavedCall? TryOpen(CallRecord row)
    {
        if (row.Snapshot is not { } box) return null;
        try
        {
            using var packed = new BrotliStream(new MemoryStream(Sealed.Open(_poolKey, box, Binding(row))), CompressionMode.Decompress);
            var json = new byte[LargestInflated];
            var length = packed.ReadAtLeast(json, json.Length, throwOnEndOfStream: false);
            return JsonSerializer.Deserialize(json.AsSpan(0, length), SavedCallJson.Default.VersionedCall) is { Version: Version } read ? read.Call : null;
        }
        catch (Exception fault) when (fault is CryptographicException or JsonException or InvalidDataException or InvalidOperationException)
        {
            log.SnapshotUnreadable(row.CallId, fault.GetType().Name);
            return null;
        }
    }

    private static byte[] Binding(CallRecord row) => Encoding.UTF8.GetBytes($"{TableNames.Calls}/{row.PhoneNumber}/{row.CallId}");
}

internal sealed record VersionedCall(int Version, SavedCall Call);

[JsonSourceGenerationOptions(
    IgnoreReadOnlyProperties = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, UseStringEnumConverter = true,
    Converters = [typeof(EndPointJsonConverter)])]
[JsonSerializable(typeof(VersionedCall))]
internal sealed partial class SavedCallJson : JsonSerializerContext;
