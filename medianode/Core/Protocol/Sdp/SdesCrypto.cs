using System.Globalization;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Protocol.Sdp;

/// <summary>One a=crypto line (RFC 4568 §9.1): <c>tag suite inline:key||salt[|lifetime] [session parameters]</c>.</summary>
internal sealed record SdesCrypto(int Tag, SrtpProfile Suite, SrtpMasterKey Key)
{
    private const string LongSuite = "AES_CM_128_HMAC_SHA1_80";
    private const string ShortSuite = "AES_CM_128_HMAC_SHA1_32";
    private const string Inline = "inline:";
    private const int KeyLength = 30;

    /// <summary>The first one that we can use, as the offerer's order has it (RFC 4568 §5.1.2); null where there is none.</summary>
    public static SdesCrypto? First(MediaDescription media) => media.Values("crypto").Select(Parse).FirstOrDefault(line => line is not null);

    /// <summary>Our lines in an offer: one for each suite, or for the one that the call has come to use.</summary>
    public static IEnumerable<SdesCrypto> Offer(SdesTerms terms, SrtpProfile? inUse) =>
        SdesTerms.Suites.Where(suite => inUse is null || suite == inUse).Select(suite => new SdesCrypto(TagOf(suite), suite, terms.KeyFor(suite)));

    /// <summary>The tag is that of the suite in our offer, as an answer must repeat it (RFC 4568 §5.1.3).</summary>
    public bool AnswersOffer(SrtpProfile? inUse) => Tag == TagOf(Suite) && (inUse is null || Suite == inUse);

    /// <summary>Null for a line that is not usable here: unknown suites, master key identifiers, key derivation rates, and what would leave a packet open.</summary>
    public static SdesCrypto? Parse(string line)
    {
        var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 3 || !int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var tag) || fields[0].Length > 9) return null;
        SrtpProfile? suite = fields[1].ToUpperInvariant() switch
        {
            LongSuite => SrtpProfile.Aes128CmHmacSha1,
            ShortSuite => SrtpProfile.Aes128CmHmacSha1Short,
            _ => null,
        };
        if (suite is null || !fields.Skip(3).All(MayBeIgnored)) return null;
        return ParseKey(fields[2]) is { } key ? new SdesCrypto(tag, suite.Value, key) : null;
    }

    /// <summary>The keys of both directions once this line of the peer's is agreed on.</summary>
    public SrtpKeys Agreed(SdesTerms ours) => new(Suite, ours.KeyFor(Suite), Key);

    public static void Write(SdpWriter writer, IEnumerable<SdesCrypto> lines)
    {
        foreach (var line in lines) writer.Attribute("crypto", line.Format());
    }

    public string Format()
    {
        Span<byte> key = stackalloc byte[KeyLength];
        Key.Key.Span.CopyTo(key);
        Key.Salt.Span.CopyTo(key[SrtpProfiles.MasterKeyLength..]);
        return string.Create(
            CultureInfo.InvariantCulture, $"{Tag} {(Suite == SrtpProfile.Aes128CmHmacSha1Short ? ShortSuite : LongSuite)} {Inline}{Convert.ToBase64String(key)}");
    }

    private static int TagOf(SrtpProfile suite) => suite == SrtpProfile.Aes128CmHmacSha1Short ? 2 : 1;

    /// <summary>A lifetime is not kept: the shortest that is in use, 2^31 packets, is more than a year of audio.</summary>
    private static SrtpMasterKey? ParseKey(string text)
    {
        if (!text.StartsWith(Inline, StringComparison.OrdinalIgnoreCase) || text.Contains(';')) return null;
        var parts = text[Inline.Length..].Split('|');
        // "|1:4" is a master key identifier, which every packet would carry.
        if (parts.Length > 2 || parts.Length == 2 && parts[1].Contains(':')) return null;
        var key = new byte[KeyLength];
        if (!Convert.TryFromBase64String(parts[0], key, out var length) || length != KeyLength) return null;
        return new SrtpMasterKey(key.AsMemory(0, SrtpProfiles.MasterKeyLength), key.AsMemory(SrtpProfiles.MasterKeyLength));
    }

    /// <summary>RFC 4568 §6.3: the window is a hint, "-" marks what a receiver may pass over, and all else changes the packets.</summary>
    private static bool MayBeIgnored(string parameter) => parameter[0] == '-' || parameter.StartsWith("WSH=", StringComparison.OrdinalIgnoreCase);
}
