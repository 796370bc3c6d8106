using System.Globalization;
using System.Text;

namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>Messages to bytes. Content-Length is always written, last, and always right.</summary>
public static class SipWriter
{
    public static ReadOnlyMemory<byte> Write(SipMessage message)
    {
        var head = new StringBuilder(1024);
        _ = message switch
        {
            SipRequest request => head.Append(request.Method).Append(' ').Append(request.Uri.Text).Append(" SIP/2.0\r\n"),
            SipResponse response => head.Append("SIP/2.0 ").Append(response.Status).Append(' ').Append(response.Phrase).Append("\r\n"),
            _ => throw new ArgumentException("Neither request nor response.", nameof(message)),
        };
        foreach (var header in message.Headers)
        {
            if (header.Name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)) continue;
            head.Append(header.Name).Append(": ").Append(header.Value).Append("\r\n");
        }

        head.Append(CultureInfo.InvariantCulture, $"Content-Length: {message.Body.Length}\r\n\r\n");
        var text = head.ToString();
        var headLength = Encoding.UTF8.GetByteCount(text);
        var bytes = new byte[headLength + message.Body.Length];
        Encoding.UTF8.GetBytes(text, bytes);
        message.Body.CopyTo(bytes.AsMemory(headLength));
        return bytes;
    }
}
