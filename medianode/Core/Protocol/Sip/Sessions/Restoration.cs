using System.Text;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>
/// A 504 that says the core has lost the subscriber's registration and wants it anew (TS 24.229 §5.1.2A.1.6, TS 23.380 §4.4):
/// application/3gpp-ims+xml with an alternative service of type restoration.
/// </summary>
internal static class Restoration
{
    private const int LongestDocument = 4096;

    public static bool IsAskedFor(SipResponse response)
    {
        if (response.Status != 504 || response.ContentType != "application/3gpp-ims+xml" || response.Body.Length > LongestDocument) return false;
        // Two words in a document of this type: not worth a schema.
        var text = Encoding.UTF8.GetString(response.Body.Span);
        return text.Contains("<restoration", StringComparison.OrdinalIgnoreCase) || text.Contains(">restoration<", StringComparison.OrdinalIgnoreCase);
    }
}
