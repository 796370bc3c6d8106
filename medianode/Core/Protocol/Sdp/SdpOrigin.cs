using System.Globalization;

namespace Byon.MediaNode.Core.Protocol.Sdp;

/// <summary>
/// Version and identity of the descriptions one leg sends: o= must keep its id and count its version up by one for each
/// change (RFC 3264 §8).
/// </summary>
public sealed record SdpOrigin(ulong SessionId, ulong Version)
{
    public SdpOrigin Next() => this with { Version = Version + 1 };

    /// <summary>
    /// Somebody else's description passed on as one of this leg (RFC 3725 §4): only its o= becomes ours; the address there is
    /// that of the description.
    /// </summary>
    public string PutInto(string sdp)
    {
        var start = sdp.StartsWith("o=", StringComparison.Ordinal) ? 0 : sdp.IndexOf("\no=", StringComparison.Ordinal) + 1;
        if (start == 0 && !sdp.StartsWith("o=", StringComparison.Ordinal)) return sdp;
        var end = sdp.AsSpan(start).IndexOfAny('\r', '\n');
        end = end < 0 ? sdp.Length : start + end;
        var fields = sdp[start..end].Split(' ');
        var address = fields.Length >= 6 ? $"{fields[3]} {fields[4]} {fields[5]}" : "IN IP4 0.0.0.0";
        return string.Create(CultureInfo.InvariantCulture, $"{sdp.AsSpan(0, start)}o=- {SessionId} {Version} {address}{sdp.AsSpan(end)}");
    }
}
