using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>P-Early-Media (RFC 5009): the network's word on whether what plays before the answer may be heard.</summary>
internal static class EarlyMedia
{
    public const string Header = "P-Early-Media";

    /// <summary>Whether the called side may be heard. A network that does not speak of it leaves it to the SDP (§8).</summary>
    public static bool IsAuthorized(SipResponse response)
    {
        var words = response.Headers.Values(Header);
        if (words.Count == 0) return true;
        return words.Any(word => word.Trim().ToLowerInvariant() is "sendrecv" or "sendonly");
    }
}
