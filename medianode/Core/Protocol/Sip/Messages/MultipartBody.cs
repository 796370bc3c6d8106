using System.Text;

namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>Finds one part of a multipart/mixed body (RFC 2046 §5.1, RFC 5621): networks put SDP beside ISUP or a location.</summary>
internal static class MultipartBody
{
    private const int MostParts = 16;

    /// <param name="contentType">The whole Content-Type with its boundary.</param>
    /// <param name="wanted">Media type in lower case.</param>
    /// <returns>The content of the first part of that type; null where there is none.</returns>
    public static ReadOnlyMemory<byte>? Find(string contentType, ReadOnlyMemory<byte> body, string wanted)
    {
        var semicolon = contentType.IndexOf(';', StringComparison.Ordinal);
        if (semicolon < 0 || !SipParameters.TryParse(contentType.AsSpan(semicolon), out var parameters)) return null;
        if (parameters["boundary"] is not { Length: > 0 and <= 70 } boundary) return null;
        var delimiter = Encoding.ASCII.GetBytes("\r\n--" + boundary);
        // The first delimiter may stand at the very start, without the line end before it.
        var rest = body.Span.StartsWith(delimiter.AsSpan(2)) ? body[(delimiter.Length - 2)..] : After(body, delimiter);
        for (var i = 0; i < MostParts && !rest.IsEmpty && !rest.Span.StartsWith("--"u8); i++)
        {
            var next = rest.Span.IndexOf(delimiter);
            if (next < 0) return null;
            if (TryRead(rest[..next], wanted, out var content)) return content;
            rest = rest[(next + delimiter.Length)..];
        }

        return null;
    }

    private static ReadOnlyMemory<byte> After(ReadOnlyMemory<byte> body, ReadOnlySpan<byte> delimiter)
    {
        var at = body.Span.IndexOf(delimiter);
        return at < 0 ? default : body[(at + delimiter.Length)..];
    }

    private static bool TryRead(ReadOnlyMemory<byte> part, string wanted, out ReadOnlyMemory<byte> content)
    {
        content = default;
        var head = part.Span.IndexOf("\r\n\r\n"u8);
        if (head < 0) return false;
        content = part[(head + 4)..];
        foreach (var line in Encoding.UTF8.GetString(part.Span[..head]).Split("\r\n"))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || !line.AsSpan(0, colon).Trim().Equals("Content-Type", StringComparison.OrdinalIgnoreCase)) continue;
            return line[(colon + 1)..].Split(';')[0].Trim().Equals(wanted, StringComparison.OrdinalIgnoreCase);
        }

        return false;
    }
}
