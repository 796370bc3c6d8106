using System.Text;

namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>A multipart/mixed body (RFC 2046 §5.1, RFC 5621): SDP beside ISUP or a location.</summary>
internal static class MultipartBody
{
    public const string MediaType = "multipart/mixed";

    private const int MostParts = 16;

    /// <param name="contentType">The whole Content-Type with its boundary.</param>
    /// <param name="wanted">Media type in lower case.</param>
    /// <returns>The content of the first part of that type; null where there is none.</returns>
    public static ReadOnlyMemory<byte>? Find(string contentType, ReadOnlyMemory<byte> body, string wanted) =>
        Read(contentType, body).FirstOrDefault(part => part.MediaType == wanted)?.Content;

    /// <summary>The parts in their order, as many as are whole.</summary>
    public static IEnumerable<BodyPart> Read(string contentType, ReadOnlyMemory<byte> body)
    {
        var semicolon = contentType.IndexOf(';', StringComparison.Ordinal);
        if (semicolon < 0 || !SipParameters.TryParse(contentType.AsSpan(semicolon), out var parameters)) yield break;
        if (parameters["boundary"] is not { Length: > 0 and <= 70 } boundary) yield break;
        var delimiter = Encoding.ASCII.GetBytes("\r\n--" + boundary);
        // The first delimiter may stand at the very start, without the line end before it.
        var rest = body.Span.StartsWith(delimiter.AsSpan(2)) ? body[(delimiter.Length - 2)..] : After(body, delimiter);
        for (var i = 0; i < MostParts && !rest.IsEmpty && !rest.Span.StartsWith("--"u8); i++)
        {
            var next = rest.Span.IndexOf(delimiter);
            if (next < 0) yield break;
            if (ReadPart(rest[..next]) is { } part) yield return part;
            rest = rest[(next + delimiter.Length)..];
        }
    }

    /// <param name="boundary">A token that stands in none of the contents.</param>
    public static byte[] Write(string boundary, params IEnumerable<(string Headers, ReadOnlyMemory<byte> Content)> parts)
    {
        var body = new MemoryStream();
        foreach (var (headers, content) in parts)
        {
            body.Write(Encoding.ASCII.GetBytes($"--{boundary}\r\n{headers}\r\n"));
            body.Write(content.Span);
            body.Write("\r\n"u8);
        }

        body.Write(Encoding.ASCII.GetBytes($"--{boundary}--\r\n"));
        return body.ToArray();
    }

    private static ReadOnlyMemory<byte> After(ReadOnlyMemory<byte> body, ReadOnlySpan<byte> delimiter)
    {
        var at = body.Span.IndexOf(delimiter);
        return at < 0 ? default : body[(at + delimiter.Length)..];
    }

    private static BodyPart? ReadPart(ReadOnlyMemory<byte> part)
    {
        var head = part.Span.IndexOf("\r\n\r\n"u8);
        if (head < 0) return null;
        var (type, id) = ("", (string?)null);
        foreach (var line in Encoding.UTF8.GetString(part.Span[..head]).Split("\r\n"))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0) continue;
            var name = line.AsSpan(0, colon).Trim();
            var value = line[(colon + 1)..].Trim();
            if (name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)) type = value.Split(';')[0].Trim().ToLowerInvariant();
            else if (name.Equals("Content-ID", StringComparison.OrdinalIgnoreCase)) id = value.TrimStart('<').TrimEnd('>');
        }

        return new BodyPart(type, id, part[(head + 4)..]);
    }
}
