namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>Master key and salt of one direction. A secret: <see cref="ToString"/> does not tell it.</summary>
public sealed record SrtpMasterKey(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Salt)
{
    public bool IsSame(SrtpMasterKey other) => Key.Span.SequenceEqual(other.Key.Span) && Salt.Span.SequenceEqual(other.Salt.Span);

    public override string ToString() => nameof(SrtpMasterKey);
}

/// <summary>What a DTLS-SRTP handshake agrees on (RFC 5764 §4.2), as seen from this side.</summary>
public sealed record SrtpKeys(SrtpProfile Profile, SrtpMasterKey Send, SrtpMasterKey Receive)
{
    /// <summary>Of what is received, as far as it is known, see <see cref="SrtpContext.RollOver"/>.</summary>
    public uint RollOver { get; init; }

    /// <summary>Splits the exporter's output: client key, server key, client salt, server salt; null when the length is wrong.</summary>
    public static SrtpKeys? FromExporter(SrtpProfile profile, ReadOnlySpan<byte> material, bool isClient)
    {
        if (material.Length != ExporterLength(profile)) return null;
        const int key = SrtpProfiles.MasterKeyLength;
        var salt = profile.MasterSaltLength();
        var client = new SrtpMasterKey(material[..key].ToArray(), material.Slice(2 * key, salt).ToArray());
        var server = new SrtpMasterKey(material.Slice(key, key).ToArray(), material.Slice((2 * key) + salt, salt).ToArray());
        return isClient ? new SrtpKeys(profile, client, server) : new SrtpKeys(profile, server, client);
    }

    public static int ExporterLength(SrtpProfile profile) => 2 * (SrtpProfiles.MasterKeyLength + profile.MasterSaltLength());
}
