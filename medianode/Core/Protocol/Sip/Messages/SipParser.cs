using System.Globalization;
using System.Text;

namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>
/// Bytes to messages (RFC 3261 §7, §18.3, §25.1). Strict where leniency would let two readers see two messages (line ends,
/// lengths, repeated headers), lenient in what it does not use. Allocates in proportion to the input, and never throws on it.
/// </summary>
public static class SipParser
{
    /// <summary>One whole message in one datagram: what stands behind Content-Length is ignored.</summary>
    public static bool TryParseDatagram(
        ReadOnlySpan<byte> datagram, SipLimits limits, out SipMessage message, out SipRejection rejection)
    {
        var outcome = Parse(datagram, limits, isStream: false, out message!, out _, out rejection);
        if (outcome == SipParseOutcome.NeedMore) rejection = SipRejection.Truncated;
        return outcome == SipParseOutcome.Done;
    }

    /// <param name="length">How many bytes the message takes: known when it is done, or when only the body is short; else 0.</param>
    public static SipParseOutcome Parse(
        ReadOnlySpan<byte> bytes, SipLimits limits, bool isStream, out SipMessage? message, out int length, out SipRejection rejection)
    {
        message = null;
        var outcome = Measure(bytes, limits, out var headLength, out rejection);
        length = 0;
        if (outcome != SipParseOutcome.Done) return outcome;
        rejection = TryParseHead(bytes[..headLength], limits, out var head);
        if (rejection != SipRejection.None) return SipParseOutcome.Rejected;
        rejection = BodyLength(head!, bytes.Length - headLength, isStream, limits, out var bodyLength);
        length = headLength + bodyLength;
        if (rejection == SipRejection.Truncated && isStream) return SipParseOutcome.NeedMore;
        if (rejection == SipRejection.None) rejection = SipMessageRules.Check(head!);
        if (rejection != SipRejection.None) return SipParseOutcome.Rejected;
        head!.Body = bytes.Slice(headLength, bodyLength).ToArray();
        head.Size = headLength + bodyLength;
        message = head;
        return SipParseOutcome.Done;
    }

    /// <summary>Finds the empty line that ends the head, whose length it tells.</summary>
    private static SipParseOutcome Measure(ReadOnlySpan<byte> bytes, SipLimits limits, out int headLength, out SipRejection rejection)
    {
        var end = bytes.IndexOf("\r\n\r\n"u8);
        headLength = end + 4;
        rejection = bytes.IsEmpty ? SipRejection.Empty
            : (end < 0 ? bytes.Length : headLength) > limits.HeaderBytes ? SipRejection.TooLong
            : SipRejection.None;
        if (rejection == SipRejection.TooLong) return SipParseOutcome.Rejected;
        return end < 0 ? SipParseOutcome.NeedMore : SipParseOutcome.Done;
    }

    private static SipRejection TryParseHead(ReadOnlySpan<byte> head, SipLimits limits, out SipMessage? message)
    {
        message = null;
        var text = Encoding.UTF8.GetString(head[..^4]);
        if (text.AsSpan().ContainsAny('\0', '\uFFFD')) return SipRejection.BadEncoding;
        var lines = text.Split("\r\n");
        if (lines.Length > limits.Headers + 1) return SipRejection.TooManyHeaders;
        foreach (var line in lines)
        {
            if (line.Length > limits.Line) return SipRejection.LineTooLong;
            if (line.AsSpan().ContainsAny('\r', '\n')) return SipRejection.BadHeaderLine;
        }

        var rejection = SipStartLine.TryParse(lines[0], out message);
        return rejection != SipRejection.None ? rejection : ReadHeaders(lines.AsSpan(1), message!.Headers, limits);
    }

    private static SipRejection ReadHeaders(ReadOnlySpan<string> lines, SipHeaders headers, SipLimits limits)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0) return SipRejection.BadHeaderLine;
            var name = line.AsSpan(0, colon).TrimEnd(" \t");
            if (!SipScanner.IsToken(name)) return SipRejection.BadHeaderLine;
            var value = line[(colon + 1)..].Trim(' ', '\t');
            if (i + 1 < lines.Length && IsFolded(lines[i + 1])) value = Unfold(value, lines, ref i);
            if (value.Length > limits.Line) return SipRejection.LineTooLong;
            var fullName = SipHeaderNames.Expand(name.ToString());
            if (SipHeaderNames.StandsOnce(fullName) && headers.Has(fullName)) return SipRejection.DuplicateHeader;
            headers.Add(fullName, value);
        }

        return SipRejection.None;
    }

    private static bool IsFolded(string line) => line.StartsWith(' ') || line.StartsWith('\t');

    /// <summary>A line that begins with white space continues the one before (§7.3.1).</summary>
    private static string Unfold(string value, ReadOnlySpan<string> lines, ref int i)
    {
        var unfolded = new StringBuilder(value);
        while (i + 1 < lines.Length && IsFolded(lines[i + 1])) unfolded.Append(' ').Append(lines[++i].AsSpan().Trim(" \t"));
        return unfolded.ToString().Trim(' ');
    }

    /// <summary>§18.3: on a stream Content-Length delimits and must be there; in a datagram the rest is the body without it.</summary>
    private static SipRejection BodyLength(SipMessage head, int available, bool isStream, SipLimits limits, out int length)
    {
        length = available;
        var text = head.Headers["Content-Length"];
        if (text is null) return isStream ? SipRejection.MissingContentLength : SipRejection.None;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out length)) return SipRejection.BadContentLength;
        if (length > limits.Message) return SipRejection.TooLong;
        return length > available ? SipRejection.Truncated : SipRejection.None;
    }
}
